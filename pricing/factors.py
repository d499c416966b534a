"""The factors that move a night's price: one column of steps per factor, over all nights of a horizon."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from pricing.events import Event, events_between
from pricing.factor_keys import DAY_OF_WEEK, DEMAND, EVENT, LEAD_TIME, SCARCITY, SEASON
from pricing.horizon import Horizon, weeks_of
from pricing.market import HALF_LEFT, WEEKS, BookingPace, MarketStatistics
from pricing.night import Step
from pricing.optimum import planned_units, scarcity, usual_scarcity
from pricing.prospects import Prospects
from pricing.rules import WEEKDAYS
from pricing.stay_mix import fitting_share

# A longer gap takes nearly all stays.
LONGEST_SCARCE_GAP = 14

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
    return [weeks[week] for week in weeks_of(horizon)]


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


def lead_time(ahead: Prospects) -> Column:
    """How many requests are still to come for each night, compared with the day on which half of them are.

    A night far ahead has the choice of many requests; a vacant night close by is sold only at a lower price.
    """
    crowd, units = ahead.crowding, ahead.units
    return [
        _lead_time_step(round(requests * crowd, 2), left, units, days)
        for requests, left, days in zip(ahead.requests, ahead.left, ahead.lead_times, strict=True)
    ]


def scarce_units(ahead: Prospects, units_left: Sequence[int] | None) -> Column:
    """How many units are left for each night, compared with the number that is usually left so far ahead."""
    if ahead.units <= 1 or units_left is None:
        return [None] * len(ahead.left)
    return [
        _units_step(round(requests * ahead.crowding, 2), left, ahead.units, vacant)
        for requests, left, vacant in zip(ahead.requests, ahead.left, units_left, strict=True)
    ]


def gaps(ahead: Prospects, lengths: Sequence[int]) -> Column:
    """How many of the usual stays fit into the gap around each night. `lengths`: of the gaps in nights, 0 for none."""
    column: Column = [None] * len(lengths)
    stay_length = sum(nights * share for nights, share in enumerate(ahead.stay_lengths, 1))
    for position, gap in enumerate(lengths):
        if 0 < gap <= LONGEST_SCARCE_GAP:
            to_come = ahead.requests[position] * ahead.left[position]
            fits = fitting_share(ahead.stay_lengths, gap, 1)
            in_the_gap = to_come * fits * min(ahead.crowding, gap / stay_length)
            ratio = scarcity(in_the_gap, ahead.units) / scarcity(to_come * ahead.crowding, ahead.units)
            nights = "1 night" if gap == 1 else f"{gap} nights"
            column[position] = step(SCARCITY, ratio, f"A gap of {nights}: {fits:.0%} of the usual requests fit in")
    return column


# All listings of a market share its paces, and shares have two decimals: most steps are found in the cache.
@lru_cache(maxsize=8192)
def _demand_step(pace: BookingPace) -> Step | None:
    if (pace.booked - pace.usual) * (pace.ratio - 1) < 0:
        # The nights around it, and those of the market, say more than the few bookings of one night.
        reason = f"{pace.demand:g} times the usual bookings so far, on this night, those around it, and in the market"
    else:
        reason = f"{pace.booked:.0%} of the market is booked, {pace.usual:.0%} is usual so far ahead"
    return step(DEMAND, pace.ratio, reason)


@lru_cache(maxsize=65536)
def _units_step(requests: float, left: float, units: int, vacant: int) -> Step | None:
    planned = planned_units(units, requests, left)
    ratio = scarcity(requests * left, max(vacant, 1)) / scarcity(requests * left, planned)
    verb = "is" if vacant == 1 else "are"
    return step(SCARCITY, ratio, f"{vacant} of {units} units {verb} vacant, {planned:.1f} are usual so far ahead")


@lru_cache(maxsize=65536)
def _lead_time_step(requests: float, left: float, units: int, days: int) -> Step | None:
    ratio = usual_scarcity(requests / units, units, left) / usual_scarcity(requests / units, units, HALF_LEFT)
    when = "1 day ahead" if days == 1 else f"{days} days ahead" if days else "on its day"
    return step(LEAD_TIME, ratio, f"{left:.0%} of the requests for the night are still to come {when}")
