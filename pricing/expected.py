"""What the coming nights are expected to earn at given prices, from the forecast that the prices are made from.

The model is that of Gallego and van Ryzin (1994), section 2.3 (`optimum.py`). Let w be the price at which no unit of a
night is scarce, y the requests still to come that would accept it, and r(y, n) the price that is asked while y are to
come and n units are left, as a multiple of w. Of the requests, the share e^(1 - r) accepts the price. Their equation
for the revenue V(y, n) still to come, as a multiple of w, is

    dV/dy = e^(1 - r) (r - (V(y, n) - V(y, n - 1))),   V(0, n) = V(y, 0) = 0

With the best prices its solution is ln S(n). With a price that never changes it is, for one unit,

    V = r (1 - exp(-y e^(1 - r)))

The prices here are those of the engine: they fall while arrival comes nearer and the night stays vacant. They lie by a
constant ratio above or below the best ones, between a minimum and a maximum.

A stay makes more nights unsellable than it takes (`optimum.crowding`). The prices allow for that: they multiply each
request by the crowding. Sales do not: a sold night earns its price once, and turns away the multiplied requests. This
gives the same sold share as `optimum.sold_share` within some percent, and a lower one where nearly
everything is sold.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import groupby
from math import exp, expm1, log, log1p
from typing import NamedTuple

from pricing.adjustments import STRATEGIES, VALUE_OF_A_BOOKING
from pricing.base_price import automatic_base_price
from pricing.bookings import Bookings
from pricing.engine import price_calendar
from pricing.factors import LONGEST_SCARCE_GAP
from pricing.horizon import Horizon
from pricing.listing import BookedStay, ListingFacts
from pricing.market import MarketStatistics
from pricing.night import Night
from pricing.optimum import scarcity
from pricing.prospects import prospects
from pricing.rules import Rules, Tier
from pricing.stay_mix import fitting_share, kept_share, mean_fitting_stay

# Steps of the numerical solution. The error is below 0.1 % for one unit, and below 1 % for several.
STEPS = 24
# A listing with more units is taken as several with this number.
MOST_UNITS = 8


class Sales(NamedTuple):
    """Expected sales. revenue: whole units of the listing's currency. nights: unit-nights."""

    revenue: float
    nights: float


NOTHING = Sales(0.0, 0.0)


class Asking(NamedTuple):
    """The prices asked for a night until its arrival.

    level: as a multiple of the best prices. tier: the strategy that moves them. lowest, highest: whole units; a price
    that never changes is both.
    """

    level: float = 1.0
    tier: Tier = "revenue"
    lowest: float = 0.0
    highest: float | None = None


