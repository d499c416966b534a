"""Who asks for a stay, when, and what they would pay: the seeded stream behind a listing's bookings.

The stream is cut into eras of a few years, each drawn from its own seed. A night kept free for maintenance
stands between two eras, so that no stay crosses and each era can be drawn without the ones before it.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from random import Random
from statistics import NormalDist
from typing import NamedTuple, TypeVar

from sandbox.demand import (
    LONGEST_LEAD,
    LOWEST_WILLINGNESS,
    OWNER_STAYS_PER_YEAR,
    SOURCES,
    Market,
    StayProfile,
    booking_share,
    lead_factor,
    willingness,
)
from sandbox.world.chance import chance, number
from sandbox.world.listings import Listing
from sandbox.world.markets import FIRST_DAY, FIRST_YEAR, LEAD_SPREAD, LEADS, Days, MarketDays
from sandbox.world.portfolios import PORTFOLIOS

DAY = 86_400
UNIX_EPOCH = date(1970, 1, 1).toordinal()
MAINTENANCE_DAYS = 21
"""The maintenance night falls in the first so many days of the market's quiet month."""
ERAS, REQUESTS_PER_ERA = 100, 8192
MOST_GUESTS = REQUESTS_PER_ERA - 64
PRICE_STEPS = 4096
ASKING_SHARE = booking_share(LOWEST_WILLINGNESS)
WILLINGNESS = tuple(willingness(ASKING_SHARE * (step + 0.5) / PRICE_STEPS) for step in range(PRICE_STEPS))
LEAD_FACTORS = tuple(lead_factor(days) for days in range(LONGEST_LEAD + 1))
OWNER = "owner"
Option = TypeVar("Option", str, int)


class Request(NamedTuple):
    """Somebody who asks for a stay. Ordered by the instant of asking."""

    at: int
    id: int
    """Of the stay, if it comes to one."""
    arrival: int
    """Day ordinal."""
    nights: int
    lead_days: int
    pays_up_to: float
    """The highest rent for all nights, before discounts for the length of stay; see sandbox.demand."""
    source: str
    fate: float
    """Chance that decides what becomes of the booking."""
    when: float
    """Chance that decides when."""


def era_of(market: Market, profile: StayProfile, day: date) -> int:
    """The year in which the era that holds a day begins."""
    year = day.year if day.month >= market.quiet_month else day.year - 1
    return max(FIRST_YEAR, year - year % profile.years)


def maintenance_night(listing: Listing, market: Market, era: int, *, seed: int) -> int:
    """Day ordinal of the night that begins an era; the next era's ends it."""
    first = date(era, market.quiet_month, 1).toordinal()
    return first + number(seed, "maintenance", listing.id, era) % MAINTENANCE_DAYS


class Era:
    """The nights of a listing between two maintenance nights, and everybody who ever asks for them."""

    def __init__(self, listing: Listing, days_of: MarketDays, year: int, *, seed: int) -> None:
        market, self._profile = days_of.market, PORTFOLIOS[listing.portfolio].stays
        self.begin = maintenance_night(listing, market, year, seed=seed) + 1
        self.end = maintenance_night(listing, market, year + self._profile.years, seed=seed)
        self._days: Days = days_of.up_to(self.end)
        self._demand = (
            market.requests_per_unit * listing.units * listing.popularity * self._profile.requests * ASKING_SHARE
        )
        self._first_id = (listing.id * ERAS + year - FIRST_YEAR) * REQUESTS_PER_ERA
        self._listing = listing
        self._key = (seed, "requests", listing.id, year)

    def requests(self, *, after: int, until: int, unwritten_until: int) -> list[Request]:
        """Those made in `(after, until]`, in no particular order.

        Until `unwritten_until` the listing is as the world made it, and those whom its own prices and minimum
        stay turn away anyway are left out.
        """
        dice = chance(*self._key)
        return [*self._guests(dice, after, until, unwritten_until), *self._owner_stays(dice, after, until)]

    def _guests(self, dice: Random, after: int, until: int, unwritten_until: int) -> list[Request]:
        # The busiest loop of the sandbox: a million rounds when a thousand listings are looked at first. Each
        # round draws as often as the others, whatever comes of it: the next request must not depend on it.
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
            lead = int(leads[day] * lead_scale * LEAD_SPREAD[int(draw() * LEADS)])
            moment, pays, source, fate, when = draw(), draw(), draw(), draw(), draw()
            # Guests of the same day book before the check-in hour, the others from seven to midnight.
            local = 25_200 + int(moment * (28_800 if lead == 0 else 61_200))
            at = (arrival - lead - UNIX_EPOCH) * DAY + local - utc_offset[day]
            if after < at <= until and arrival + nights <= end and lead <= LONGEST_LEAD:
                rate = (rates[day + nights] - rates[day]) * value * LEAD_FACTORS[lead]
                pays_up_to = WILLINGNESS[int(pays * PRICE_STEPS)] * rate
                if at <= unwritten_until and (
                    nights < min_stay or (prices[day + nights] - prices[day]) * base > pays_up_to
                ):
                    continue
                origin = sources[int(source * 100)]
                requests.append(
                    new_request(Request, (at, stay_id, arrival, nights, lead, pays_up_to, origin, fate, when))
                )
        return requests

    def _owner_stays(self, dice: Random, after: int, until: int) -> Iterator[Request]:
        """Owners come for three to ten nights and say so one to four months ahead."""
        draw = dice.random
        last_id = self._first_id + REQUESTS_PER_ERA - 1
        for step in range(_poisson(OWNER_STAYS_PER_YEAR * self._profile.years, dice)):
            arrival, nights = self.begin + int(draw() * (self.end - self.begin)), 3 + int(draw() * 8)
            lead, moment = 30 + int(draw() * 90), int(draw() * DAY)
            at = (arrival - lead - UNIX_EPOCH) * DAY + moment
            if after < at <= until and arrival + nights <= self.end:
                yield Request(at, last_id - step, arrival, nights, lead, math.inf, OWNER, 1.0, 0.0)


def listing_of_stay(stay_id: int) -> int:
    """The listing of a stay that the world made: the ids tell the listing, the era and the request."""
    return stay_id // REQUESTS_PER_ERA // ERAS


def _by_hundredths(weights: dict[Option, int]) -> list[Option]:
    return [value for value, weight in weights.items() for _ in range(weight)]


def _poisson(mean: float, dice: Random) -> int:
    """By the normal approximation, which is close enough from a dozen on and harmless below."""
    return max(0, round(mean + math.sqrt(mean) * NormalDist().inv_cdf(dice.random() or 0.5)))
