"""How many nights are sold when stays shorter than a minimum are refused.

Stays of k nights are a share of all stays. They arrive at random, and a stay is refused where one of its nights is
taken. The chance E(n) that n nights in a row are vacant then follows from the chances of longer runs (random sequential
adsorption of a mixture; Evans 1993, *Random and cooperative sequential adsorption*, section IV): each stay that takes
one of the n nights needs all of its own nights to be vacant, too. For runs longer than the longest stay, each further
night lowers the chance by the same factor, so the equations close.
"""

from functools import lru_cache
from math import exp
from operator import mul

STEP = 0.05
MOST_REQUESTS = 8.0


def kept_share(stay_lengths: tuple[float, ...], min_stay: int, requests: float) -> float:
    """The nights that are sold with a min stay, as a share of those that are sold without one; it can exceed 1.

    stay_lengths: the shares of stays of 1, 2, ... nights; the last one is of that many or more. requests: the accepted
    requests for a night until arrival, of all lengths. A longer min stay loses requests; what it keeps meets fewer
    short stays in its way.
    """
    shortest = min(max(min_stay, 1), len(stay_lengths))
    if shortest == 1:
        return 1.0
    all_stays = _sold(_curve(stay_lengths, 1), requests)
    if not all_stays:
        return sum(_requests_per_stay(stay_lengths)[shortest - 1 :])
    return _sold(_curve(stay_lengths, shortest), requests) / all_stays


def fitting_share(stay_lengths: tuple[float, ...], gap: int, min_stay: int) -> float:
    """The share of the requests for a night that fit into a gap around it and are long enough.

    Of the stays of k nights that take a given night there are k, by their arrival; in a gap of g nights there are
    (g - k + 1) k / g on average.
    """
    longest = min(gap, len(stay_lengths))
    requests = _requests_per_stay(stay_lengths)
    return sum(requests[nights - 1] * (gap - nights + 1) / gap for nights in range(max(min_stay, 1), longest + 1))


def mean_fitting_stay(stay_lengths: tuple[float, ...], gap: int, min_stay: int) -> float:
    """The mean length of the stays that fit into a gap and are long enough; the min stay if there are none."""
    fitting = range(max(min_stay, 1), min(gap, len(stay_lengths)) + 1)
    stays = sum(stay_lengths[nights - 1] for nights in fitting)
    return sum(nights * stay_lengths[nights - 1] for nights in fitting) / stays if stays else float(max(min_stay, 1))


@lru_cache(maxsize=512)
def _requests_per_stay(stay_lengths: tuple[float, ...]) -> tuple[float, ...]:
    """The shares of the requests for one night that are stays of 1, 2, ... nights: a stay of k asks for k nights."""
    mean = sum(nights * share for nights, share in enumerate(stay_lengths, 1))
    return tuple(nights * share / mean for nights, share in enumerate(stay_lengths, 1))


def _sold(curve: list[float], requests: float) -> float:
    position = min(requests, MOST_REQUESTS) / STEP
    before = min(int(position), len(curve) - 2)
    return curve[before] + (curve[before + 1] - curve[before]) * (position - before)


@lru_cache(maxsize=512)
def _curve(stay_lengths: tuple[float, ...], shortest: int) -> list[float]:
    """The share of nights sold after 0, STEP, 2 STEP, ... requests per night."""
    longest = len(stay_lengths)
    mean = sum(nights * share for nights, share in enumerate(stay_lengths, 1))
    # Arrivals per day and request for a night.
    arrivals = {nights: share / mean for nights, share in enumerate(stay_lengths, 1) if nights >= shortest and share}
    slopes = [_slope(run, arrivals, 2 * longest) for run in range(1, longest + 1)]
    total = sum(arrivals.values())
    vacant = [1.0] * longest  # E(1) to E(longest)
    curve = [0.0]
    for step in range(round(MOST_REQUESTS / STEP)):
        halfway = _moved(vacant, vacant, slopes, STEP / 2, total * step * STEP)
        vacant = _moved(vacant, halfway, slopes, STEP, total * (step + 0.5) * STEP)
        curve.append(1 - vacant[0])
    return curve


def _slope(run: int, arrivals: dict[int, float], size: int) -> list[float]:
    """How fast the chance that a run is vacant falls, as multiples of E(1), E(2), ...: one for each needed run."""
    weights = [0.0] * size
    for nights, rate in arrivals.items():
        shorter, longer = min(run, nights), max(run, nights)
        weights[longer - 1] += rate * (longer - shorter + 1)
        for shared in range(1, shorter):
            weights[run + nights - shared - 1] += 2 * rate
    return weights


def _moved(vacant: list[float], at: list[float], slopes: list[list[float]], step: float, arrived: float) -> list[float]:
    """The chances after a step with the slopes at `at`. arrived: the stays that arrived on a day until then."""
    further = exp(-arrived)
    extended = [*at]
    while len(extended) < len(slopes[0]):
        extended.append(extended[-1] * further)
    return [chance - step * sum(map(mul, slope, extended)) for chance, slope in zip(vacant, slopes, strict=True)]
