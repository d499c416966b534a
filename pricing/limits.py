"""The lowest and the highest price of each night, in whole units of the currency.

Layers, from the most specific: monthly (only for nights that are sold by the month), seasonal weekday, seasonal,
weekday, default. The minimum and the maximum of a night can come from different layers.
"""

from collections.abc import Sequence

from pricing.horizon import Horizon
from pricing.money import Money, highest_whole_price, lowest_whole_price
from pricing.monthly import MONTHLY_FROM_NIGHTS, NIGHTS_PER_MONTH
from pricing.rules import DayOfWeekMinPrice, MinMaxPrices
from pricing.seasons import by_specificity, overlay, spans

# The contract's lowest minimum price. It also applies where no minimum is set, so that no price reaches 0.
LOWEST_PRICE = 5


def price_limits(rules: MinMaxPrices, horizon: Horizon, min_stays: Sequence[int]) -> tuple[list[int], list[int | None]]:
    """The minimums and the maximums of the horizon's nights, in whole units; None means no maximum.

    `min_stays` are the effective min stays, after gap filling; a night is sold by the month when its min stay is at
    least MONTHLY_FROM_NIGHTS. A maximum below the minimum is raised to it.
    """
    minimums = _nightly_minimums(rules, horizon)
    maximums: list[int | None] = [_highest(rules.max_price)] * len(minimums)
    overlay(maximums, horizon, rules.seasonal_prices, lambda season: _highest(season.max_price))
    if max(min_stays, default=0) >= MONTHLY_FROM_NIGHTS:
        _put_monthly_limits(rules, horizon, min_stays, minimums, maximums)
    for position, maximum in enumerate(maximums):
        if maximum is not None and maximum < minimums[position]:
            maximums[position] = minimums[position]
    return minimums, maximums


def _nightly_minimums(rules: MinMaxPrices, horizon: Horizon) -> list[int]:
    default = _lowest(rules.min_price) or LOWEST_PRICE
    by_weekday = [default] * 7
    for weekday, minimum in _weekday_minimums(rules.day_of_week_min_prices).items():
        by_weekday[weekday] = minimum
    minimums = [by_weekday[weekday] for weekday in horizon.weekdays]
    overlay(minimums, horizon, rules.seasonal_prices, lambda season: _lowest(season.min_price))
    for season in by_specificity(rules.seasonal_day_of_week_min_prices):
        seasonal = _weekday_minimums(season.min_prices)
        for low, high in spans(season, horizon):
            for position in range(low, high):
                minimums[position] = seasonal.get(horizon.weekdays[position], minimums[position])
    return minimums


def _put_monthly_limits(
    rules: MinMaxPrices,
    horizon: Horizon,
    min_stays: Sequence[int],
    minimums: list[int],
    maximums: list[int | None],
) -> None:
    seasons = rules.seasonal_monthly_prices
    monthly_minimums: list[Money | None] = [rules.monthly_min_price] * len(minimums)
    overlay(monthly_minimums, horizon, seasons, lambda season: season.monthly_min_price)
    monthly_maximums: list[Money | None] = [None] * len(minimums)
    overlay(monthly_maximums, horizon, seasons, lambda season: season.monthly_max_price)
    for position, min_stay in enumerate(min_stays):
        if min_stay < MONTHLY_FROM_NIGHTS:
            continue
        if (by_the_month := monthly_minimums[position]) is not None:
            minimums[position] = max(lowest_whole_price(by_the_month / NIGHTS_PER_MONTH), 1)
        if (by_the_month := monthly_maximums[position]) is not None:
            maximums[position] = highest_whole_price(by_the_month / NIGHTS_PER_MONTH)


def _weekday_minimums(rules: Sequence[DayOfWeekMinPrice]) -> dict[int, int]:
    """Minimum by weekday. The API refuses a weekday that comes twice; if it does, the higher one wins."""
    minimums: dict[int, int] = {}
    for rule in rules:
        if (minimum := _lowest(rule.min_price)) is not None:
            minimums[rule.weekday] = max(minimum, minimums.get(rule.weekday, minimum))
    return minimums


def _lowest(minimum: Money | None) -> int | None:
    return None if minimum is None else lowest_whole_price(minimum)


def _highest(maximum: Money | None) -> int | None:
    return None if maximum is None else highest_whole_price(maximum)
