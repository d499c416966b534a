"""The nights of one public listing as a value: what `PublicCalendar` keeps packed, read and written only here.

The arrays hold one item per night from `first_night` on and are of equal length, so that aggregates over thousands of
calendars can work on slices of them (`states.count("b")`, `prices[i:j]`) without an object per night.
"""

import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple, Self

from markets.models import PublicCalendar

AVAILABLE, BOOKED, BLOCKED, UNAVAILABLE, UNKNOWN = "a", "b", "x", "u", "?"
"""States of a night. Unavailable: at the first sight already, so that nobody can say whether booked or blocked."""
NO_PRICE, NO_MIN_STAY, NEVER = -1, 0, 0
PRICE, DAYS = "q", "H"
"""Type codes of arrays: 64-bit amounts in minor units, and 16-bit numbers of days."""
DAY_OFFSET = 30_000
LARGEST = 0xFFFF  # of the 16-bit numbers


class PublicNight(NamedTuple):
    night: date
    state: str
    price: int | None
    """Minor units. Of a booked night: the last price at which it was seen available."""
    min_stay: int | None
    booked_on: date | None
    """Day of the scrape that first saw the night booked. None unless the state is `b`."""


@dataclass(frozen=True, slots=True)
class PublicNights:
    """`taken_on` has the ordinal distance to the scrape that first saw a night booked or blocked; read `booked_on`."""

    first_night: date
    states: str = ""
    prices: "array[int]" = field(default_factory=lambda: array(PRICE))
    min_stays: "array[int]" = field(default_factory=lambda: array(DAYS))
    taken_on: "array[int]" = field(default_factory=lambda: array(DAYS))

    def __len__(self) -> int:
        return len(self.states)

    @property
    def last_night(self) -> date:
        """The last night that is known. The day before `first_night` if none is."""
        return self.first_night + timedelta(days=len(self.states) - 1)

    def state(self, night: date) -> str:
        """`?` also for nights that are not covered."""
        index = self._index(night)
        return UNKNOWN if index is None else self.states[index]

    def price(self, night: date) -> int | None:
        """Minor units of the market's currency. None if it was never seen."""
        index = self._index(night)
        return None if index is None or self.prices[index] == NO_PRICE else self.prices[index]

    def min_stay(self, night: date) -> int | None:
        index = self._index(night)
        return (self.min_stays[index] or None) if index is not None else None

    def booked_on(self, night: date) -> date | None:
        """Day of the scrape that first saw the night booked. None unless it is booked now."""
        index = self._index(night)
        if index is None or self.states[index] != BOOKED or self.taken_on[index] == NEVER:
            return None
        return self.first_night + timedelta(days=self.taken_on[index] - DAY_OFFSET)

    def code_of(self, day: date) -> int:
        """How `taken_on` writes the day of a scrape."""
        return min(max(1, (day - self.first_night).days + DAY_OFFSET), LARGEST)

    def taken_at(self, day: date, state: str) -> int:
        """The number of nights in this state (booked or blocked) that the scrape of `day` was the first to see so."""
        code = self.code_of(day)
        if not self.taken_on.count(code):
            return 0
        return sum(self.taken_on[at] == code and each == state for at, each in enumerate(self.states))

    def between(self, first: date, last: date) -> Self:
        """The nights `first` to `last`, both included, in a value of exactly that length; `?` where nothing is known.

        Empty if `last` is before `first`.
        """
        length = max(0, (last - first).days + 1)
        shift = (first - self.first_night).days
        left = min(length, max(0, -shift))
        low = max(0, shift)
        kept = max(0, min(len(self.states), shift + length) - low)
        right = length - left - kept
        part = slice(low, low + kept)
        days = self.taken_on[part]
        if shift and any(days):
            days = array(DAYS, [at and min(max(1, at - shift), LARGEST) for at in days])
        return type(self)(
            first,
            UNKNOWN * left + self.states[part] + UNKNOWN * right,
            _padded(self.prices[part], left, right, NO_PRICE),
            _padded(self.min_stays[part], left, right, NO_MIN_STAY),
            _padded(days, left, right, NEVER),
        )

    def __iter__(self) -> Iterator[PublicNight]:
        for index in range(len(self.states)):
            night = self.first_night + timedelta(days=index)
            yield PublicNight(night, self.states[index], self.price(night), self.min_stay(night), self.booked_on(night))

    def packed(self) -> dict[str, Any]:
        """The members of a `PublicCalendar`, without its listing."""
        return {
            "first_night": self.first_night,
            "states": self.states,
            "prices": _to_bytes(self.prices),
            "min_stays": _to_bytes(self.min_stays),
            "booked_on": _to_bytes(self.taken_on),
        }

    def _index(self, night: date) -> int | None:
        index = (night - self.first_night).days
        return index if 0 <= index < len(self.states) else None


def unpacked(calendar: PublicCalendar) -> PublicNights:
    """Raises ValueError if the arrays of the row are not of equal length."""
    nights = PublicNights(
        calendar.first_night,
        calendar.states,
        _from_bytes(PRICE, calendar.prices),
        _from_bytes(DAYS, calendar.min_stays),
        _from_bytes(DAYS, calendar.booked_on),
    )
    if not len(nights.states) == len(nights.prices) == len(nights.min_stays) == len(nights.taken_on):
        raise ValueError(f"the arrays of {calendar} differ in length")
    return nights


def _padded(items: "array[int]", left: int, right: int, filler: int) -> "array[int]":
    if not left and not right:
        return items
    one = array(items.typecode, [filler])
    return one * left + items + one * right


def _to_bytes(items: "array[int]") -> bytes:
    if sys.byteorder == "big":
        items = items[:]
        items.byteswap()
    return items.tobytes()


def _from_bytes(typecode: str, packed: bytes | memoryview) -> "array[int]":
    items = array(typecode)
    items.frombytes(packed)
    if sys.byteorder == "big":
        items.byteswap()
    return items
