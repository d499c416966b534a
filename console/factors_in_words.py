"""The steps from the base price to the price of a night, for people."""

from dataclasses import dataclass

from console.money import change, number
from pricing import Factor
from pricing.factor_keys import (
    BASE_PRICE,
    DAY_OF_WEEK,
    DEMAND,
    EVENT,
    LEAD_TIME,
    MAX_PRICE,
    MIN_PRICE,
    SCARCITY,
    SEASON,
    TIME_BASED_ADJUSTMENT,
)

NAMES = {
    BASE_PRICE: "Base price",
    SEASON: "Season",
    DAY_OF_WEEK: "Day of the week",
    EVENT: "Event",
    DEMAND: "Demand",
    LEAD_TIME: "Lead time",
    SCARCITY: "Scarcity",
    TIME_BASED_ADJUSTMENT: "Time-based adjustment",
    MIN_PRICE: "Minimum price",
    MAX_PRICE: "Maximum price",
}


@dataclass(frozen=True, slots=True)
class ExplainedFactor:
    """`ratio` is empty for the base price; `amount` is the change of the price, with its sign."""

    name: str
    reason: str
    ratio: str
    amount: str


def explain(factor: Factor, currency: str | None) -> ExplainedFactor:
    is_base = factor.key == BASE_PRICE
    reason = "" if is_base else factor.reason or ""
    if factor.event_impact:
        reason += f" ({factor.event_impact} impact)"
    return ExplainedFactor(
        name=NAMES[factor.key],
        reason=reason,
        ratio="" if is_base else f"×{factor.ratio:.2f}",  # noqa: RUF001  the sign of multiplication
        amount=number(factor.amount, currency) if is_base else change(factor.amount, currency),
    )
