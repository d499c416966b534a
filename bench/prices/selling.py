"""Sells one listing to its guests, at the prices of one policy or of many candidates at once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.prices.demand import Floats, Ints
from bench.prices.knowledge import YEAR

# A cancellation from this day on does not happen.
NEVER = 700


@dataclass(frozen=True)
class Guests:
    """Requests in the order in which they come, in parallel arrays; days and nights are counted from the first night.

    day: of the request. arrival, nights: of the stay. limit: the highest total that the guest pays, in whole units.
    cancels: the day on which the guest would cancel the booking.
    """

    day: Ints
    arrival: Ints
    nights: Ints
    limit: Floats
    cancels: Ints

    def __len__(self) -> int:
        return len(self.day)

    def __iter__(self) -> Iterator[tuple[int, int, int, float, int]]:
        columns = (self.day, self.arrival, self.nights, self.limit, self.cancels)
        return zip(*(column.tolist() for column in columns), strict=True)

    def shifted(self, days: int) -> "Guests":
        return Guests(self.day + days, self.arrival + days, self.nights, self.limit, self.cancels + days)


@dataclass
class Sales:
    """What was sold, per candidate: revenue in whole units, and nights in the end.

    free: vacant units by candidate and night, now. bookings: of the first candidate, as (day, arrival, nights, total,
    day of the cancellation) in the order of booking.
    """

    free: Ints
    revenue: Floats
    nights: Ints
    bookings: list[tuple[int, int, int, float, int]] = field(default_factory=list)


# The prices of all 365 nights on a day, in whole units: an array of (candidate, night).
Prices = Callable[[int, Sales], Floats]


def sell(guests: Guests, prices: Prices, *, candidates: int = 1, units: int = 1) -> Sales:
    """Sell the year. `prices` is called at the beginning of each of the 365 days."""
    free = np.full((candidates, YEAR), units)
    sales = Sales(free, np.zeros(candidates), np.zeros(candidates, dtype=np.int64))
    cancelled: dict[int, list[tuple[Ints, Floats, int, int]]] = {}
    requests = iter(guests)
    request = next(requests, None)
    for today in range(YEAR):
        for buyers, totals, arrival, nights in cancelled.pop(today, ()):
            free[buyers, arrival : arrival + nights] += 1
            sales.revenue[buyers] -= totals
            sales.nights[buyers] -= nights
        asked = prices(today, sales)
        while request is not None and request[0] <= today:
            day, arrival, nights, limit, cancels = request
            stay = slice(arrival, arrival + nights)
            totals = asked[:, stay].sum(axis=1)
            buyers = np.flatnonzero((totals <= limit) & (free[:, stay].min(axis=1) > 0))
            if len(buyers):
                free[buyers, stay] -= 1
                sales.revenue[buyers] += totals[buyers]
                sales.nights[buyers] += nights
                if cancels < NEVER:
                    cancelled.setdefault(cancels, []).append((buyers, totals[buyers], arrival, nights))
                if buyers[0] == 0:
                    sales.bookings.append((day, arrival, nights, float(totals[0]), cancels))
            request = next(requests, None)
    return sales


def sell_at_one_price(listings: Sequence[Guests], levels: Floats, units: int = 1) -> Sales:
    """The sums over these listing-years, with each level as a candidate."""
    asked = np.repeat(levels[:, None], YEAR, axis=1)
    sums = Sales(np.zeros((0, YEAR), dtype=np.int64), np.zeros(len(levels)), np.zeros(len(levels), dtype=np.int64))
    for guests in listings:
        sales = sell(guests, lambda *_: asked, candidates=len(levels), units=units)
        sums.revenue += sales.revenue
        sums.nights += sales.nights
    return sums
