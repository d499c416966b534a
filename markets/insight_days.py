"""The figures of one year's dates in a part of a market, as one value that can be added up and packed.

A figure is a number per date. Medians come from two distributions, of lead times and of lengths of stay, which are
numbers per date and bucket.
"""

import operator
import sys
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import Self

DAYS = 366
ANY_BEDROOMS, UNKNOWN_BEDROOMS, MOST_BEDROOMS = -1, -2, 6
ANY_CLUSTER = ""


class Figure(IntEnum):
    """The figures of a date. Money is minor units of the place's currency, units are rooms that are sold as one."""

    AVAILABLE = 0  # units that are neither taken nor closed on this night
    LISTINGS = 1  # listings that are known on this date
    ADDED = 2  # listings that were added on this date
    TAKEN = 3  # units that guests take on this night
    VOLUME = 4  # what they pay for this night
    BILLABLE = 5  # the part of it that is confirmed
    STAYS = 6  # reservations of this night, cancelled ones included
    CANCELLED_STAYS = 7
    BOOKED = 8  # reservations that were made on this date, without cancelled ones
    BOOKED_VOLUME = 9
    BOOKED_BILLABLE = 10
    MADE = 11  # reservations that were made on this date, cancelled ones included
    CANCELLED_MADE = 12
    CANCELLED = 13  # reservations that were cancelled on this date
    CHECKINS = 14
    CHECKIN_VOLUME = 15
    CHECKIN_BILLABLE = 16
    LEAD_DAYS = 17  # days between booking and arrival, of the stays that begin on this date
    STAY_NIGHTS = 18  # nights of the stays that begin on this date


# The first value of each bucket, in days and in nights. Up to a week each value has its own.
LEAD_TIMES = (
    0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 21, 25, 30, 36, 43, 52, 62, 75, 90, 108, 130, 156, 187, 224, 269, 323,
)  # fmt: skip
STAY_LENGTHS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 21, 28, 35, 49, 70, 90)
# The values that stand for the buckets: their middle.
_LEAD_MIDDLES = tuple((a + b - 1) / 2 for a, b in zip(LEAD_TIMES, (*LEAD_TIMES[1:], 388), strict=True))
_STAY_MIDDLES = tuple((a + b - 1) / 2 for a, b in zip(STAY_LENGTHS, (*STAY_LENGTHS[1:], 108), strict=True))
FIRST_LEAD = len(Figure)
FIRST_STAY = FIRST_LEAD + len(LEAD_TIMES)
ROWS = FIRST_STAY + len(STAY_LENGTHS)
_NOTHING = bytes(8 * DAYS)


@lru_cache(maxsize=4096)
def lead_row(days: int) -> int:
    """The row of the distribution that counts a lead time."""
    return FIRST_LEAD + bisect_right(LEAD_TIMES, max(days, 0)) - 1


@lru_cache(maxsize=4096)
def stay_row(nights: int) -> int:
    """The row of the distribution that counts a length of stay."""
    return FIRST_STAY + bisect_right(STAY_LENGTHS, max(nights, 1)) - 1


class YearOfDays:
    """Rows of DAYS numbers: first the figures, then the buckets. Row r of day d of the year is at r * DAYS + d."""

    __slots__ = ("numbers",)

    def __init__(self, numbers: "array[float] | None" = None) -> None:
        self.numbers = array("d", bytes(8 * ROWS * DAYS)) if numbers is None else numbers

    def add(self, other: Self) -> None:
        """Add all numbers of another value."""
        for start in range(0, ROWS * DAYS, DAYS):
            more = other.numbers[start : start + DAYS]
            if more.tobytes() != _NOTHING:  # most rows are empty: a few listings have few of the buckets
                own = self.numbers[start : start + DAYS]
                self.numbers[start : start + DAYS] = array("d", map(operator.add, own, more))

    def day(self, day: int) -> "array[float]":
        """All rows of one day of the year, counted from 0."""
        return self.numbers[day::DAYS]

    def pack(self) -> bytes:
        """The value for InsightYear.days: little-endian doubles, compressed."""
        numbers = self.numbers
        if sys.byteorder == "big":
            numbers = numbers[:]
            numbers.byteswap()
        return zlib.compress(numbers.tobytes(), level=6)

    @classmethod
    def unpack(cls, packed: bytes | memoryview) -> Self:
        numbers = array("d")
        numbers.frombytes(zlib.decompress(packed))
        if sys.byteorder == "big":
            numbers.byteswap()
        return cls(numbers)

    def __bool__(self) -> bool:
        return any(self.numbers)


def median_lead_time(rows: Sequence[float]) -> float:
    """In days, from the rows of a day; 0 without any. Above a week it is the middle of a bucket."""
    return _median(rows[FIRST_LEAD:FIRST_STAY], _LEAD_MIDDLES)


def median_stay_length(rows: Sequence[float]) -> float:
    """In nights, from the rows of a day; 0 without any."""
    return _median(rows[FIRST_STAY:], _STAY_MIDDLES)


def _median(counts: Iterable[float], values: Sequence[float]) -> float:
    counted = [(value, count) for value, count in zip(values, counts, strict=True) if count > 0]
    half, below = sum(count for _, count in counted) / 2, 0.0
    for position, (value, count) in enumerate(counted):
        below += count
        if below > half * (1 + 1e-9):
            return value
        if below >= half * (1 - 1e-9):  # half of them are up to here, the others begin at the next value
            return (value + counted[min(position + 1, len(counted) - 1)][0]) / 2
    return 0.0


def day_of_year(day: date) -> int:
    """0 for the first of January."""
    return day.timetuple().tm_yday - 1


def years_before(day: date, years: int) -> date:
    """The same date in an earlier year. 29 February becomes 28 February in a year that has no 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def week_before(day: date) -> date:
    return day - timedelta(days=7)
