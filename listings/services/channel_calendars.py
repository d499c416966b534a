"""Stores the availability of a listing at its channel."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from listings.models import ChannelCalendar, ChannelListing, Listing
from pricing.market import HISTORY_NIGHTS

AVAILABLE_LETTER = "a"  # one of the letters of models.ChannelCalendar


def store_calendar(
    shown: ChannelListing, nights: Sequence[tuple[date, str]], *, units: int | None, now: datetime
) -> None:
    """Replace the listing's calendar from its first night on. Call it inside a transaction.

    Earlier nights stay as they were read last, HISTORY_NIGHTS back: the channel no longer tells which were closed.
    `nights` are in order, each with its letter of models.ChannelCalendar. A missing night is available. An empty
    calendar does not change the stored one. `units` is the number of the listing's units; None does not change it.
    """
    if nights:
        first, last = nights[0][0], nights[-1][0]
        letters = [AVAILABLE_LETTER] * ((last - first).days + 1)
        for night, letter in nights:
            letters[(night - first).days] = letter
        availability = "".join(letters)
        stored, new = ChannelCalendar.objects.select_for_update().get_or_create(
            listing_id=shown.listing_id, defaults={"first_night": first, "availability": availability}
        )
        if not new:
            past = _nights_before(stored, first)
            stored.first_night, stored.availability = first - timedelta(days=len(past)), past + availability
            stored.save(update_fields=["first_night", "availability"])
    if units is not None:
        Listing.objects.filter(pk=shown.listing_id).update(units=units)
    ChannelListing.objects.filter(pk=shown.pk).update(last_successful_sync_at=now)


def _nights_before(calendar: ChannelCalendar, first: date) -> str:
    """The letters of the stored nights before `first`; nights that were never read are available."""
    known = max((first - calendar.first_night).days, 0)
    return calendar.availability[:known].ljust(known, AVAILABLE_LETTER)[-HISTORY_NIGHTS:]
