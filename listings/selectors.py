"""Queries for listings and their live channel listings."""

from django.db.models import Exists, OuterRef, QuerySet

from listings.models import ChannelListing, Listing


def on_channels(listing: Listing) -> QuerySet[ChannelListing]:
    """The live channel listings of a listing; the one that was connected first comes first."""
    return live(ChannelListing.objects.filter(listing=listing)).order_by("id")


def live(channel_listings: QuerySet[ChannelListing]) -> QuerySet[ChannelListing]:
    """Only the channel listings that the channel still has and whose account is connected."""
    return channel_listings.filter(removed_at=None, account__deleted_at=None)


def synced(listings: QuerySet[Listing]) -> QuerySet[Listing]:
    """Only the listings that have a live channel listing."""
    return listings.filter(Exists(live(ChannelListing.objects.filter(listing=OuterRef("pk")))), deleted_at=None)
