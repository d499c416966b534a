"""Read what syncs have stored."""

from datetime import UTC, datetime, timedelta
from typing import Any

from listings.models import ChannelListing, Reservation
from sandbox.server import RunningSandbox
from sync.steps import HORIZON
from users.models import Account


def stored(account: Account) -> dict[str, Any]:
    """Return what a sync has stored for an account, by the channel's ids.

    Base prices are left out, because they also depend on other accounts.
    """
    shown = ChannelListing.objects.filter(account=account, removed_at=None).select_related("listing__channel_calendar")
    listing_fields = ("title", "image", "city", "country", "timezone", "currency", "bedrooms", "units", "latitude")
    stays = Reservation.objects.filter(account=account)
    reservation_fields = (
        "status",
        "check_in",
        "check_out",
        "units",
        "total",
        "currency",
        "source",
        "booked_at",
        "cancelled_at",
    )
    return {
        "listings": {row.channel_listing_id: [getattr(row.listing, name) for name in listing_fields] for row in shown},
        "calendars": {row.channel_listing_id: row.listing.channel_calendar.availability for row in shown},
        "reservations": {
            stay.channel_reservation_id: [getattr(stay, name) for name in reservation_fields] for stay in stays
        },
    }


def in_force(rows: dict[str, Any], sandbox: RunningSandbox) -> dict[str, Any]:
    """Return the rows without what a first sync does not read: old reservations, and past nights of calendars."""
    first_day = datetime.fromtimestamp(sandbox.clock.now(), UTC).date() - timedelta(days=60)
    stays = {id: stay for id, stay in rows["reservations"].items() if stay[2] >= first_day}
    calendars = {id: letters[-HORIZON:] for id, letters in rows["calendars"].items()}
    return rows | {"reservations": stays, "calendars": calendars}
