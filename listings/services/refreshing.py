"""Asking for a listing to be read from its channel again."""

from datetime import datetime

from django.db import transaction

from jobs.queue import AlreadyQueued, enqueue
from listings.models import Listing
from partners.refusals import NotThere


@transaction.atomic
def refresh_listing(listing: Listing, *, now: datetime) -> None:
    """Queues details and availability, then reservations, then the automatic base price; once at a time.

    Raises NotThere when no live account shows the listing.
    """
    live = listing.channel_listings.filter(removed_at=None, account__deleted_at=None, account__valid=True)
    if not live.exists():
        raise NotThere(f"Listing {listing.pk} is not on any connected channel")
    try:
        enqueue("refresh_listing", listing=listing, now=now)
    except AlreadyQueued:
        return  # the refresh that waits will read everything that this one would
