"""Erases the listings of deleted users."""

from listings.models import ChannelListing, Listing, Market, Recommendation, Reservation, UnplacedBooking
from users.services.erasure import erase_some


def erase_listings_of(user_id: int, limit: int) -> int:
    """The step of users.services.erasure. The estimates of markets are made anew every day without them."""
    return (
        erase_some(Reservation.objects.filter(listing__owner=user_id), limit)
        or erase_some(Recommendation.objects.filter(listing__owner=user_id), limit)
        or erase_some(UnplacedBooking.objects.filter(account__user=user_id), limit)
        or erase_some(Market.objects.filter(owner=user_id), limit)
        or erase_some(ChannelListing.objects.filter(listing__owner=user_id), limit)
        or erase_some(Listing.objects.filter(owner=user_id), limit)
    )
