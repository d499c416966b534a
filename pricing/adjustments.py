"""The user's time-based adjustments: fixed, seasonal, or dynamic.

Exactly one kind applies to a night. The adjustments of a season come first, then the dynamic adjustment if it is
enabled, then the fixed adjustments.
"""

from collections.abc import Mapping, Sequence
from math import exp
from types import MappingProxyType

from pricing.factor_keys import TIME_BASED_ADJUSTMENT
from pricing.factors import Column, step
from pricing.horizon import Horizon
from pricing.lead_time import LeadTimeRule, by_lead_time
from pricing.night import Step
from pricing.optimum import scarcity
from pricing.prospects import Prospects
from pricing.rules import Tier, TimeBasedAdjustment, TimeBasedAdjustments
from pricing.seasons import by_specificity, spans

# Per tier: how much more than its price a booking is worth, in multiples of the price at which no unit is scarce.
VALUE_OF_A_BOOKING: Mapping[Tier, float] = MappingProxyType({"rate": -0.2, "revenue": 0.0, "occupancy": 0.3})
STRATEGIES: Mapping[Tier, str] = MappingProxyType(
    {
        "rate": "Strategy rate: higher prices, at the cost of bookings",
        "revenue": "Strategy revenue",
        "occupancy": "Strategy occupancy: more bookings, at the cost of the rate",
    }
)


def time_based_adjustment(rules: TimeBasedAdjustments, ahead: Prospects, horizon: Horizon) -> Column:
    """One step per night of the horizon, None where no adjustment changes the price."""
    dynamic = rules.dynamic_time_based_adjustments
    if dynamic.enabled:
        column = _dynamic(dynamic.tier, ahead)
    else:
        column = _fixed(rules.time_based_adjustments, horizon.lead_times)
    for season in by_specificity(rules.seasonal_time_based_adjustments):
        adjustments = () if season.exclude else season.time_based_adjustments
        for low, high in spans(season, horizon):
            column[low:high] = _fixed(adjustments, horizon.lead_times[low:high])
    return column


def unless_the_user_decides(rules: TimeBasedAdjustments, horizon: Horizon, lead_times: Column) -> Column:
    """The engine's own steps for lead time, without those that the user's adjustments stand for.

    Where there are adjustments `within` some days, the engine gives no discount of its own; where there are some
    `after` some days, no premium; in seasons that exclude adjustments neither.
    """
    column = list(lead_times)
    if not rules.dynamic_time_based_adjustments.enabled:
        _yield_to(rules.time_based_adjustments, column, slice(None))
    for season in by_specificity(rules.seasonal_time_based_adjustments):
        for low, high in spans(season, horizon):
            column[low:high] = [None] * (high - low) if season.exclude else lead_times[low:high]
            _yield_to(season.time_based_adjustments, column, slice(low, high))
    return column


def _yield_to(adjustments: Sequence[TimeBasedAdjustment], column: Column, where: slice) -> None:
    directions = {rule.direction for rule in adjustments}
    column[where] = [
        None
        if found is None or (found.ratio < 1 and "within" in directions) or (found.ratio > 1 and "after" in directions)
        else found
        for found in column[where]
    ]


def _fixed(adjustments: Sequence[TimeBasedAdjustment], lead_times: Sequence[int]) -> Column:
    steps = by_lead_time(
        [(LeadTimeRule(rule.days, rule.direction, rule.percentage), _fixed_step(rule)) for rule in adjustments],
        lead_times,
    )
    return [None if found is None or found.ratio == 1 else found for found in steps]


def _fixed_step(rule: TimeBasedAdjustment) -> Step:
    # A reduction by more than 100 % must not make the price negative.
    ratio = max(1 + rule.percentage / 100, 0.0)
    when = f"at most {rule.days}" if rule.direction == "within" else f"more than {rule.days}"
    return Step(TIME_BASED_ADJUSTMENT, round(ratio, 2), f"{rule.percentage:+d}% when {when} days ahead")


def _dynamic(tier: Tier, ahead: Prospects) -> Column:
    """The best price of a strategy, as a multiple of the price that earns most.

    A strategy values a booking more, or less, than its price: with the value b (in multiples of the price at which no
    unit is scarce) the best price is that for e^b times as many requests, minus b.
    """
    value = VALUE_OF_A_BOOKING[tier]
    if not value:
        return [None] * len(ahead.left)
    more = exp(value)
    return [
        step(TIME_BASED_ADJUSTMENT, (scarcity(requests * more) - value) / scarcity(requests), STRATEGIES[tier])
        for requests in ahead.to_come()
    ]
