"""Changing a customization: all of it, in one transaction, or nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from listings.models import Listing
from listings.services.locking import lock_listing
from listings.services.prices import SHOWN, change_listing, whole_units
from listings.services.pushing import queue_push
from listings.services.recommendations import settle
from listings.services.rules import change_rules


@transaction.atomic
def customize(
    listings: QuerySet[Listing], listing_id: int, column: str | None, changes: Mapping[str, Any], *, now: datetime
) -> Listing:
    """Sets attributes of one customization, as its serializer validated them; null clears.

    `listings` are those that the caller may see. `column` is the column of PricingRules, None for attributes of the
    listing itself. The listing's own prices and stays are updated with its rules, and a change to an enabled listing
    goes to its channels.

    Raises InvalidValues (400) when a minimum would exceed its maximum, NotThere (404) for a listing that `listings`
    do not hold.
    """
    listing = lock_listing(listings, listing_id)
    rules_changed = change_rules(listing, column, changes) if column is not None else frozenset()
    shown = {name: whole_units(value) for name, value in changes.items() if name in SHOWN}
    if rules_changed:
        settle(listing, {name: changes[name] for name in rules_changed - SHOWN}, now)
    if change_listing(listing, shown, now=now) or rules_changed:
        queue_push(listing, now)
    return listing
