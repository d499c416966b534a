"""Changes a customization, in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from listings.models import Listing
from listings.services.locking import lock_listing
from listings.services.prices import LISTING_COLUMNS, change_listing, whole_units
from listings.services.pushing import queue_push
from listings.services.recommendations import settle
from listings.services.rules import change_rules


@transaction.atomic(savepoint=False)
def customize(
    listings: QuerySet[Listing], listing_id: int, column: str | None, changes: Mapping[str, Any], *, now: datetime
) -> Listing:
    """Set attributes of one customization; return the listing.

    `listings` contains the listings that the caller may see. `column` is the column of PricingRules, or None for
    attributes of the listing itself. `changes` are validated values (prices in units of the listing's currency, stays
    in nights); None clears an attribute. The listing's copies of prices and stays are updated, too. If the listing is
    enabled, a push to its channels is queued.

    Raises InvalidValues (400) if a minimum would exceed its maximum, and NotThere (404) if `listings` does not contain
    the listing.
    """
    listing = lock_listing(listings, listing_id)
    rules_changed = change_rules(listing, column, changes) if column is not None else frozenset()
    columns = {name: whole_units(value) for name, value in changes.items() if name in LISTING_COLUMNS}
    if rules_changed:
        settle(listing, {name: changes[name] for name in rules_changed - LISTING_COLUMNS}, now)
    if change_listing(listing, columns, now=now) or rules_changed:
        queue_push(listing, now)
    return listing
