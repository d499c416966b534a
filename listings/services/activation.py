"""Enables and disables a listing, that is, the pushing of its prices."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from listings.models import Listing
from listings.services.locking import lock_listing
from listings.services.prices import change_listing, whole_units
from listings.services.pushing import queue_push
from listings.services.rules import change_rules


@transaction.atomic(savepoint=False)
def activate(
    listings: QuerySet[Listing],
    listing_id: int,
    *,
    enabled: bool,
    base_price: float | None = None,
    min_price: float | None = None,
    now: datetime,
) -> tuple[Listing, bool]:
    """Enable or disable a listing, and set the given prices (currency units, rounded to whole ones) with it.

    `listings` contains the listings that the caller may see. Returns the listing and whether anything changed. Raises
    the errors of lock_listing, change_rules and change_listing; then nothing is changed.
    """
    listing = lock_listing(listings, listing_id)
    changes: dict[str, Any] = {"enabled": enabled}
    if base_price is not None:
        changes["base_price"] = whole_units(base_price)
    rules_changed: frozenset[str] = frozenset()
    if min_price is not None:
        changes["min_price"] = whole_units(min_price)
        rules_changed = change_rules(listing, "min_max_prices", {"min_price": changes["min_price"]})
    changed = change_listing(listing, changes, now=now) or bool(rules_changed)
    if changed:
        queue_push(listing, now)
    return listing, changed
