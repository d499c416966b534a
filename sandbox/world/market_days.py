"""A market's demand, rates and host price factors for each day, precomputed for the simulation."""

import math
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import accumulate
from statistics import NormalDist
from zoneinfo import ZoneInfo

from sandbox.demand import (
    LEAD_RESPONSE,
    LEAD_SIGMA,
    demand_index,
    host_price_factor,
    market_rate,
)
from sandbox.markets import MARKETS, Market
from sandbox.world.places import PLACES

FIRST_YEAR = 2019
FIRST_DAY = date(FIRST_YEAR, 1, 1).toordinal()
LEAD_STEPS = 1024
SPREAD = NormalDist()
LEAD_SPREAD = tuple(math.exp(LEAD_SIGMA * SPREAD.inv_cdf((step + 0.5) / LEAD_STEPS)) for step in range(LEAD_STEPS))
"""Lead times divided by the median lead time, at evenly spaced quantiles."""


@dataclass(slots=True)
class Days:
    """Values for each day from FIRST_DAY on. The sums (`…_until`) run over all earlier days, so that the sum over a
    stay is one subtraction."""

    lead_median: list[float] = field(default_factory=list)
    utc_offset: list[int] = field(default_factory=list)
    """Seconds: local time at noon minus UTC."""
    arrivals_until: list[float] = field(default_factory=lambda: [0.0])
    rates_until: list[float] = field(default_factory=lambda: [0.0])
    host_factors_until: list[float] = field(default_factory=lambda: [0.0])


@dataclass(frozen=True, slots=True)
class Year:
    lead_median: list[float]
    utc_offset: list[int]
    arrivals: list[float]
    rates: list[float]
    host_factors: list[float]


class MarketDays:
    """One market's days. Each year is computed when it is first needed."""

    def __init__(self, market: Market, *, seed: int) -> None:
        self.market = market
        self.days = Days()
        """The days computed so far; the lists grow in place."""
        self._seed = seed
        self._next_year = FIRST_YEAR

    def up_to(self, ordinal: int) -> Days:
        """The days, computed at least up to a day ordinal."""
        while date(self._next_year, 1, 1).toordinal() <= ordinal:
            self._add_year(_year(self.market.city, self._next_year, self._seed))
            self._next_year += 1
        return self.days

    def _add_year(self, year: Year) -> None:
        self.days.lead_median += year.lead_median
        self.days.utc_offset += year.utc_offset
        _append_sums(self.days.arrivals_until, year.arrivals)
        _append_sums(self.days.rates_until, year.rates)
        _append_sums(self.days.host_factors_until, year.host_factors)


@lru_cache(256)
def _year(city: str, year: int, seed: int) -> Year:
    market, zone = MARKETS[city], PLACES[city].zone
    first, end = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    nights = [date.fromordinal(ordinal) for ordinal in range(first, end)]
    index = [demand_index(market, night, seed=seed) for night in nights]
    return Year(
        lead_median=[market.lead_median * value**LEAD_RESPONSE for value in index],
        utc_offset=[_utc_offset(night, zone) for night in nights],
        arrivals=[value * market.arrival_weekday[night.weekday()] for value, night in zip(index, nights, strict=True)],
        rates=[market_rate(market, night, seed=seed) for night in nights],
        host_factors=[host_price_factor(market, night) for night in nights],
    )


def _utc_offset(night: date, zone: ZoneInfo) -> int:
    offset = datetime(night.year, night.month, night.day, 12, tzinfo=zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def _append_sums(sums: list[float], values: list[float]) -> None:
    sums += list(accumulate(values, initial=sums[-1]))[1:]
