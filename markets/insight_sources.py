"""What one listing contributes to the figures of a year, from its reservations or from its public calendar.

Amounts are added to a mapping of numbers, whose keys are positions in YearOfDays.numbers.
"""

import re
from collections.abc import Iterable, Iterator, MutableSequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from listings.models import ChannelCalendar, Listing, Reservation
from listings.stays import local_date
from markets.insight_days import DAYS, Figure, lead_row, stay_row
from markets.models import PublicListing
from markets.public_nights import AVAILABLE, BOOKED, DAY_OFFSET, NEVER, UNKNOWN, PublicNights

# A stay that takes longer is an error of its channel.
LONGEST_STAY = 1000

Numbers = dict[int, float] | MutableSequence[float]

_FREE, _TAKEN, _KNOWN = re.compile(f"{AVAILABLE}+"), re.compile(f"{BOOKED}+"), re.compile(rf"[^{re.escape(UNKNOWN)}]+")


@dataclass(frozen=True, slots=True)
class Window:
    """The days of one year that are counted, as ordinals; `last` is included."""

    year: int
    last: int

    @property
    def first(self) -> int:
        return date(self.year, 1, 1).toordinal()

    @classmethod
    def of(cls, year: int, *, until: date) -> "Window":
        """The year up to a date."""
        return cls(year, min(date(year, 12, 31), until).toordinal())

    def days(self, begins: int, ends: int) -> range:
        """The days of the year from the ordinal `begins` to the one before `ends`, counted from 0."""
        return range(max(begins, self.first) - self.first, min(ends, self.last + 1) - self.first)

    def day(self, day: date | None) -> int | None:
        """The day of the year, counted from 0; None for days that are not counted."""
        ordinal = 0 if day is None else day.toordinal()
        return ordinal - self.first if self.first <= ordinal <= self.last else None


class Stay(NamedTuple):
    """The columns of a reservation that are counted."""

    status: str
    check_in: date
    check_out: date
    units: int
    total: int | None
    currency: str | None
    booked_at: datetime | None
    cancelled_at: datetime | None


def count_listing(
    numbers: Numbers,
    window: Window,
    listing: Listing,
    stays: Iterable[Stay],
    calendar: ChannelCalendar | None,
    first_check_in: date | None,
) -> None:
    """Add a synced listing. `stays` are those that end in the year or later, `first_check_in` is of its first stay.

    Stays of the owner take their nights and count nowhere else. Payments in another currency than the listing's count
    as nothing.
    """
    taken: dict[int, int] = {}
    for stay in stays:
        if not 0 < (stay.check_out - stay.check_in).days <= LONGEST_STAY:
            continue
        if stay.status != Reservation.Status.CANCELLED:
            for day in window.days(stay.check_in.toordinal(), stay.check_out.toordinal()):
                taken[day] = taken.get(day, 0) + stay.units
        if stay.status != Reservation.Status.OWNER:
            _count_stay(numbers, window, listing, stay)

    added = local_date(listing, listing.created_at)
    if (added_day := window.day(added)) is not None:
        _add(numbers, Figure.ADDED, added_day, 1)
    since = min(added, first_check_in or added).toordinal()
    letters, offset = "", 0
    if calendar is not None:
        letters, offset = calendar.availability, window.first - calendar.first_night.toordinal()
    for day in window.days(since, window.last + 1):
        _add(numbers, Figure.LISTINGS, day, 1)
        free = listing.units - taken.get(day, 0)
        is_closed = 0 <= day + offset < len(letters) and letters[day + offset] in "bx"
        if free > 0 and not is_closed:
            _add(numbers, Figure.AVAILABLE, day, free)


