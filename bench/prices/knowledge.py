"""What a policy may see on a day: its own bookings, and the public calendars of the market. Never the demand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from bench.prices.demand import Bools, Floats

CURRENCY = "EUR"
# Nights of a market before the measured year, and from its first day on.
HISTORY, AHEAD = 730, 730
YEAR = 365


class Stay(NamedTuple):
    """A booking. total: whole currency units for all nights. cancelled_on: None, or a day that is not in the future."""

    check_in: date
    check_out: date
    booked_on: date
    total: float
    cancelled_on: date | None = None


@dataclass(frozen=True)
class Facts:
    """The public description of a listing."""

    name: str
    bedrooms: int
    units: int = 1


@dataclass(frozen=True)
class Calendar:
    """A comparable listing, whose price and bookings do not depend on the policy.

    asked: the host's price per night of the market (HISTORY + AHEAD), in whole units. last_minute: the factor of the
    price of the nights that are less than seven days away. stays: in the order of booking, those of the future, too.
    """

    facts: Facts
    asked: Floats
    last_minute: float
    stays: Sequence[Stay]

    def seen(self, today: date) -> list[Stay]:
        """The stays that were booked before `today`, without cancellations to come."""
        return [as_seen(stay, today) for stay in self.stays if stay.booked_on < today]


def as_seen(stay: Stay, today: date) -> Stay:
    cancelled = stay.cancelled_on
    return stay if cancelled is None or cancelled <= today else stay._replace(cancelled_on=None)


class MarketView:
    """The public side of a market. All policies of one simulated world share one view."""

    def __init__(self, country: str, city: str, opens: date, calendars: Sequence[Calendar]) -> None:
        self.country, self.city, self.opens = country, city, opens
        self._calendars = calendars

    def comparables(self, today: date) -> list[tuple[Facts, list[Stay]]]:
        """The comparable listings with their stays as known at the beginning of `today`, two years back."""
        return [(calendar.facts, calendar.seen(today)) for calendar in self._calendars]

    def asked(self, today: date) -> Floats:
        """The comparables' prices of the 365 nights from `today` on: an array of (listing, night), whole units."""
        first = (today - self.opens).days + HISTORY
        prices = np.array([calendar.asked[first : first + YEAR] for calendar in self._calendars])
        prices[:, :7] *= np.array([[calendar.last_minute] for calendar in self._calendars])
        return prices

    def vacant(self, today: date) -> Bools:
        """Whether each of these nights was vacant at the beginning of `today`: an array of the same shape."""
        vacant = np.ones((len(self._calendars), YEAR), dtype=bool)
        for row, (_, stays) in zip(vacant, self.comparables(today), strict=True):
            for stay in stays:
                if stay.cancelled_on is None:
                    row[max((stay.check_in - today).days, 0) : max((stay.check_out - today).days, 0)] = False
        return vacant


@dataclass(frozen=True)
class Knowledge:
    """What is known at the beginning of the day `today`, before its requests.

    opens: the first night of the measured year; a policy prices the 365 nights from there on.
    asked: the prices that the owner asked before that day, per night of two years, whole units.
    stays: the listing's own, of these two years and of the measured year.
    """

    today: date
    opens: date
    facts: Facts
    asked: Floats
    stays: Sequence[Stay]
    market: MarketView
    currency: str = CURRENCY

    @property
    def nights(self) -> list[date]:
        """The nights of the measured year."""
        return nights_of(self.opens)


@lru_cache(maxsize=64)
def nights_of(opens: date) -> list[date]:
    return [opens + timedelta(days=night) for night in range(YEAR)]
