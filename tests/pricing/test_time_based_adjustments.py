"""What the user adds or takes off by lead time."""

from dataclasses import replace

import pytest

from pricing import Rules
from pricing.rules import (
    DynamicTimeBasedAdjustments,
    SeasonalTimeBasedAdjustment,
    TimeBasedAdjustment,
    TimeBasedAdjustments,
)
from tests.pricing.cases import QUIET_MARKET, in_days, price_night

LAST_WEEK = TimeBasedAdjustment(days=7, percentage=-20, direction="within")
LAST_MONTH = TimeBasedAdjustment(days=30, percentage=-10, direction="within")
FAR_OUT = TimeBasedAdjustment(days=180, percentage=15, direction="after")
FROM_DAY_5_TO_10 = {"start_date": in_days(5), "end_date": in_days(10)}


def price(days_ahead: int, **rules) -> int:
    """In whole euros, from a base price of 100."""
    return price_night(in_days(days_ahead), adjusted(**rules)).price // 100


def adjusted(**rules) -> Rules:
    return Rules(time_based_adjustments=TimeBasedAdjustments(**rules))


@pytest.mark.parametrize(
    ("days_ahead", "expected"), [(0, 80), (7, 80), (8, 90), (30, 90), (31, 100), (180, 100), (181, 115)]
)
def test_the_narrowest_rule_holds_and_rules_are_not_added_up(days_ahead, expected):
    assert price(days_ahead, time_based_adjustments=(LAST_MONTH, FAR_OUT, LAST_WEEK)) == expected


def test_the_factor_says_which_rule_it_was():
    night = price_night(in_days(3), adjusted(time_based_adjustments=(LAST_WEEK,)))

    assert night.factors[-1]._asdict() == {
        "key": "time_based_adjustment",
        "order": 1,
        "ratio": 0.8,
        "amount": -2_000,
        "reason": "-20% when at most 7 days ahead",
        "event_impact": None,
    }


def test_a_seasons_adjustments_take_the_place_of_the_others_even_where_none_of_them_matches():
    season = SeasonalTimeBasedAdjustment(
        **FROM_DAY_5_TO_10,
        time_based_adjustments=(TimeBasedAdjustment(days=5, percentage=-50, direction="within"),),
    )

    rules = {"time_based_adjustments": (LAST_MONTH,), "seasonal_time_based_adjustments": (season,)}

    assert [price(days, **rules) for days in (4, 5, 6, 10, 11)] == [90, 50, 100, 100, 90]


def test_a_season_can_exclude_every_adjustment():
    season = SeasonalTimeBasedAdjustment(**FROM_DAY_5_TO_10, exclude=True, time_based_adjustments=(LAST_WEEK,))

    rules = {"time_based_adjustments": (LAST_MONTH,), "seasonal_time_based_adjustments": (season,)}

    assert [price(days, **rules) for days in (4, 5, 10, 11)] == [90, 100, 100, 90]


# In this market everything is booked a month ahead and half of it two months ahead.
BOOKED_EARLY = replace(QUIET_MARKET, booked_share=(1.0,) * 31 + (0.5,) * 31 + (0.0,))


@pytest.mark.parametrize(
    ("tier", "prices"),
    [("rate", [95, 104, 110]), ("revenue", [85, 99, 105]), ("occupancy", [70, 93, 100])],
)
def test_a_dynamic_adjustment_follows_the_markets_booking_curve(tier, prices):
    rules = adjusted(dynamic_time_based_adjustments=DynamicTimeBasedAdjustments(enabled=True, tier=tier))

    found = [price_night(in_days(days), rules, market=BOOKED_EARLY).price // 100 for days in (30, 31, 62)]

    assert found == prices


def test_dynamic_adjustments_take_the_place_of_fixed_ones_while_they_are_enabled():
    for enabled, expected in [(True, 85), (False, 80)]:
        rules = adjusted(
            time_based_adjustments=(LAST_WEEK,),
            dynamic_time_based_adjustments=DynamicTimeBasedAdjustments(enabled=enabled),
        )
        assert price_night(in_days(3), rules, market=BOOKED_EARLY).price == expected * 100


def test_taking_everything_off_ends_at_the_lowest_price():
    gratis = TimeBasedAdjustment(days=7, percentage=-100, direction="within")

    night = price_night(in_days(1), adjusted(time_based_adjustments=(gratis,)))

    assert night.price == 500
    assert [factor.amount for factor in night.factors] == [10_000, -10_000, 500]
