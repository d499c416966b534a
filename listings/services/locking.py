"""One listing for oneself, to change it."""

from jsonapi.refusals import NotThere
from listings.models import Listing


def lock_listing(listing_id: int) -> Listing:
    """The listing as it is now; nobody else changes it until the caller's transaction ends.

    Raises NotThere (404) when it was deleted since the caller saw it.
    """
    listing = Listing.objects.select_for_update().filter(pk=listing_id, deleted_at=None).first()
    if listing is None:
        raise NotThere(f"Listing {listing_id} not found")
    return listing
