"""The user's time-based adjustments: fixed, seasonal, or dynamic.

One of them holds for a night: that of the season the night is in, else the dynamic one where enabled, else the
fixed ones.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from pricing.factors import Column, step
from pricing.horizon import Horizon
from pricing.lead_time import LeadTimeRule, by_lead_time
from pricing.market import MarketStatistics
from pricing.night import Step
from pricing.rules import Tier, TimeBasedAdjustment, TimeBasedAdjustments
from pricing.seasons import by_specificity, spans

KEY = "time_based_adjustment"

# What a tier adds to the price of a night that nobody books yet, and takes off one that nobody will book any more.
DYNAMIC_TIERS: Mapping[Tier, tuple[float, float]] = MappingProxyType(
    {"rate": (0.10, 0.05), "revenue": (0.05, 0.15), "occupancy": (0.0, 0.30)}
)


def time_based_adjustment(rules: TimeBasedAdjustments, market: MarketStatistics, horizon: Horizon) -> Column:
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
    # Nothing can be taken off a price that is nothing.
    ratio = max(1 + rule.percentage / 100, 0.0)
    when = f"at most {rule.days}" if rule.direction == "within" else f"more than {rule.days}"
    return Step(KEY, round(ratio, 2), f"{rule.percentage:+d}% when {when} days ahead")


def _dynamic(tier: Tier, market: MarketStatistics, lead_times: Sequence[int]) -> Column:
    """Follows the market's booking curve: 1 + early (1 - share) - late share², share being what is booked by then.

    Squared, because a night is still likely to sell while half of the market is vacant.
    """
    early, late = DYNAMIC_TIERS[tier]
    column: Column = []
    for lead_time in lead_times:
        share = market.booked_share_at(lead_time)
        reason = f"Dynamic ({tier}): {share:.0%} of bookings are usually made by {lead_time} days ahead"
        column.append(step(KEY, 1 + early * (1 - share) - late * share**2, reason))
    return column
