"""The price that earns most for the units that are left, given the requests that are still to come.

The model is that of Gallego and van Ryzin (1994), *Optimal dynamic pricing of inventories with stochastic demand over
finite horizons*, section 2.3: requests arrive at random (Poisson), and the share of guests who accept a price falls
exponentially with it. Then the best price has a closed form: with n units left and y requests still to come that would
accept the price w, at which the number of requests times the price is largest,

    best price = w (1 + ln S(n) - ln S(n - 1)),   S(n) = 1 + y + y²/2! + ... + yⁿ/n!

and the expected revenue from now on is w ln S(n).
"""

from bisect import bisect_left
from functools import lru_cache
from math import exp, log


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


def expected_revenue(requests: float, units: int = 1) -> float:
    """The revenue expected until arrival at the best prices, in multiples of the price at which no unit is scarce."""
    return log(_sums(requests, max(units, 1))[1])


def accepting(requests: float, elasticity: float) -> float:
    """The requests that would accept the price at which no unit is scarce, from those that accept the usual price.

    elasticity: by how many percent the accepted requests fall when the usual price rises by one percent. The price at
    which no unit is scarce is the usual one / elasticity.
    """
    return requests * exp(elasticity - 1)


def crowding(stay_length: float) -> float:
    """How many nights' worth of requests a booked night turns away, for stays of this many nights.

    A stay of k nights makes all stays impossible that would arrive on one of 2k - 1 days, not only on its k nights.
    """
    return 2 - 1 / max(stay_length, 1.0)


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


def requests_at(occupancy: float, stay_length: float) -> float:
    """How many requests a night must get so that this share of nights is sold in the end.

    With stays of one night it is -ln(1 - occupancy). Longer stays need more requests, because they meet taken nights.
    """
    short = max(int(stay_length), 1)
    part = min(max(stay_length - short, 0.0), 1.0)
    return (1 - part) * _requests_at(occupancy, short) + part * _requests_at(occupancy, short + 1)


def _requests_at(occupancy: float, stay_length: int) -> float:
    requests, sold = _coverage(stay_length)
    position = bisect_left(sold, occupancy)
    if position == 0:
        return 0.0
    if position == len(sold):
        return requests[-1]
    below, above = sold[position - 1], sold[position]
    return requests[position - 1] + (requests[position] - requests[position - 1]) * (occupancy - below) / (
        above - below
    )


def sold_share(requests: float, stay_length: float) -> float:
    """The share of nights that is sold in the end, the inverse of `requests_at`."""
    short = max(int(stay_length), 1)
    part = min(max(stay_length - short, 0.0), 1.0)
    return (1 - part) * _sold_share(requests, short) + part * _sold_share(requests, short + 1)


def _sold_share(requests: float, stay_length: int) -> float:
    steps, sold = _coverage(stay_length)
    position = min(int(requests / 0.02), len(sold) - 2)
    return sold[position] + (sold[position + 1] - sold[position]) * min((requests - steps[position]) / 0.02, 1.0)


def _sums(requests: float, units: int) -> tuple[float, float]:
    """S(units - 1) and S(units)."""
    term, before, total = 1.0, 0.0, 1.0
    for unit in range(1, units + 1):
        term *= requests / unit
        before, total = total, total + term
    return before, total
