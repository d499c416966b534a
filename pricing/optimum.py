"""The price that earns most for the units that are left, given the requests that are still to come.

The model is that of Gallego and van Ryzin (1994), *Optimal dynamic pricing of inventories with stochastic demand over
finite horizons*, section 2.3: requests arrive at random (Poisson), and the share of guests who accept a price falls
exponentially with it. Then the best price has a closed form: with n units left and y requests still to come that would
accept the price w, at which the number of requests times the price is largest,

    best price = w (1 + ln S(n) - ln S(n - 1)),   S(n) = 1 + y + y²/2! + ... + yⁿ/n!

and the expected revenue from now on is w ln S(n).
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from math import exp, log

# With more units than this, requests are lost as if there were this many.
MOST_POOLED = 6


def scarcity(requests: float, units: float = 1) -> float:
    """The best price for the next unit, as a multiple of the price at which no unit is scarce; at least 1.

    requests: the requests still to come that would accept that price, for all units together. units: those left; parts
    of a unit lie between the whole ones.
    """
    if units <= 1:
        return 1 + log(1 + requests)
    whole = int(units)
    part = units - whole
    before, after = _sums(requests, whole)
    price = log(after / before)
    if part:
        before, after = _sums(requests, whole + 1)
        price = (1 - part) * price + part * log(after / before)
    return 1 + price


def planned_units(units: int, requests: float, left: float) -> float:
    """The units that are expected to be left when this share of the requests is still to come.

    requests: those for all units, at the price at which no unit is scarce. With the best prices, of y requests for one
    unit y / (1 + y) are sold; each further unit sells later.
    """
    if units <= 1:
        return 1.0
    per_unit = requests / units
    sold = per_unit / (1 + per_unit) * (1 - left)
    return max(units * (1 - sold), 1.0)


def usual_scarcity(requests: float, units: int, left: float) -> float:
    """The best price when this share of the requests is still to come and the planned units are left.

    requests: those of all days, for each unit, at the price at which no unit is scarce; the unit of the result.
    """
    together = requests * units
    return scarcity(together * left, planned_units(units, together, left))


def expected_revenue(requests: float, units: int = 1) -> float:
    """The revenue expected until arrival at the best prices, in multiples of the price at which no unit is scarce."""
    return log(_sums(requests, max(units, 1))[1])


def accepting(requests: float, elasticity: float) -> float:
    """The requests that would accept the price at which no unit is scarce, from those that accept the usual price.

    elasticity: by how many percent the accepted requests fall when the usual price rises by one percent. The price at
    which no unit is scarce is the usual one / elasticity.
    """
    return requests * exp(elasticity - 1)


def crowding(stay_length: float, units: int = 1) -> float:
    """How many nights' worth of requests a booked night turns away, for stays of this many nights.

    A stay of k nights makes all stays impossible that would arrive on one of 2k - 1 days, not only on its k nights.
    With several units the others remain; see `requests_at` for the exponent.
    """
    return float((2 - 1 / max(stay_length, 1.0)) ** (1 / max(units, 1)))


@lru_cache(maxsize=64)
def _coverage(stay_length: int) -> tuple[list[float], list[float]]:
    """Requests per night and the share of nights that is sold in the end, in ascending order.

    Stays of k nights that arrive at random are refused where one of their nights is taken (random sequential
    adsorption of k-mers on a line; Evans 1993, *Random and cooperative sequential adsorption*, section IV.A): with t
    requests per arrival day, the chance that k nights in a row are vacant is E, d ln E / dt = -1 - 2 sum(exp(-j t)) for
    j = 1 to k - 1, and the sold share grows by k E dt.
    """
    k = stay_length
    requests, sold = [0.0], [0.0]
    t, vacant, step = 0.0, 0.0, 0.02 / k
    while t * k < 8:
        slope = 1 + 2 * sum(exp(-j * (t + step / 2)) for j in range(1, k))
        sold.append(sold[-1] + k * exp(vacant - slope * step / 2) * step)
        vacant -= slope * step
        t += step
        requests.append(t * k)
    return requests, sold


def requests_at(occupancy: float, stay_length: float, units: int = 1) -> float:
    """How many requests each unit must get for a night so that this share of the unit-nights is sold in the end.

    For stays of one night, requests are lost only when all units are taken (Poisson); with one unit that makes
    -ln(1 - occupancy). Longer stays need more requests, because they meet taken nights: with one unit those of
    `_coverage`. With several units the ratio of the two falls to its root, as simulations of up to seven nights and six
    units show: within 5 % for up to 1.5 requests.
    """
    return _between(stay_length, lambda nights: _interpolate(occupancy, *reversed(_sales(nights, _pooled(units)))))


def sold_share(requests: float, stay_length: float, units: int = 1) -> float:
    """The share of the unit-nights that is sold in the end, the inverse of `requests_at`."""
    return _between(stay_length, lambda nights: _interpolate(requests, *_sales(nights, _pooled(units))))


def _pooled(units: int) -> int:
    return min(max(units, 1), MOST_POOLED)


def _between(stay_length: float, value: Callable[[int], float]) -> float:
    """The value at a mean length of stay between two whole numbers of nights."""
    short = max(int(stay_length), 1)
    part = min(max(stay_length - short, 0.0), 1.0)
    return (1 - part) * value(short) + part * value(short + 1) if part else value(short)


@lru_cache(maxsize=256)
def _sales(stay_length: int, units: int) -> tuple[list[float], list[float]]:
    """Requests per unit-night, and the share of unit-nights that is sold in the end, in ascending order."""
    requests, sold = _coverage(stay_length)
    if units == 1:
        return requests, sold
    # With several units more nights are sold than one unit can sell; the ratio then stays the last one.
    shares = [*sold[1::4], *(percent / 100 for percent in range(int(100 * sold[-1]) + 1, 100))]
    ratios = [asked / -log(1 - share) for asked, share in zip(requests[1::4], sold[1::4], strict=True)]
    ratios += [ratios[-1]] * (len(shares) - len(ratios))
    needed = [
        _requests_for_one_night(share, units) * ratio ** (1 / units)
        for share, ratio in zip(shares, ratios, strict=True)
    ]
    ascending = [(0.0, 0.0), *zip(accumulate(needed, max), shares, strict=True)]
    distinct = [point for before, point in pairwise(ascending) if point[0] > before[0]]
    return [0.0, *(asked for asked, _ in distinct)], [0.0, *(share for _, share in distinct)]


def _requests_for_one_night(occupancy: float, units: int) -> float:
    """The requests per unit of which this share is sold, for stays of one night: the mean of min(requests, units)."""
    low, high = 0.0, 20.0
    for _ in range(40):
        middle = (low + high) / 2
        chance = exp(-middle * units)
        vacant = 0.0
        for taken in range(units):
            vacant += (units - taken) * chance
            chance *= middle * units / (taken + 1)
        low, high = (middle, high) if 1 - vacant / units < occupancy else (low, middle)
    return low


def _interpolate(at: float, positions: Sequence[float], values: Sequence[float]) -> float:
    """The value between those of the two positions around `at`; the last value beyond the last position."""
    above = bisect_left(positions, at)
    if above == 0:
        return values[0]
    if above == len(positions):
        return values[-1]
    part = (at - positions[above - 1]) / (positions[above] - positions[above - 1])
    return values[above - 1] + part * (values[above] - values[above - 1])


def _sums(requests: float, units: int) -> tuple[float, float]:
    """S(units - 1) and S(units)."""
    term, before, total = 1.0, 0.0, 1.0
    for unit in range(1, units + 1):
        term *= requests / unit
        before, total = total, total + term
    return before, total
