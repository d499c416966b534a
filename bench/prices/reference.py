"""The reference: prices by a dynamic program that knows the demand, and an upper bound on any policy's revenue.

A stay of several nights makes the state of the exact program the whole calendar, which cannot be solved. So there is
one program per night, as in the decomposition of network problems (Talluri & van Ryzin (2004), chapter 3). For a night
and d days to go, V(k, d) is the expected revenue of k vacant units:

    V(k, d) = max over p of  q(p) (p + V(k - 1, d - 1)) + (1 - q(p)) V(k, d - 1),  q(p) = 1 - e^(-rate(d) P(w >= p))

This is the program of Gallego & van Ryzin (1994) in daily steps. For stays of one night it is the exact optimum. For
longer ones, `rate` counts all stays that contain the night, as if their other nights were vacant. That makes nights
look dearer than they are, and it ignores the gaps that a stay leaves. So the prices are corrected by the factor, the
tilt over lead time and the exponent of the season that earn most from other guests of the same demand. A policy that
knows the demand can earn the result. How far it may be from the optimum is what `fluid_bound` tells.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from bench.prices.demand import Floats
from bench.prices.knowledge import HISTORY, YEAR
from bench.prices.selling import Sales, sell
from bench.prices.world import World

# Relative prices that the program chooses from: steps of 5 %.
GRID = np.geomspace(0.2, 8, 76)
# Corrections that are tried: of all prices; per KNOTS of days to go, times the values of TILT; of a night's scale.
FACTORS = (1.0, 1.05, 1.1)
TILTS, KNOTS, TILT = (0.0, 0.1), (0, 7, 30, 120), (-1.5, -0.7, 0.0, 1.0)
SEASONS = (0.0, 0.15)
TUNING_LISTINGS = 24
# Subgradient steps of the bound. More steps lower it; each result is a bound.
BOUND_STEPS = 120


@dataclass(frozen=True)
class Requests:
    """The demand for a year of nights: the input of the program.

    arrivals: per segment and night, the expected number of requests of stays that begin there.
    curves: per segment, the share of them by days before arrival. lengths: per segment, the shares of stays of one,
        two, ... nights.
    scale: per night, whole units that count as 1.
    accepted: per segment, P(w >= p) for the prices GRID x scale: an array (night or 1, days to go or 1, price).
    units: of the listing. cancelled: the share of bookings that are cancelled.
    """

    arrivals: Sequence[Floats]
    curves: Sequence[Floats]
    lengths: Sequence[Floats]
    scale: Floats
    accepted: Sequence[Floats]
    units: int = 1
    cancelled: float = 0.0


@dataclass(frozen=True)
class Plan:
    """price: whole units, an array (vacant units - 1, night, days to go). value: expected revenue of each night, all
    units."""

    price: Floats
    value: Floats


def solve(requests: Requests) -> Plan:
    """The program of each night."""
    nights, units = len(requests.scale), requests.units
    rates = [
        _rates(arrivals, curve, lengths, nights)
        for arrivals, curve, lengths in zip(requests.arrivals, requests.curves, requests.lengths, strict=True)
    ]
    prices = GRID * requests.scale[:, None]
    value = np.zeros((units + 1, nights))
    summed = np.zeros((units + 1, nights))  # of the values so far, for what a cancelled unit is worth
    price = np.empty((units, nights, nights))
    every = np.arange(nights)
    kept = 1 - requests.cancelled
    for days in range(nights):
        wanted = sum(
            rate[:, days, None] * (accepted[:, 0] if accepted.shape[1] == 1 else accepted[:, days])
            for rate, accepted in zip(rates, requests.accepted, strict=True)
        )
        sold = -np.expm1(-np.asarray(wanted))
        before = value.copy()
        for left in range(1, units + 1):
            lost = before[left] - before[left - 1]
            if requests.cancelled and days:
                # The unit comes back on a day that is uniform between now and the night.
                returned = (summed[left] - summed[left - 1]) / days
                lost = lost - requests.cancelled * returned
            gain = sold * (prices * kept - lost[:, None])
            best = gain.argmax(axis=1)
            value[left] = before[left] + np.maximum(gain[every, best], 0)
            price[left - 1, :, days] = prices[every, best]
        summed += value
    return Plan(price, value[units])


def _rates(arrivals: Floats, curve: Floats, lengths: Floats, nights: int) -> Floats:
    """Requests per night and days to go, of all stays that contain the night and are within the year."""
    rates = np.zeros((nights, nights))
    days = np.arange(nights)
    in_time = days[None, :] <= days[:, None]  # no request comes before the first day
    for length, share in enumerate(lengths, start=1):
        begins = nights - length + 1
        if share and begins > 0:
            first = arrivals[:begins, None] * share * _until(curve, nights) * in_time[:begins]
            for offset in range(length):
                rates[offset : offset + begins, offset:] += first[:, : nights - offset]
    return rates


def _until(curve: Floats, nights: int) -> Floats:
    """The curve, with zeros up to this many days."""
    return np.pad(curve, (0, max(nights - len(curve), 0)))[:nights]


def requests_of(world: World) -> Requests:
    """The demand of a world for a listing of worth 1. Prices of other listings are in proportion to their worth."""
    demand = world.market.demand
    year = slice(HISTORY, HISTORY + YEAR)
    if demand.choice is None:
        accepted = [segment.response.survival(GRID / segment.level)[None, None, :] for segment in demand.segments]
        arrivals = [expected[year] * world.market.units for expected in world.arrivals]
    else:
        accepted = [demand.choice.survival(GRID, _inclusive(world)[:, :, None])]
        arrivals = [expected[year] * (world.market.comparables // 2) for expected in world.arrivals]
    return Requests(
        arrivals=arrivals,
        curves=world.curves,
        lengths=[np.array(segment.lengths) / sum(segment.lengths) for segment in demand.segments],
        scale=world.scale[year],
        accepted=accepted,
        units=world.market.units,
        cancelled=demand.cancelled,
    )


def _inclusive(world: World) -> Floats:
    """By night and days to go, what else guests can choose: an average over requests of similar nights and days."""
    guests, values = world.inclusive_values()
    sums, counts = np.zeros((YEAR, YEAR)), np.zeros((YEAR, YEAR))
    for day, arrival, nights, value in zip(
        guests.day.tolist(), guests.arrival.tolist(), guests.nights.tolist(), values.tolist(), strict=True
    ):
        for night in range(arrival, arrival + nights):
            if 0 <= night < YEAR and 0 <= night - day < YEAR:
                sums[night, night - day] += value
                counts[night, night - day] += 1
    overall = sums.sum() / max(counts.sum(), 1)
    per_night = (_around(sums.sum(axis=1), 3) + overall) / (_around(counts.sum(axis=1), 3) + 1)
    near, few = _around(_around(sums, 3).T, 5).T, _around(_around(counts, 3).T, 5).T
    return np.asarray((near + 20 * per_night[:, None]) / (few + 20))


def _around(values: Floats, reach: int) -> Floats:
    """Sums over the rows that are at most `reach` away."""
    sums = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
    rows = np.arange(len(values))
    return np.asarray(sums[np.minimum(rows + reach + 1, len(values))] - sums[np.maximum(rows - reach, 0)])


@dataclass(frozen=True)
class Reference:
    """The reference of a world, for a listing of worth 1.

    price: as in Plan. factor, tilt, season: the corrections that it has.
    bound: at least the expected revenue of any policy; None in the market of choices, where it would depend on the
        competitors.
    """

    price: Floats
    factor: float
    tilt: float
    season: float
    bound: float | None

    def prices(self, worth: float) -> Callable[[int, Sales], Floats]:
        return planned([self.price * worth])


def planned(plans: Sequence[Floats]) -> Callable[[int, Sales], Floats]:
    """The prices of several plans as candidates, each an array (vacant units - 1, night, days to go)."""
    stacked = np.stack(plans)
    candidates, nights = np.arange(len(plans))[:, None], np.arange(stacked.shape[2])[None, :]

    def prices(today: int, sales: Sales) -> Floats:
        left = np.maximum(sales.free, 1) - 1
        return np.asarray(stacked[candidates, left, nights, np.maximum(nights - today, 0)])

    return prices


def reference(world: World) -> Reference:
    """The plan with the corrections that earn most from other guests of the same demand."""
    requests = requests_of(world)
    plan = solve(requests).price
    logs = np.log(requests.scale)
    season = np.exp(np.multiply.outer(SEASONS, logs - logs.mean()))
    lead = np.exp(np.multiply.outer(TILTS, np.interp(np.arange(YEAR), KNOTS, TILT)))
    settings = list(product(range(len(FACTORS)), range(len(TILTS)), range(len(SEASONS))))

    def corrected(factor: int, tilt: int, exponent: int) -> Floats:
        return np.asarray(plan * FACTORS[factor] * lead[tilt] * season[exponent][:, None])

    prices, revenue = planned([corrected(*each) for each in settings]), np.zeros(len(settings))
    for guests in world.tuning(TUNING_LISTINGS):
        revenue += sell(guests, prices, candidates=len(settings), units=requests.units).revenue
    best = int(np.argmax(revenue))
    bound = None if world.market.demand.choice else fluid_bound(requests)
    factor, tilt, exponent = settings[best]
    return Reference(corrected(*settings[best]), FACTORS[factor], TILTS[tilt], SEASONS[exponent], bound)


def fluid_bound(requests: Requests, steps: int = BOUND_STEPS) -> float:
    """An upper bound on the expected revenue of any policy: the Lagrangian of the deterministic problem.

    Gallego & van Ryzin (1994) for one product, Talluri & van Ryzin (2004), chapter 3, for several. Every kind of stay
    may have a price of its own here, and capacity binds only on average, so no policy reaches the bound. Prices are
    those of GRID.
    """
    nights = len(requests.scale)
    opened = np.arange(nights)
    stays, totals = [], []
    for arrivals, curve, lengths, accepted in zip(
        requests.arrivals, requests.curves, requests.lengths, requests.accepted, strict=True
    ):
        in_time = np.cumsum(_until(curve, nights))[opened]
        for length, share in enumerate(lengths, start=1):
            if share:
                begins = nights - length + 1
                expected = arrivals[:begins] * share * in_time[:begins] * (1 - requests.cancelled)
                scale = np.convolve(requests.scale, np.ones(length), "valid")
                stays.append((length, expected[:, None] * accepted[:, 0]))
                totals.append(GRID * scale[:, None])
    bids = np.zeros(nights)
    lowest = np.inf
    for step in range(1, steps + 1):
        sums = np.concatenate([[0.0], np.cumsum(bids)])
        dual, used = requests.units * bids.sum(), np.zeros(nights + 1)
        for (length, wanted), total in zip(stays, totals, strict=True):
            displaced = sums[length:] - sums[:-length]
            gain = wanted * (total - displaced[:, None])
            best = gain.argmax(axis=1)
            rows = np.arange(len(best))
            taken = np.where(gain[rows, best] > 0, wanted[rows, best], 0.0)
            dual += np.maximum(gain[rows, best], 0).sum()
            used[: len(best)] += taken
            used[length : length + len(best)] -= taken
        lowest = min(lowest, float(dual))
        excess = np.cumsum(used)[:nights] - requests.units
        bids = np.maximum(bids + requests.scale * excess / requests.units / step**0.5, 0)
    return lowest
