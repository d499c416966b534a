"""The seeded stream of stay requests behind a listing's bookings: dates, lead times, willingness to pay.

The stream is divided into eras (see sandbox.world.maintenance), and each era is drawn from its own seed.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator
from random import Random
from statistics import NormalDist
from typing import NamedTuple, TypeVar

from sandbox.demand import (
    LONGEST_LEAD,
    LOWEST_WILLINGNESS,
    OWNER_STAYS_PER_YEAR,
    SOURCES,
    booking_share,
    lead_factor,
    willingness,
)
from sandbox.world.chance import seeded_random
from sandbox.world.days import DAY_SECONDS, UNIX_EPOCH
from sandbox.world.listings import Listing
from sandbox.world.maintenance import maintenance_night
from sandbox.world.market_days import FIRST_DAY, FIRST_YEAR, LEAD_SPREAD, LEAD_STEPS, Days, MarketDays
from sandbox.world.portfolios import PORTFOLIOS

ERAS, REQUESTS_PER_ERA = 100, 8192
"""Room for ids: eras of a listing, and stays of an era."""
MOST_GUESTS = REQUESTS_PER_ERA - 64
PRICE_STEPS = 4096
ASKING_SHARE = booking_share(LOWEST_WILLINGNESS)
WILLINGNESS = tuple(willingness(ASKING_SHARE * (step + 0.5) / PRICE_STEPS) for step in range(PRICE_STEPS))
LEAD_FACTORS = tuple(lead_factor(days) for days in range(LONGEST_LEAD + 1))
OWNER = "owner"
Option = TypeVar("Option", str, int)


class StayRequest(NamedTuple):
    """A guest's or an owner's request for a stay. Requests sort by their instant."""

    at: int
    """Unix seconds."""
    id: int
    """Id of the stay, if the request becomes one."""
    arrival: int
    """Day ordinal."""
    nights: int
    lead_days: int
    pays_up_to: float
    """The highest rent for all nights, before the discount for the length of stay; see sandbox.demand."""
    source: str
    fate: float
    """Random number that decides which statuses the booking goes through."""
    when: float
    """Random number that decides at which instant the status changes."""


class Era:
    """The nights of a listing between two maintenance nights, and all stay requests for them."""

    def __init__(self, listing: Listing, market_days: MarketDays, year: int, *, seed: int) -> None:
        market, self._profile = market_days.market, PORTFOLIOS[listing.portfolio].stays
        self.begin = maintenance_night(listing, market, year, seed=seed) + 1
        self.end = maintenance_night(listing, market, year + self._profile.years, seed=seed)
        self._days: Days = market_days.up_to(self.end)
        self._demand = (
            market.requests_per_unit * listing.units * listing.popularity * self._profile.requests * ASKING_SHARE
        )
        self._first_id = (listing.id * ERAS + year - FIRST_YEAR) * REQUESTS_PER_ERA
        self._listing = listing
        self._key = (seed, "requests", listing.id, year)

    def requests(self, *, after: int, until: int, unwritten_until: int) -> list[StayRequest]:
        """The requests made in `(after, until]`, in no particular order.

        `unwritten_until` is the last instant before clients change anything about the listing. Requests up to then
        are left out if the manager's own prices or minimum stay refuse them.
        """
        dice = seeded_random(*self._key)
        return [*self._guests(dice, after, until, unwritten_until), *self._owner_stays(dice, after, until)]

    def _guests(self, dice: Random, after: int, until: int, unwritten_until: int) -> list[StayRequest]:
        # The busiest loop of the sandbox: a million iterations for the first read of a thousand listings. Every
        # iteration draws equally many random numbers, so that no request depends on the fate of an earlier one.
        draw, new_request, find = dice.random, tuple.__new__, bisect_right
        sums, leads, utc_offset = self._days.arrivals_until, self._days.lead_median, self._days.utc_offset
        rates, prices = self._days.rates_until, self._days.host_factors_until
        value, base, min_stay = self._listing.value, self._listing.base_price, self._listing.min_stay
        lengths, sources = _by_hundredths(self._profile.nights), _by_hundredths(SOURCES)
        lead_scale, end = self._profile.lead_days, self.end
        first, last = self.begin - FIRST_DAY, end - FIRST_DAY
        low, span = sums[first], sums[last] - sums[first]
        requests = []
        for stay_id in range(self._first_id, self._first_id + min(_poisson(self._demand * span, dice), MOST_GUESTS)):
            day = find(sums, low + draw() * span, first, last) - 1
            arrival = day + FIRST_DAY
            nights = lengths[int(draw() * 100)]
            lead = int(leads[day] * lead_scale * LEAD_SPREAD[int(draw() * LEAD_STEPS)])
            moment, pays, source, fate, when = draw(), draw(), draw(), draw(), draw()
            # Bookings for the same day are made between 7:00 and 15:00, the others between 7:00 and midnight.
            local = 25_200 + int(moment * (28_800 if lead == 0 else 61_200))
            at = (arrival - lead - UNIX_EPOCH) * DAY_SECONDS + local - utc_offset[day]
            if after < at <= until and arrival + nights <= end and lead <= LONGEST_LEAD:
                rate = (rates[day + nights] - rates[day]) * value * LEAD_FACTORS[lead]
                pays_up_to = WILLINGNESS[int(pays * PRICE_STEPS)] * rate
                if at <= unwritten_until and (
                    nights < min_stay or (prices[day + nights] - prices[day]) * base > pays_up_to
                ):
                    continue
                origin = sources[int(source * 100)]
                requests.append(
                    new_request(StayRequest, (at, stay_id, arrival, nights, lead, pays_up_to, origin, fate, when))
                )
        return requests

    def _owner_stays(self, dice: Random, after: int, until: int) -> Iterator[StayRequest]:
        """Owners stay three to ten nights and reserve them one to four months ahead."""
        draw = dice.random
        last_id = self._first_id + REQUESTS_PER_ERA - 1
        for step in range(_poisson(OWNER_STAYS_PER_YEAR * self._profile.years, dice)):
            arrival, nights = self.begin + int(draw() * (self.end - self.begin)), 3 + int(draw() * 8)
            lead, moment = 30 + int(draw() * 90), int(draw() * DAY_SECONDS)
            at = (arrival - lead - UNIX_EPOCH) * DAY_SECONDS + moment
            if after < at <= until and arrival + nights <= self.end:
                yield StayRequest(at, last_id - step, arrival, nights, lead, math.inf, OWNER, 1.0, 0.0)


def listing_of_stay(stay_id: int) -> int:
    """The listing of a generated stay. Its id encodes the listing, the era and the request."""
    return stay_id // REQUESTS_PER_ERA // ERAS


def _by_hundredths(weights: dict[Option, int]) -> list[Option]:
    return [value for value, weight in weights.items() for _ in range(weight)]


def _poisson(mean: float, dice: Random) -> int:
    """A draw from the normal approximation, which is good from a mean of about twelve on and good enough below."""
    return max(0, round(mean + math.sqrt(mean) * NormalDist().inv_cdf(dice.random() or 0.5)))
