"""The factors that move a night's price: one column of steps per factor, over all nights of a horizon."""

from bisect import bisect_left
from calendar import isleap
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from pricing.events import Event, events_between
from pricing.factor_keys import DAY_OF_WEEK, DEMAND, EVENT, OCCUPANCY, SEASON
from pricing.horizon import Horizon
from pricing.market import WEEKS, BookingPace, MarketStatistics
from pricing.night import Step
from pricing.rules import WEEKDAYS

# A listing whose occupancy is 10 percentage points above the usual share costs 2 % more.
OCCUPANCY_WEIGHT = 0.2
OCCUPANCY_BOUNDS = (0.9, 1.1)

_FIRST_DAYS = [date(2001, 1, 1) + timedelta(days=7 * week) for week in range(WEEKS)]
_WEEK_REASONS = [f"Season of the market, week of {day.day} {day:%B}" for day in _FIRST_DAYS]
_WEEKDAY_REASONS = [weekday.capitalize() for weekday in WEEKDAYS]

# One step per night of a horizon; None where the factor does not change the price.
Column = list[Step | None]


def step(key: str, ratio: float, reason: str, event_impact: str | None = None) -> Step | None:
    """A step with the ratio rounded to two decimals; None when that is 1."""
    rounded = round(ratio, 2)
    return None if rounded == 1 else Step(key, rounded, reason, event_impact)


def season(market: MarketStatistics, horizon: Horizon) -> Column:
    """The market's ratio for each night's week of the year."""
    weeks = [step(SEASON, ratio, reason) for ratio, reason in zip(market.season, _WEEK_REASONS, strict=True)]
    weeks.append(weeks[-1])  # the one or two days after 52 weeks
    ordinals, column = horizon.ordinals, Column()
    for year in range(horizon.dates[0].year, horizon.dates[-1].year + 1):
        first = date(year, 1, 1).toordinal()
        nights = slice(bisect_left(ordinals, first), bisect_left(ordinals, first + 365 + isleap(year)))
        column += [weeks[(ordinal - first) // 7] for ordinal in ordinals[nights]]
    return column


def day_of_week(market: MarketStatistics, horizon: Horizon) -> Column:
    """The market's ratio for each night's weekday."""
    weekdays = [
        step(DAY_OF_WEEK, ratio, reason) for ratio, reason in zip(market.day_of_week, _WEEKDAY_REASONS, strict=True)
    ]
    return [weekdays[weekday] for weekday in horizon.weekdays]


def event(market: MarketStatistics, horizon: Horizon) -> Column:
    """The ratio of each night's event, at the market's place."""

    def step_of(found: Event) -> Step | None:
        return step(EVENT, market.event_ratio(found), found.name, found.impact)

    events = events_between(market.country, market.city, horizon.dates)
    steps = {found: step_of(found) for found in set(events.values())}
    return [steps[events[ordinal]] if ordinal in events else None for ordinal in horizon.ordinals]


def demand(paces: Sequence[BookingPace | None]) -> Column:
    """How far the market is booked for each night, compared with the usual share at that lead time."""
    return [None if pace is None else _demand_step(pace) for pace in paces]


def occupancy(paces: Sequence[BookingPace | None], booked_around: Sequence[float | None]) -> Column:
    """How far the listing is booked around each night, compared with the usual share in the market."""
    return [
        None if pace is None or booked is None else _occupancy_step(booked, pace.usual)
        for pace, booked in zip(paces, booked_around, strict=True)
    ]


# All listings of a market share its paces, and shares have two decimals: most steps are found in the cache.
@lru_cache(maxsize=8192)
def _demand_step(pace: BookingPace) -> Step | None:
    reason = f"{pace.booked:.0%} of the market is booked, {pace.usual:.0%} is usual so far ahead"
    return step(DEMAND, pace.ratio, reason)


@lru_cache(maxsize=8192)
def _occupancy_step(booked: float, usual: float) -> Step | None:
    low, high = OCCUPANCY_BOUNDS
    ratio = min(max(1 + OCCUPANCY_WEIGHT * (booked - usual), low), high)
    reason = f"{min(booked, 1):.0%} of the nights around it are booked, {usual:.0%} is usual so far ahead"
    return step(OCCUPANCY, ratio, reason)
