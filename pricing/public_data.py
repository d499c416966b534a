"""What imported public data of a city tell about it, as a start for a market with few owners or bookings.

Public data show asked prices and reviews, not bookings. So they count as a small number of booked nights, and no host
counts twice. docs/pricing.md, *Who counts how much*, explains the rules.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from statistics import fmean

from pricing.market import LARGEST_BEDROOMS, USUAL_STAY_LENGTHS, MarketStatistics
from pricing.market_shares import AREA_WEIGHT_NIGHTS, FEWEST_OWNERS, in_area
from pricing.market_tally import size_of
from pricing.optimum import requests_at
from pricing.paid_rates import weighted_median

# What guests pay relative to the price that the page of a home shows: hosts give discounts. An assumption.
PAID_TO_ASKED = 0.9
# The booked nights that a host's homes count as, and that all hosts together count as at most.
NIGHTS_PER_HOST = 12
MOST_PUBLIC_NIGHTS = 180

USUAL_STAY_LENGTH = sum(nights * share for nights, share in enumerate(USUAL_STAY_LENGTHS, 1))


@dataclass(frozen=True, slots=True)
class PublicHome:
    """A home let by the night. price: asked for a night, whole units. occupancy: estimated, 0 to 1."""

    host: str
    bedrooms: int
    price: float
    occupancy: float


@dataclass(frozen=True, slots=True)
class PublicStart:
    """What the homes of a city tell.

    nights: the booked nights that it counts as, at most MOST_PUBLIC_NIGHTS. level: the rate that guests pay for an
    average night of one bedroom, in whole units. occupancy: 0 to 1. requests: for a night at that rate.
    """

    nights: int
    level: float
    occupancy: float
    requests: float


def public_start(homes: Iterable[PublicHome]) -> PublicStart | None:
    """The medians over hosts; None with less than FEWEST_OWNERS hosts.

    In the level, a host has the weight of its mean occupancy, because guests do not pay what empty homes ask.
    """
    by_host: dict[str, list[PublicHome]] = defaultdict(list)
    for home in homes:
        if home.price > 0 and home.occupancy > 0:
            by_host[home.host].append(home)
    if len(by_host) < FEWEST_OWNERS:
        return None
    hosts = [
        (fmean(home.price / size_of(min(home.bedrooms, LARGEST_BEDROOMS)) for home in own),
         fmean(home.occupancy for home in own))
        for own in by_host.values()
    ]  # fmt: skip
    asked = weighted_median(hosts)
    occupancy = weighted_median((occupancy, 1.0) for _, occupancy in hosts)
    if asked is None or occupancy is None:
        return None
    return PublicStart(
        nights=min(NIGHTS_PER_HOST * len(hosts), MOST_PUBLIC_NIGHTS),
        level=PAID_TO_ASKED * asked,
        occupancy=occupancy,
        requests=requests_at(occupancy, USUAL_STAY_LENGTH),
    )


def completed(
    statistics: MarketStatistics, area: MarketStatistics | None, public: PublicStart | None
) -> MarketStatistics:
    """The statistics of a market with few owners or bookings, completed by its public data and the wider area.

    Public data come before the area, with their own weight, in what they tell: levels, requests and occupancy.
    """
    if public is None:
        return in_area(statistics, area) if area else statistics
    start = area or replace(statistics, booked_nights=0)
    weight = public.nights / (public.nights + AREA_WEIGHT_NIGHTS) if area else 1.0
    start = replace(
        start,
        booked_nights=start.booked_nights + public.nights,
        occupancy=weight * public.occupancy + (1 - weight) * start.occupancy,
        requests=weight * public.requests + (1 - weight) * start.requests,
    )
    whole = in_area(statistics, start, nights=AREA_WEIGHT_NIGHTS if area else public.nights)
    share = statistics.booked_nights / (statistics.booked_nights + public.nights)
    theirs = [public.level * size_of(bedrooms) for bedrooms in range(LARGEST_BEDROOMS + 1)]
    own = statistics.usual_levels or theirs
    usual = tuple(round(share * mine + (1 - share) * other, 2) for mine, other in zip(own, theirs, strict=True))
    best = whole.best_to_usual * statistics.best_to_average
    return replace(whole, usual_levels=usual, levels=tuple(round(level * best, 2) for level in usual))