class VacantNight(NamedTuple):
    """The forecast for a night.

    worth: the price at which no unit is scarce, whole units. requests: still to come, for all units. best: today's best
    price, whole units, not rounded. units: vacant. gap: the length of the gap around it, 0 for none or a long one.
    """

    worth: float
    requests: float
    best: float
    units: int
    gap: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """The forecast for the nights of a horizon; None for nights without a vacant unit.

    crowding, stay_lengths: of the market's stays. automatic_base_price: whole units; the best prices are those that
    the engine derives from it without any rules.
    """

    nights: Sequence[VacantNight | None]
    crowding: float
    stay_lengths: tuple[float, ...]
    automatic_base_price: int

    def sales(self, position: int, asking: Asking, min_stay: int = 1) -> Sales:
        """The expected sales of the night at this position from now until arrival. min_stay: the shortest stay."""
        night = self.nights[position]
        if night is None or not night.requests:
            return NOTHING
        priced_by, per_request, turned_away = night.requests * self.crowding, 1 / self.crowding, self.crowding
        if night.gap:
            fitting = fitting_share(self.stay_lengths, night.gap, min_stay)
            if not fitting:
                return NOTHING
            priced_by = night.requests * _priced_in_gap(night.gap, self.stay_lengths, self.crowding)
            turned_away = _crowding_in(night.gap, self.stay_lengths, min_stay)
            per_request = night.requests * fitting / priced_by
        units = min(night.units, MOST_UNITS)
        scale = night.units / units
        revenue, nights = _sales(
            _rounded(priced_by / scale),
            _rounded(per_request),
            _rounded(turned_away),
            units,
            _rounded(asking.level),
            VALUE_OF_A_BOOKING[asking.tier],
            _rounded(asking.lowest / night.worth),
            None if asking.highest is None else _rounded(asking.highest / night.worth),
        )
        kept = 1.0
        if min_stay > 1 and not night.gap:
            vacant = max(1 - turned_away * nights / units, 1e-6)
            kept = kept_share(self.stay_lengths, min_stay, round(-log(vacant) / turned_away, 2))
        return Sales(revenue * kept * scale * night.worth, nights * kept * scale)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a listing's nights are expected to sell at its prices, and at others.

    year, forecast: of the same nights. tier: of the dynamic adjustments in use.
    """

    year: Sequence[Night]
    forecast: Forecast
    tier: Tier | None

    def sales(
        self,
        nights: Iterable[int],
        change: Callable[[Asking, Night], Asking] = lambda asking, _: asking,
        min_stays: Sequence[int] | None = None,
    ) -> Sales:
        """The expected sales of nights, which are named by their positions, from now until their arrival.

        change: the prices that are asked instead of the present ones. min_stays: those of all nights instead of the
        present ones.
        """
        revenue = sold = 0.0
        shortest = self._shortest_stays([night.min_stay for night in self.year] if min_stays is None else min_stays)
        for position in nights:
            vacant, night = self.forecast.nights[position], self.year[position]
            if vacant is not None:
                asking = change(asked(night, vacant.best, self.tier), night)
                sales = self.forecast.sales(position, asking, shortest[position])
                revenue, sold = revenue + sales.revenue, sold + sales.nights
        return Sales(revenue, sold)

    def _shortest_stays(self, min_stays: Sequence[int]) -> list[int]:
        """The shortest stay that takes each night: in a gap it may arrive on any of the gap's nights."""
        shortest: list[int] = []
        nights = zip(min_stays, self.forecast.nights, strict=True)
        for in_a_gap, run in groupby(nights, lambda each: each[1] is not None and each[1].gap > 0):
            stays = [min_stay for min_stay, _ in run]
            shortest += [min(stays)] * len(stays) if in_a_gap else stays
        return shortest


def forecast(
    listing: ListingFacts,
    market: MarketStatistics,
    reservations: Collection[BookedStay],
    today: date,
    dates: Sequence[date],
    blocked: Collection[date] = (),
) -> Forecast | None:
    """The forecast for the dates, which are in ascending order; None where the market's requests are not known.

    The automatic base price tells the level of the best prices: whatever the listing's own base price is, they are
    those that the engine would ask with the automatic one. Divided by their scarcity they give w. The other arguments
    are those of `price_calendar`.
    """
    automatic = automatic_base_price(listing, reservations, market, blocked=blocked)
    if not market.requests or automatic is None:
        return None
    at_best = replace(listing, base_price=automatic)
    year = price_calendar(at_best, market, reservations, Rules(), today, dates, blocked=blocked)
    horizon = Horizon.of(dates, today)
    bookings = Bookings.around(horizon, listing, reservations, blocked)
    units_left = bookings.units_left(horizon)
    if units_left is None:
        return None
    ahead = prospects(market, horizon, max(listing.units, 1))
    nights: list[VacantNight | None] = []
    for night, requests, left, pace, units, gap in zip(
        year,
        ahead.requests,
        ahead.left,
        market.paces(horizon.ordinals),
        units_left,
        bookings.gaps(horizon, from_today=False),
        strict=True,
    ):
        if not units:
            nights.append(None)
            continue
        to_come = requests * left * (1.0 if pace is None else pace.demand)
        short = gap if gap <= LONGEST_SCARCE_GAP else 0
        counted = _priced_in_gap(short, ahead.stay_lengths, ahead.crowding) if short else ahead.crowding
        best = exact_price(night)
        worth = best / scarcity(to_come * counted, units)
        nights.append(VacantNight(worth, to_come, best, units, short))
    return Forecast(nights, ahead.crowding, ahead.stay_lengths, automatic)


