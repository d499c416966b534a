"""The rules for stays: how long they may be, and when they may begin and end.

Layers of min stays, from the most specific: seasonal weekday, seasonal lead time, seasonal, lead time, weekday,
default, the channel's own. Gap filling then lowers the result and never raises it.
"""

from collections.abc import Sequence

from pricing.bookings import Bookings
from pricing.horizon import Horizon
from pricing.lead_time import LeadTimeRule, by_lead_time
from pricing.listing import ListingFacts
from pricing.rules import CheckinCheckoutDays, DayOfWeekMinStay, MaxStays, MinStays, TimeBasedMinStay
from pricing.seasons import by_specificity, overlay, spans


def min_stays(rules: MinStays, listing: ListingFacts, horizon: Horizon, bookings: Bookings) -> list[int]:
    """The minimum number of nights of a stay that arrives on each night of the horizon, after gap filling."""
    default = rules.min_stay or listing.channel_min_stay or 1
    weekdays = _weekday_min_stays(rules.day_of_week_min_stays)
    by_weekday = [weekdays.get(weekday, default) for weekday in range(7)]
    stays = [by_weekday[weekday] for weekday in horizon.weekdays]
    _put_last_minute(rules, horizon, stays)
    overlay(stays, horizon, rules.seasonal_min_stays, lambda season: season.min_stay)
    locked = [False] * len(stays)
    overlay(locked, horizon, rules.seasonal_min_stays, lambda season: season.min_stay_locked)
    _put_seasonal_lead_time(rules, horizon, locked, stays)
    for season in by_specificity(rules.seasonal_day_of_week_min_stays):
        seasonal = _weekday_min_stays(season.min_stays)
        for low, high in spans(season, horizon):
            for position in range(low, high):
                stays[position] = seasonal.get(horizon.weekdays[position], stays[position])
    _fill_gaps(rules, horizon, bookings, locked, stays)
    return [max(stay, 1) for stay in stays]


def max_stays(rules: MaxStays, listing: ListingFacts, horizon: Horizon, at_least: Sequence[int]) -> list[int | None]:
    """The maximum number of nights of a stay that arrives on each night of the horizon; None means no maximum.

    `at_least` are the min stays. A maximum below the min stay is raised to it.
    """
    default = rules.max_stay or listing.channel_max_stay or None
    stays: list[int | None] = [default] * len(at_least)
    overlay(stays, horizon, rules.seasonal_max_stays, lambda season: season.max_stay)
    return [
        None if longest is None else max(longest, shortest) for longest, shortest in zip(stays, at_least, strict=True)
    ]


def checkin_checkout(rules: CheckinCheckoutDays, horizon: Horizon) -> tuple[list[bool], list[bool]]:
    """Whether a stay may arrive, and whether it may depart, on each night of the horizon."""
    weekdays = horizon.weekdays
    checkin = [not rules.checkin_days or weekday in rules.checkin_days for weekday in weekdays]
    checkout = [not rules.checkout_days or weekday in rules.checkout_days for weekday in weekdays]
    for season in by_specificity(rules.seasonal_checkin_checkout_days):
        for low, high in spans(season, horizon):
            for position in range(low, high):
                weekday = weekdays[position]
                checkin[position] = not season.checkin_days or weekday in season.checkin_days
                checkout[position] = not season.checkout_days or weekday in season.checkout_days
    return checkin, checkout


def _weekday_min_stays(rules: Sequence[DayOfWeekMinStay]) -> dict[int, int]:
    """Min stay by weekday. The API refuses a weekday that comes twice; if it does, the longer stay wins."""
    stays: dict[int, int] = {}
    for rule in rules:
        if rule.min_stay is not None:
            stays[rule.weekday] = max(rule.min_stay, stays.get(rule.weekday, 1))
    return stays


def _by_lead_time(rules: Sequence[TimeBasedMinStay], lead_times: Sequence[int]) -> list[int | None]:
    return by_lead_time(
        [(LeadTimeRule(rule.days_away, rule.direction, rule.min_stay), rule.min_stay) for rule in rules],
        lead_times,
    )


def _put_last_minute(rules: MinStays, horizon: Horizon, stays: list[int]) -> None:
    """Apply the general lead-time rules outside seasons that have their own lead-time rules or exclude them."""
    if not rules.last_minute_min_stays:
        return
    general = _by_lead_time(rules.last_minute_min_stays, horizon.lead_times)
    for season in rules.seasonal_time_based_min_stays:
        for low, high in spans(season, horizon):
            general[low:high] = [None] * (high - low)
    for position, stay in enumerate(general):
        if stay is not None:
            stays[position] = stay


def _put_seasonal_lead_time(rules: MinStays, horizon: Horizon, locked: Sequence[bool], stays: list[int]) -> None:
    own: list[int | None] = [None] * len(stays)
    for season in by_specificity(rules.seasonal_time_based_min_stays):
        steps = () if season.exclude else season.time_based_min_stays
        for low, high in spans(season, horizon):
            own[low:high] = _by_lead_time(steps, horizon.lead_times[low:high])
    for position, stay in enumerate(own):
        if stay is not None and not locked[position]:
            stays[position] = stay


def _fill_gaps(rules: MinStays, horizon: Horizon, bookings: Bookings, locked: Sequence[bool], stays: list[int]) -> None:
    filling = [rules.gap_fill_min_stay] * len(stays)
    overlay(filling, horizon, rules.seasonal_gap_fill_min_stays, lambda season: season.gap_fill_min_stay)
    if not any(rule.enabled for rule in filling):
        return
    for position, gap in enumerate(bookings.gaps(horizon)):
        rule = filling[position]
        if not gap or not rule.enabled or locked[position] or (rule.gaps is not None and gap > rule.gaps):
            continue
        stays[position] = min(stays[position], max(gap - (rule.buffer or 0), 1))
