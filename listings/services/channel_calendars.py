"""Stores the availability of a listing at its channel."""

from collections.abc import Sequence
from datetime import date, datetime

from listings.models import ChannelCalendar, ChannelListing, Listing

AVAILABLE_LETTER = "a"  # one of the letters of models.ChannelCalendar


def store_calendar(
    shown: ChannelListing, nights: Sequence[tuple[date, str]], *, units: int | None, now: datetime
) -> None:
    """Replace the listing's calendar. Call it inside a transaction.

    `nights` are in order, each with its letter of models.ChannelCalendar. A missing night is available. An empty
    calendar does not change the stored one. `units` is the number of the listing's units; None does not change it.
    """
    if nights:
        first, last = nights[0][0], nights[-1][0]
        letters = [AVAILABLE_LETTER] * ((last - first).days + 1)
        for night, letter in nights:
            letters[(night - first).days] = letter
        ChannelCalendar.objects.update_or_create(
            listing_id=shown.listing_id, defaults={"first_night": first, "availability": "".join(letters)}
        )
    if units is not None:
        Listing.objects.filter(pk=shown.listing_id).update(units=units)
    ChannelListing.objects.filter(pk=shown.pk).update(last_successful_sync_at=now)
