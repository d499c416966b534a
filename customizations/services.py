"""Changing a customization: all of it, in one transaction, or nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from listings.models import Listing
from listings.services.locking import lock_listing
from listings.services.prices import SHOWN, change_listing, whole_units
from listings.services.pushing import queue_push
from listings.services.recommendations import settle
from listings.services.rules import change_rules


@transaction.atomic
def customize(listing_id: int, column: str | None, changes: Mapping[str, Any], *, now: datetime) -> Listing:
    """Sets attributes of one customization, as its serializer validated them; null clears.

    `column` is where PricingRules keeps it, None for what the listing itself keeps. What the listing shows of its
    rules is kept in step, and a change to an enabled listing goes to its channels.

    Raises InvalidValues (400) when a minimum would exceed its maximum, NotThere (404) for a listing that was deleted
    meanwhile.
    """
    listing = lock_listing(listing_id)
    rules_changed = change_rules(listing, column, changes) if column is not None else frozenset()
    shown = {name: whole_units(value) for name, value in changes.items() if name in SHOWN}
    if rules_changed:
        settle(listing, {name: changes[name] for name in rules_changed - SHOWN}, now)
    if change_listing(listing, shown, now=now) or rules_changed:
        queue_push(listing, now)
    return listing
