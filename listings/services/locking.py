"""Locks a listing for a change."""

from django.db.models import QuerySet

from jsonapi.refusals import NotThere
from listings.models import Listing

LARGEST_ID = 2**63 - 1


def lock_listing(listings: QuerySet[Listing], listing_id: int) -> Listing:
    """Lock the listing with this id until the transaction ends, and return its present state.

    `listings` contains the listings that the caller may see. Raises NotThere (404) if it does not contain the id.
    """
    if listing_id > LARGEST_ID:
        raise not_there(listing_id)
    try:
        # `get` and not `first`: compiling the order, which one row does not need, took a quarter of a PATCH.
        return listings.select_for_update(of=("self",)).get(pk=listing_id, deleted_at=None)
    except Listing.DoesNotExist:
        raise not_there(listing_id) from None


def not_there(listing_id: int) -> NotThere:
    return NotThere(f"Listing {listing_id} not found")
