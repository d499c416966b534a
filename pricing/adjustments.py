"""The user's time-based adjustments: fixed, seasonal, or dynamic.

Exactly one kind applies to a night. The adjustments of a season come first, then the dynamic adjustment if it is
enabled, then the fixed adjustments.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from pricing.factor_keys import TIME_BASED_ADJUSTMENT
from pricing.factors import Column, step
from pricing.horizon import Horizon
from pricing.lead_time import LeadTimeRule, by_lead_time
from pricing.market import MarketStatistics
from pricing.night import Step
from pricing.rules import Tier, TimeBasedAdjustment, TimeBasedAdjustments
from pricing.seasons import by_specificity, spans

# Per tier: the share of the price added before the first bookings for a night, and the share taken off after the last
# ones.
DYNAMIC_TIERS: Mapping[Tier, tuple[float, float]] = MappingProxyType(
    {"rate": (0.10, 0.05), "revenue": (0.05, 0.15), "occupancy": (0.0, 0.30)}
)


def time_based_adjustment(rules: TimeBasedAdjustments, market: MarketStatistics, horizon: Horizon) -> Column:
    """One step per night of the horizon, None where no adjustment changes the price."""
    dynamic = rules.dynamic_time_based_adjustments
    if dynamic.enabled:
        column = _dynamic(dynamic.tier, market, horizon.lead_times)
    else:
        column = _fixed(rules.time_based_adjustments, horizon.lead_times)
    for season in by_specificity(rules.seasonal_time_based_adjustments):
        adjustments = () if season.exclude else season.time_based_adjustments
        for low, high in spans(season, horizon):
            column[low:high] = _fixed(adjustments, horizon.lead_times[low:high])
    return column


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


def _dynamic(tier: Tier, market: MarketStatistics, lead_times: Sequence[int]) -> Column:
    """Follow the market's booking curve: ratio = 1 + early (1 - share) - late share².

    `share` is the share of bookings that are usually made by the night's lead time. It is squared because a night is
    still likely to sell while half of the market is vacant.
    """
    early, late = DYNAMIC_TIERS[tier]
    column: Column = []
    for lead_time in lead_times:
        share = market.booked_share_at(lead_time)
        reason = f"Dynamic ({tier}): {share:.0%} of bookings are usually made by {lead_time} days ahead"
        column.append(step(TIME_BASED_ADJUSTMENT, 1 + early * (1 - share) - late * share**2, reason))
    return column
