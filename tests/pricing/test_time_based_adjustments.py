"""The user's adjustments of prices by lead time."""

from typing import Any

import pytest

from pricing import Night, Rules
from pricing.rules import (
    DynamicTimeBasedAdjustments,
    SeasonalTimeBasedAdjustment,
    Tier,
    TimeBasedAdjustment,
    TimeBasedAdjustments,
)
from tests.pricing.cases import ASKED_MARKET, in_days, price_night

LAST_WEEK = TimeBasedAdjustment(days=7, percentage=-20, direction="within")
LAST_MONTH = TimeBasedAdjustment(days=30, percentage=-10, direction="within")
FAR_OUT = TimeBasedAdjustment(days=180, percentage=15, direction="after")
FROM_DAY_5_TO_10: dict[str, Any] = {"start_date": in_days(5), "end_date": in_days(10)}


def price(days_ahead: int, **rules: Any) -> int:
    """The price in whole euros, from a base price of 100."""
    return price_night(in_days(days_ahead), adjusted(**rules)).price // 100


def adjusted(**rules: Any) -> Rules:
    return Rules(time_based_adjustments=TimeBasedAdjustments(**rules))


@pytest.mark.parametrize(
    ("days_ahead", "expected"), [(0, 80), (7, 80), (8, 90), (30, 90), (31, 100), (180, 100), (181, 115)]
)
def test_only_the_narrowest_rule_applies(days_ahead: int, expected: int) -> None:
    assert price(days_ahead, time_based_adjustments=(LAST_MONTH, FAR_OUT, LAST_WEEK)) == expected


def test_the_factor_names_the_rule() -> None:
    night = price_night(in_days(3), adjusted(time_based_adjustments=(LAST_WEEK,)))

    assert night.factors[-1]._asdict() == {
        "key": "time_based_adjustment",
        "order": 1,
        "ratio": 0.8,
        "amount": -2_000,
        "reason": "-20% when at most 7 days ahead",
        "event_impact": None,
    }


def test_the_adjustments_of_a_season_replace_the_others_even_if_none_of_them_matches() -> None:
    season = SeasonalTimeBasedAdjustment(
        **FROM_DAY_5_TO_10,
        time_based_adjustments=(TimeBasedAdjustment(days=5, percentage=-50, direction="within"),),
    )

    rules: dict[str, Any] = {"time_based_adjustments": (LAST_MONTH,), "seasonal_time_based_adjustments": (season,)}

    assert [price(days, **rules) for days in (4, 5, 6, 10, 11)] == [90, 50, 100, 100, 90]


def test_a_season_can_exclude_every_adjustment() -> None:
    season = SeasonalTimeBasedAdjustment(**FROM_DAY_5_TO_10, exclude=True, time_based_adjustments=(LAST_WEEK,))

    rules: dict[str, Any] = {"time_based_adjustments": (LAST_MONTH,), "seasonal_time_based_adjustments": (season,)}

    assert [price(days, **rules) for days in (4, 5, 10, 11)] == [90, 100, 100, 90]


def strategy(tier: Tier, days: int) -> Night:
    dynamic = DynamicTimeBasedAdjustments(enabled=True, tier=tier)
    return price_night(in_days(days), adjusted(dynamic_time_based_adjustments=dynamic), market=ASKED_MARKET)


# Without a strategy these nights cost 64, 100 and 124.
@pytest.mark.parametrize(
    ("tier", "prices"), [("rate", [76, 107, 129]), ("revenue", [64, 100, 124]), ("occupancy", [47, 91, 118])]
)
def test_a_dynamic_tier_is_a_strategy(tier: Tier, prices: list[int]) -> None:
    assert [strategy(tier, days).price // 100 for days in (0, 20, 365)] == prices


def test_a_strategy_is_named() -> None:
    assert strategy("occupancy", 3).factors[-1].reason == "Strategy occupancy: more bookings, at the cost of the rate"


def test_dynamic_adjustments_replace_fixed_ones_while_they_are_enabled() -> None:
    for enabled, expected in [(True, 91), (False, 80)]:
        rules = adjusted(
            time_based_adjustments=(TimeBasedAdjustment(days=30, percentage=-20, direction="within"),),
            dynamic_time_based_adjustments=DynamicTimeBasedAdjustments(enabled=enabled, tier="occupancy"),
        )
        assert price_night(in_days(20), rules, market=ASKED_MARKET).price == expected * 100


@pytest.mark.parametrize(
    ("adjustments", "prices"),
    [
        ((), [64, 124]),
        ((LAST_WEEK,), [80, 124]),  # the user's discount in place of the engine's
        ((FAR_OUT,), [64, 115]),  # the user's premium in place of the engine's
        ((LAST_WEEK, FAR_OUT), [80, 115]),
    ],
)
def test_what_the_user_set_replaces_the_engines_lead_time(
    adjustments: tuple[TimeBasedAdjustment, ...], prices: list[int]
) -> None:
    rules = adjusted(time_based_adjustments=adjustments)

    found = [price_night(in_days(days), rules, market=ASKED_MARKET).price // 100 for days in (0, 365)]

    assert found == prices


def test_a_season_without_adjustments_has_no_lead_time_either() -> None:
    season = SeasonalTimeBasedAdjustment(**FROM_DAY_5_TO_10, exclude=True)

    night = price_night(in_days(5), adjusted(seasonal_time_based_adjustments=(season,)), market=ASKED_MARKET)

    assert [factor.key for factor in night.factors] == ["base_price"]


def test_a_reduction_by_100_percent_gives_the_lowest_price() -> None:
    gratis = TimeBasedAdjustment(days=7, percentage=-100, direction="within")

    night = price_night(in_days(1), adjusted(time_based_adjustments=(gratis,)))

    assert night.price == 500
    assert [factor.amount for factor in night.factors] == [10_000, -10_000, 500]
