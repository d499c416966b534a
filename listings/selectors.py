"""Reading listings: which of their channel listings are live."""

from django.db.models import Exists, OuterRef, QuerySet

from listings.models import ChannelListing, Listing


def on_channels(listing: Listing) -> QuerySet[ChannelListing]:
    """Where a listing is shown through a connected account, the one connected first at the front."""
    return live(ChannelListing.objects.filter(listing=listing)).order_by("id")


def live(channel_listings: QuerySet[ChannelListing]) -> QuerySet[ChannelListing]:
    return channel_listings.filter(removed_at=None, account__deleted_at=None)


def synced(listings: QuerySet[Listing]) -> QuerySet[Listing]:
    """Those that some connected account keeps up to date."""
    return listings.filter(Exists(live(ChannelListing.objects.filter(listing=OuterRef("pk")))), deleted_at=None)
