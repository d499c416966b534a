"""The minimum and the maximum price of a night."""

from datetime import date
from typing import Any

from pricing import Rules
from pricing.rules import (
    DayOfWeekMinPrice,
    MinMaxPrices,
    MinStays,
    SeasonalDayOfWeekMinPrice,
    SeasonalMonthlyPrices,
    SeasonalPrices,
)
from tests.pricing.cases import price_night

MONDAY, SATURDAY = date(2027, 3, 1), date(2027, 3, 6)
MARCH: dict[str, Any] = {"start_date": date(2027, 3, 1), "end_date": date(2027, 3, 31)}


def prices(**rules: Any) -> Rules:
    return Rules(min_max_prices=MinMaxPrices(**rules))


def minimum(night: date, rules: Rules) -> int:
    """The minimum in whole euros."""
    return price_night(night, rules).effective_min_price // 100


def maximum(night: date, rules: Rules) -> int | None:
    found = price_night(night, rules).effective_max_price
    return None if found is None else found // 100


def test_without_any_rule_a_price_is_at_least_5_and_has_no_maximum() -> None:
    night = price_night(MONDAY)

    assert night.effective_min_price == 500
    assert night.effective_max_price is None


def test_a_price_below_the_minimum_is_raised_to_it_with_a_factor() -> None:
    night = price_night(MONDAY, prices(min_price=150))

    assert night.price == 15_000
    assert night.factors[-1]._asdict() == {
        "key": "min_price",
        "order": 1,
        "ratio": 1.5,
        "amount": 5_000,
        "reason": "Raised to the minimum price",
        "event_impact": None,
    }


def test_a_price_above_the_maximum_is_lowered_to_it_with_a_factor() -> None:
    night = price_night(MONDAY, prices(max_price=80))

    assert night.price == 8_000
    assert night.factors[-1]._asdict() == {
        "key": "max_price",
        "order": 1,
        "ratio": 0.8,
        "amount": -2_000,
        "reason": "Lowered to the maximum price",
        "event_impact": None,
    }


def test_the_most_specific_minimum_wins() -> None:
    default: dict[str, Any] = {"min_price": 50}
    weekday: dict[str, Any] = {"day_of_week_min_prices": (DayOfWeekMinPrice(weekday=5, min_price=60),)}
    seasonal: dict[str, Any] = {"seasonal_prices": (SeasonalPrices(**MARCH, min_price=40),)}
    seasonal_weekday: dict[str, Any] = {
        "seasonal_day_of_week_min_prices": (
            SeasonalDayOfWeekMinPrice(**MARCH, min_prices=(DayOfWeekMinPrice(weekday=5, min_price=30),)),
        )
    }

    assert minimum(SATURDAY, prices(**default)) == 50
    assert minimum(SATURDAY, prices(**default, **weekday)) == 60
    assert minimum(SATURDAY, prices(**default, **weekday, **seasonal)) == 40
    assert minimum(SATURDAY, prices(**default, **weekday, **seasonal, **seasonal_weekday)) == 30
    assert minimum(MONDAY, prices(**default, **weekday)) == 50
    assert minimum(MONDAY, prices(**default, **weekday, **seasonal, **seasonal_weekday)) == 40


def test_a_rule_without_a_minimum_leaves_it_to_the_next_layer() -> None:
    rules = prices(
        min_price=50,
        day_of_week_min_prices=(DayOfWeekMinPrice(weekday=5, min_price=None),),
        seasonal_prices=(SeasonalPrices(**MARCH, max_price=70),),
        seasonal_day_of_week_min_prices=(
            SeasonalDayOfWeekMinPrice(**MARCH, min_prices=(DayOfWeekMinPrice(weekday=5, min_price=None),)),
        ),
    )

    assert minimum(SATURDAY, rules) == 50
    assert maximum(SATURDAY, rules) == 70


def test_a_season_has_its_own_maximum() -> None:
    rules = prices(max_price=90, seasonal_prices=(SeasonalPrices(**MARCH, max_price=200),))

    assert maximum(MONDAY, rules) == 200
    assert maximum(date(2027, 4, 1), rules) == 90


def test_both_ends_of_a_season_belong_to_it() -> None:
    rules = prices(min_price=50, seasonal_prices=(SeasonalPrices(**MARCH, min_price=80),))

    found = [minimum(night, rules) for night in (date(2027, 2, 28), *MARCH.values(), date(2027, 4, 1))]

    assert found == [50, 80, 80, 50]


def test_a_minimum_above_the_maximum_wins() -> None:
    rules = prices(max_price=80, seasonal_prices=(SeasonalPrices(**MARCH, min_price=120),))

    night = price_night(MONDAY, rules)

    assert (night.price, night.effective_min_price, night.effective_max_price) == (12_000, 12_000, 12_000)


def test_a_night_that_is_sold_by_the_month_has_a_thirtieth_of_the_monthly_limits() -> None:
    rules = Rules(
        min_max_prices=MinMaxPrices(
            min_price=110,
            max_price=300,
            monthly_min_price=1_500,
            seasonal_monthly_prices=(SeasonalMonthlyPrices(**MARCH, monthly_max_price=2_400),),
        ),
        min_stays=MinStays(min_stay=28),
    )

    night = price_night(MONDAY, rules)

    assert (night.price, night.effective_min_price, night.effective_max_price) == (8_000, 5_000, 8_000)


def test_the_monthly_minimum_of_a_season_replaces_the_default_one() -> None:
    rules = Rules(
        min_max_prices=MinMaxPrices(
            monthly_min_price=1_500,
            seasonal_monthly_prices=(SeasonalMonthlyPrices(**MARCH, monthly_min_price=1_810),),
        ),
        min_stays=MinStays(min_stay=30),
    )

    assert minimum(MONDAY, rules) == 61  # 60.33, rounded up because it is a minimum
    assert minimum(date(2027, 4, 1), rules) == 50


def test_monthly_limits_do_not_apply_to_a_night_with_a_shorter_min_stay() -> None:
    rules = Rules(min_max_prices=MinMaxPrices(min_price=110, monthly_min_price=1_500), min_stays=MinStays(min_stay=27))

    assert minimum(MONDAY, rules) == 110
