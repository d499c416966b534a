"""Changes a customization, in one transaction."""

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
from listings.services.prices import LISTING_COLUMNS, change_listing, whole_units
from listings.services.pushing import queue_push
from listings.services.recommendations import settle
from listings.services.rules import change_rules

# By the column of PricingRules. Base price and fees for extra guests are columns of the listing.
_ACTIONS = {
    "min_max_prices": Action.MIN_MAX_PRICES_CHANGED,
    "min_stays": Action.MIN_STAYS_CHANGED,
    "max_stays": Action.MAX_STAYS_CHANGED,
    "time_based_adjustments": Action.TIME_BASED_ADJUSTMENTS_CHANGED,
    "checkin_checkout_days": Action.CHECKIN_CHECKOUT_DAYS_CHANGED,
}


@transaction.atomic(savepoint=False)
def customize(
    listings: QuerySet[Listing],
    listing_id: int,
    column: str | None,
    changes: Mapping[str, Any],
    *,
    by: Author = USER,
    now: datetime,
) -> Listing:
    """Set attributes of one customization; return the listing.

    `listings` contains the listings that the caller may see. `column` is the column of PricingRules, or None for
    attributes of the listing itself. `changes` are validated values (prices in units of the listing's currency, stays
    in nights); None clears an attribute. The listing's copies of prices and stays are updated, too. If the listing is
    enabled, a push to its channels is queued. `by` is named in the event about a new base price.

    Raises InvalidValues (400) if a minimum would exceed its maximum, and NotThere (404) if `listings` does not contain
    the listing.
    """
    listing = lock_listing(listings, listing_id)
    changed = change_rules(listing, column, changes) if column is not None else {}
    columns = {name: whole_units(value) for name, value in changes.items() if name in LISTING_COLUMNS}
    if changed:
        settle(listing, {name: changes[name] for name in changed.keys() - LISTING_COLUMNS}, now)
    changed |= change_listing(listing, columns, by=by, now=now)
    if changed:
        queue_push(listing, now)
        record(_action(column, changes), audited_listing(listing), changed, now=now)
    return listing


def _action(column: str | None, changes: Mapping[str, Any]) -> Action:
    if column is not None:
        return _ACTIONS[column]
    return Action.BASE_PRICE_CHANGED if "base_price" in changes else Action.EXTRA_GUEST_FEES_CHANGED
