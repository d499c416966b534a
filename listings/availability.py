"""The availability of a listing's nights, from its channel's calendar and its reservations.

Reservations take precedence, because a sync reads them after the calendar.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from listings.models import ChannelCalendar
from pricing import BookedStay

AVAILABLE, BOOKED, BLOCKED, UNKNOWN = "available", "booked", "blocked", "unknown"


class ListingAvailability:
    """The availability of each night from `first` to `last`, both included.

    A night is booked when all units are reserved, or blocked when only the owner reserved them. Otherwise the
    channel's calendar decides; a night that the calendar does not contain is available. While bookings do not tell
    their nights (`known` is False), a night that would be available is unknown.

    `closed` holds the nights that the calendar closes although reservations leave units free.
    """

    def __init__(
        self,
        *,
        first: date,
        last: date,
        units: int,
        stays: Iterable[BookedStay],
        calendar: ChannelCalendar | None,
        known: bool = True,
    ) -> None:
        self._first = first.toordinal()
        length = last.toordinal() - self._first + 1
        guests, owners = [0] * length, [0] * length
        for stay in stays:
            if stay.cancelled_on is None:
                taken = owners if stay.owner_stay else guests
                begins = max(stay.check_in.toordinal() - self._first, 0)
                for night in range(begins, min(stay.check_out.toordinal() - self._first, length)):
                    taken[night] += stay.units

        self._words = [AVAILABLE if known else UNKNOWN] * length
        self.closed: set[date] = set()
        for night, letter in _letters(calendar, self._first, length):
            if letter in "bx":
                self._words[night] = BOOKED if letter == "b" else BLOCKED
                if guests[night] + owners[night] < units:
                    self.closed.add(first + timedelta(days=night))
        for night in range(length):
            if guests[night] + owners[night] >= max(units, 1):
                self._words[night] = BOOKED if guests[night] else BLOCKED

    def __getitem__(self, night: date) -> str:
        """AVAILABLE, BOOKED, BLOCKED or UNKNOWN. `night` must lie between `first` and `last`."""
        return self._words[night.toordinal() - self._first]


def _letters(calendar: ChannelCalendar | None, first: int, length: int) -> Iterable[tuple[int, str]]:
    """The calendar's letters for `length` nights from the ordinal `first` on, each with its position from `first`."""
    if calendar is None:
        return []
    offset = calendar.first_night.toordinal() - first
    begins, ends = max(-offset, 0), max(length - offset, 0)
    return enumerate(calendar.availability[begins:ends], begins + offset)
