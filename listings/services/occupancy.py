"""Keeps which listings have an unknown occupancy: bookings that do not tell their nights may be for them.

Call these functions inside a transaction. Each may be repeated.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from listings.models import ChannelListing, Listing, UnplacedBooking
from users.models import Account
from users.services.locking import lock_in_order


def store_unplaced(account: Account, found: Mapping[str, str], placed: Collection[str], now: datetime) -> None:
    """Store the bookings in `found`, and forget those in `placed`, whose nights are known or free again.

    `found` maps the channel's ids of bookings to groups of listings (models.ChannelListing).
    """
    known = UnplacedBooking.objects.filter(account=account)
    if not found and not known.exists():
        return
    known.filter(channel_reservation_id__in=placed).delete()
    UnplacedBooking.objects.bulk_create(
        [
            UnplacedBooking(account=account, channel_reservation_id=channel_id, group=group)
            for channel_id, group in sorted(found.items())
        ],
        update_conflicts=True,
        unique_fields=["account", "channel_reservation_id"],
        update_fields=["group"],
    )
    settle_occupancy(account, now)


def settle_occupancy(account: Account, now: datetime) -> None:
    """Update `occupancy_unknown_since` of the account's listings."""
    shown = ChannelListing.objects.filter(account=account)
    groups = UnplacedBooking.objects.filter(account=account).values("group")
    unknown = shown.filter(group__in=groups, listing__occupancy_unknown_since=None)
    known = shown.filter(listing__occupancy_unknown_since__isnull=False).exclude(group__in=groups)
    for changed, since in ((unknown, now), (known, None)):
        listings = Listing.objects.filter(pk__in=list(changed.values_list("listing_id", flat=True)))
        lock_in_order(listings)
        listings.update(occupancy_unknown_since=since)