def _count_stay(numbers: Numbers, window: Window, listing: Listing, stay: Stay) -> None:
    nights = (stay.check_out - stay.check_in).days
    booked_on = None if stay.booked_at is None else local_date(listing, stay.booked_at)
    cancelled = stay.status == Reservation.Status.CANCELLED
    volume = float(stay.total or 0) if stay.currency == listing.currency and not cancelled else 0.0
    billable = volume if stay.status == Reservation.Status.BOOKED else 0.0

    for day in window.days(stay.check_in.toordinal(), stay.check_out.toordinal()):
        _add(numbers, Figure.STAYS, day, 1)
        if cancelled:
            _add(numbers, Figure.CANCELLED_STAYS, day, 1)
        else:
            _add(numbers, Figure.TAKEN, day, stay.units)
            _add(numbers, Figure.VOLUME, day, volume / nights)
            _add(numbers, Figure.BILLABLE, day, billable / nights)
    if (made := window.day(booked_on)) is not None:
        _add(numbers, Figure.MADE, made, 1)
        if cancelled:
            _add(numbers, Figure.CANCELLED_MADE, made, 1)
        else:
            _count_booking(numbers, made, volume, billable)
    if cancelled:
        # A stay with an unknown time of cancellation counts as cancelled immediately, as in listings.stays.
        known = booked_on if stay.cancelled_at is None else local_date(listing, stay.cancelled_at)
        if (end := window.day(known)) is not None:
            _add(numbers, Figure.CANCELLED, end, 1)
    elif (arrival := window.day(stay.check_in)) is not None:
        lead = None if booked_on is None else max((stay.check_in - booked_on).days, 0)
        _count_arrival(numbers, arrival, volume, billable, nights, lead)


def _count_booking(numbers: Numbers, day: int, volume: float, billable: float) -> None:
    _add(numbers, Figure.BOOKED, day, 1)
    _add(numbers, Figure.BOOKED_VOLUME, day, volume)
    _add(numbers, Figure.BOOKED_BILLABLE, day, billable)


def _count_arrival(numbers: Numbers, day: int, volume: float, billable: float, nights: int, lead: int | None) -> None:
    _add(numbers, Figure.CHECKINS, day, 1)
    _add(numbers, Figure.CHECKIN_VOLUME, day, volume)
    _add(numbers, Figure.CHECKIN_BILLABLE, day, billable)
    _add(numbers, Figure.STAY_NIGHTS, day, nights)
    _add(numbers, stay_row(nights), day, 1)
    if lead is not None:
        _add(numbers, Figure.LEAD_DAYS, day, lead)
        _add(numbers, lead_row(lead), day, 1)


def count_public_listing(numbers: Numbers, window: Window, listing: PublicListing, nights: PublicNights) -> None:
    """Add a public listing. Nights in a row that one scrape found booked are one stay."""
    begins = nights.first_night.toordinal()
    if (added_day := window.day(listing.first_seen_on)) is not None:
        _add(numbers, Figure.ADDED, added_day, 1)
    for figure, runs in ((Figure.LISTINGS, _KNOWN), (Figure.AVAILABLE, _FREE)):
        for run in runs.finditer(nights.states):
            for day in window.days(begins + run.start(), begins + run.end()):
                _add(numbers, figure, day, 1)
    for first, last in _public_stays(nights):
        _count_public_stay(numbers, window, nights, first, last)


def _public_stays(nights: PublicNights) -> Iterator[tuple[int, int]]:
    """The first night of each stay, and the one after its last, counted from the calendar's first night."""
    for run in _TAKEN.finditer(nights.states):
        first = run.start()
        for night in range(run.start() + 1, run.end() + 1):
            if night == run.end() or nights.taken_on[night] != nights.taken_on[first]:
                yield first, night
                first = night


def _count_public_stay(numbers: Numbers, window: Window, nights: PublicNights, first: int, end: int) -> None:
    begins = nights.first_night.toordinal()
    days = window.days(begins + first, begins + end)
    offset = window.first - begins
    for day in days:
        _add(numbers, Figure.STAYS, day, 1)
        _add(numbers, Figure.TAKEN, day, 1)
        _add(numbers, Figure.VOLUME, day, max(nights.prices[day + offset], 0))
    arrival = nights.first_night + timedelta(days=first)
    seen, booked_on = nights.taken_on[first], None
    if seen != NEVER:
        booked_on = nights.first_night + timedelta(days=seen - DAY_OFFSET)
    booked_day, arrival_day = window.day(booked_on), window.day(arrival)
    if booked_day is None and arrival_day is None:
        return
    volume = float(sum(max(price, 0) for price in nights.prices[first:end]))
    if booked_day is not None:
        _add(numbers, Figure.MADE, booked_day, 1)
        _count_booking(numbers, booked_day, volume, 0)
    if arrival_day is not None:
        lead = None if booked_on is None else max((arrival - booked_on).days, 0)
        _count_arrival(numbers, arrival_day, volume, 0, end - first, lead)


def _add(numbers: Numbers, row: int, day: int, amount: float) -> None:
    position = row * DAYS + day
    if isinstance(numbers, dict):
        numbers[position] = numbers.get(position, 0.0) + amount
    else:
        numbers[position] += amount
