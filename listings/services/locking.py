"""Locks a listing for a change."""

from django.db.models import QuerySet

from jsonapi.refusals import NotThere
from listings.models import Listing

LARGEST_ID = 2**63 - 1


def lock_listing(listings: QuerySet[Listing], listing_id: int) -> Listing:
    """Lock the listing with this id until the transaction ends, and return its present state.

    `listings` contains the listings that the caller may see. Raises NotThere (404) if it does not contain the id.
    """
    locked = listings.select_for_update(of=("self",)).filter(pk=listing_id, deleted_at=None)
    listing = locked.first() if listing_id <= LARGEST_ID else None
    if listing is None:
        raise NotThere(f"Listing {listing_id} not found")
    return listing
