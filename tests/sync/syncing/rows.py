"""What syncs have written."""

from datetime import UTC, datetime, timedelta
from typing import Any

from listings.models import ChannelListing, Reservation
from sandbox.server import RunningSandbox
from users.models import Account


def stored(account: Account) -> dict[str, Any]:
    """All that a sync has written for an account, by the channel's ids; base prices look at other accounts too."""
    shown = ChannelListing.objects.filter(account=account, removed_at=None).select_related("listing__channel_calendar")
    told = ("title", "image", "city", "country", "timezone", "currency", "bedrooms", "units", "latitude")
    stays = Reservation.objects.filter(account=account)
    members = ("status", "check_in", "check_out", "units", "total", "currency", "source", "booked_at", "cancelled_at")
    return {
        "listings": {row.channel_listing_id: [getattr(row.listing, name) for name in told] for row in shown},
        "calendars": {row.channel_listing_id: row.listing.channel_calendar.availability for row in shown},
        "reservations": {stay.channel_reservation_id: [getattr(stay, name) for name in members] for stay in stays},
    }


def in_force(rows: dict[str, Any], sandbox: RunningSandbox) -> dict[str, Any]:
    """Without the stays that ended before the history that is read now."""
    first_day = datetime.fromtimestamp(sandbox.clock.now(), UTC).date() - timedelta(days=60)
    stays = {id: stay for id, stay in rows["reservations"].items() if stay[2] >= first_day}
    return rows | {"reservations": stays}
