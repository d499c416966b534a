"""Enables and disables a listing, that is, the pushing of its prices."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from audit.actions import Action
from audit.services import record
from listings.audited import audited_listing
from listings.models import Listing
from listings.services.events import USER, Author
from listings.services.locking import lock_listing
from listings.services.prices import change_listing, whole_units
from listings.services.pushing import queue_push
from listings.services.recommendations import say_if_far_from_host
from listings.services.rules import change_rules


@transaction.atomic(savepoint=False)
def activate(
    listings: QuerySet[Listing],
    listing_id: int,
    *,
    enabled: bool,
    base_price: float | None = None,
    min_price: float | None = None,
    by: Author = USER,
    now: datetime,
) -> tuple[Listing, bool]:
    """Enable or disable a listing, and set the given prices (currency units, rounded to whole ones) with it.

    `listings` contains the listings that the caller may see. `by` is named in the event about a new base price.
    Returns the listing and whether anything changed. Raises the errors of lock_listing, change_rules and
    change_listing; then nothing is changed.
    """
    listing = lock_listing(listings, listing_id)
    changes: dict[str, Any] = {"enabled": enabled}
    if base_price is not None:
        changes["base_price"] = whole_units(base_price)
    changed: dict[str, Any] = {}
    if min_price is not None:
        changes["min_price"] = whole_units(min_price)
        changed = change_rules(listing, "min_max_prices", {"min_price": changes["min_price"]})
    changed |= change_listing(listing, changes, by=by, now=now)
    if changed.get("enabled") == [False, True]:
        say_if_far_from_host(listing, now)
    if changed:
        queue_push(listing, now)
        record(_action(changed), audited_listing(listing), changed, now=now)
    return listing, bool(changed)


def _action(changed: Mapping[str, Any]) -> Action:
    if "enabled" not in changed:
        return Action.LISTING_PRICES_CHANGED
    _, enabled = changed["enabled"]
    return Action.LISTING_ACTIVATED if enabled else Action.LISTING_DEACTIVATED
