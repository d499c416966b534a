"""Locking a listing in order to change it."""

from django.db.models import QuerySet

from jsonapi.refusals import NotThere
from listings.models import Listing

LARGEST_ID = 2**63 - 1


def lock_listing(listings: QuerySet[Listing], listing_id: int) -> Listing:
    """The listing of this id among `listings`, as it is now. Nobody else changes it until the transaction ends.

    Raises NotThere (404) when `listings`, which hold what the caller may see, have none.
    """
    locked = listings.select_for_update(of=("self",)).filter(pk=listing_id, deleted_at=None)
    listing = locked.first() if listing_id <= LARGEST_ID else None
    if listing is None:
        raise NotThere(f"Listing {listing_id} not found")
    return listing