def asked(night: Night, best: float, tier: Tier | None) -> Asking:
    """The prices of a night as they would move: those of today tell how far they are from the best ones.

    tier: of the listing's dynamic adjustments; None without them. best: VacantNight.best.
    """
    minor_units = night.base.minor_units
    highest = night.effective_max_price
    return Asking(
        exact_price(night) / best,
        tier or "revenue",
        night.effective_min_price / minor_units,
        None if highest is None else highest / minor_units,
    )


def exact_price(night: Night) -> float:
    """The price before the minimum and the maximum, without the strategy of dynamic adjustments. Unit: whole units."""
    price = night.base.price
    for step in night.steps:
        if step is not None and step.reason not in _STRATEGY_REASONS:
            price *= step.ratio
    return price


_STRATEGY_REASONS = frozenset(STRATEGIES.values())


@lru_cache(maxsize=4096)
def _priced_in_gap(gap: int, stay_lengths: tuple[float, ...], crowding: float) -> float:
    """How the prices of a gap count each request for one of its nights (`factors.gaps`)."""
    mean = sum(nights * share for nights, share in enumerate(stay_lengths, 1))
    return fitting_share(stay_lengths, gap, 1) * min(crowding, gap / mean)


@lru_cache(maxsize=4096)
def _crowding_in(gap: int, stay_lengths: tuple[float, ...], min_stay: int) -> float:
    """`optimum.crowding` in a gap, where a stay can turn no more nights away than there are."""
    stay = mean_fitting_stay(stay_lengths, gap, min_stay)
    return max(min(2 - 1 / stay, gap / stay), 1.0)


def _rounded(number: float) -> float:
    """Three significant digits, so that similar nights share one computation."""
    return float(f"{number:.3g}")


@lru_cache(maxsize=65536)
def _sales(
    requests: float,
    per_request: float,
    turned_away: float,
    units: int,
    level: float,
    value: float,
    lowest: float,
    highest: float | None,
) -> tuple[float, float]:
    """V of the module's docstring, and the same for a revenue of 1 for each night sold: the expected nights.

    requests: y, as the prices count them. per_request: the stays among them. turned_away: how many stays a sold night
    turns away. value: adjustments.VALUE_OF_A_BOOKING. lowest, highest: of r.
    """
    revenue, nights = [0.0] * (units + 1), [0.0] * (units + 1)
    width, more = log1p(requests) / STEPS, exp(value)
    for step in range(STEPS):
        to_come, passed = expm1((step + 0.5) * width), expm1((step + 1) * width) - expm1(step * width)
        ratio = level * ((scarcity(to_come * more) - value) / scarcity(to_come) if value else 1.0)
        revenue_below = nights_below = 0.0
        term, before, total = 1.0, 0.0, 1.0
        for unit in range(1, units + 1):
            term *= to_come / unit
            before, total = total, total + term
            price = max(ratio * (1 + log(total / before)), lowest)
            if highest is not None and price > highest:
                price = highest
            stays = exp(1 - price) * per_request
            kept = exp(-stays * turned_away * passed)
            limit = price / turned_away + revenue_below
            revenue_before, revenue[unit] = revenue[unit], limit + (revenue[unit] - limit) * kept
            revenue_below = (revenue_before + revenue[unit]) / 2
            limit = 1 / turned_away + nights_below
            nights_before, nights[unit] = nights[unit], limit + (nights[unit] - limit) * kept
            nights_below = (nights_before + nights[unit]) / 2
    return revenue[units], nights[units]
