"""Storing customizations and converting them for the pricing engine (listings/services/rules.py)."""

from datetime import date
from typing import Any

import pytest

import pricing
from jsonapi.refusals import InvalidValues
from listings.models import PricingRules
from listings.services.rules import change_rules, rules_of, stored_rules
from pricing import rules
from tests.factories import ListingFactory

SUMMER = {"start_date": "2030-06-01", "end_date": "2030-08-31"}
IN_SUMMER: dict[str, Any] = {"start_date": date(2030, 6, 1), "end_date": date(2030, 8, 31)}


def test_a_listing_without_customizations_has_no_rules() -> None:
    assert rules_of(None) == pricing.Rules()
    assert rules_of(PricingRules()) == pricing.Rules()


def test_prices_are_converted_for_the_engine() -> None:
    stored = PricingRules(
        min_max_prices={
            "min_price": 80.5,
            "max_price": 400,
            "monthly_min_price": 1800,
            "day_of_week_min_prices": [
                {"weekday": "friday", "min_price": 95},
                {"weekday": "sunday", "min_price": None},
            ],
            "seasonal_day_of_week_min_prices": [SUMMER | {"min_prices": [{"weekday": "saturday", "min_price": 150}]}],
            "seasonal_prices": [SUMMER | {"rollover": True, "min_price": 120, "max_price": None}],
            "seasonal_monthly_prices": [SUMMER | {"rollover": False, "monthly_min_price": 2500.0}],
        }
    )

    assert rules_of(stored).min_max_prices == rules.MinMaxPrices(
        min_price=80.5,
        max_price=400,
        monthly_min_price=1800,
        day_of_week_min_prices=(
            rules.DayOfWeekMinPrice(weekday=4, min_price=95),
            rules.DayOfWeekMinPrice(weekday=6, min_price=None),
        ),
        seasonal_day_of_week_min_prices=(
            rules.SeasonalDayOfWeekMinPrice(
                **IN_SUMMER, min_prices=(rules.DayOfWeekMinPrice(weekday=5, min_price=150),)
            ),
        ),
        seasonal_prices=(rules.SeasonalPrices(**IN_SUMMER, rollover=True, min_price=120),),
        seasonal_monthly_prices=(rules.SeasonalMonthlyPrices(**IN_SUMMER, monthly_min_price=2500.0),),
    )


def test_stay_rules_are_converted_for_the_engine() -> None:
    last_week = {"days_away": 7, "direction": "within", "min_stay": 1}
    stored = PricingRules(
        min_stays={
            "min_stay": 3,
            "gap_fill_min_stay": {"enabled": True, "gaps": 4, "buffer": None},
            "seasonal_min_stays": [SUMMER | {"rollover": True, "min_stay": 5, "min_stay_locked": True}],
            "last_minute_min_stays": [last_week],
            "day_of_week_min_stays": [{"weekday": "monday", "min_stay": 2}],
            "seasonal_day_of_week_min_stays": [SUMMER | {"min_stays": [{"weekday": "tuesday", "min_stay": 4}]}],
            "seasonal_gap_fill_min_stays": [SUMMER | {"gap_fill_min_stay": {"enabled": False}}],
            "seasonal_time_based_min_stays": [SUMMER | {"exclude": False, "time_based_min_stays": [last_week]}],
        },
        max_stays={"max_stay": 28, "seasonal_max_stays": [SUMMER | {"rollover": False, "max_stay": 14}]},
    )

    read = rules_of(stored)

    assert read.min_stays == rules.MinStays(
        min_stay=3,
        gap_fill_min_stay=rules.GapFillMinStay(enabled=True, gaps=4),
        seasonal_min_stays=(rules.SeasonalMinStay(**IN_SUMMER, rollover=True, min_stay=5, min_stay_locked=True),),
        last_minute_min_stays=(rules.TimeBasedMinStay(days_away=7, direction="within", min_stay=1),),
        day_of_week_min_stays=(rules.DayOfWeekMinStay(weekday=0, min_stay=2),),
        seasonal_day_of_week_min_stays=(
            rules.SeasonalDayOfWeekMinStay(**IN_SUMMER, min_stays=(rules.DayOfWeekMinStay(weekday=1, min_stay=4),)),
        ),
        seasonal_gap_fill_min_stays=(
            rules.SeasonalGapFillMinStay(**IN_SUMMER, gap_fill_min_stay=rules.GapFillMinStay(enabled=False)),
        ),
        seasonal_time_based_min_stays=(
            rules.SeasonalTimeBasedMinStay(
                **IN_SUMMER,
                time_based_min_stays=(rules.TimeBasedMinStay(days_away=7, direction="within", min_stay=1),),
            ),
        ),
    )
    assert read.max_stays == rules.MaxStays(
        max_stay=28, seasonal_max_stays=(rules.SeasonalMaxStay(**IN_SUMMER, max_stay=14),)
    )


def test_checkin_days_and_adjustments_are_converted_for_the_engine() -> None:
    early = {"days": 90, "percentage": 15, "direction": "after"}
    stored = PricingRules(
        checkin_checkout_days={
            "checkin_days": ["saturday", "sunday"],
            "checkout_days": ["saturday"],
            "seasonal_checkin_checkout_days": [
                SUMMER | {"rollover": True, "checkin_days": [], "checkout_days": ["monday"]}
            ],
        },
        time_based_adjustments={
            "time_based_adjustments": [early],
            "seasonal_time_based_adjustments": [
                SUMMER | {"rollover": False, "exclude": True, "time_based_adjustments": []}
            ],
            "dynamic_time_based_adjustments": {"enabled": True, "tier": "occupancy"},
        },
    )

    read = rules_of(stored)

    assert read.checkin_checkout_days == rules.CheckinCheckoutDays(
        checkin_days=(5, 6),
        checkout_days=(5,),
        seasonal_checkin_checkout_days=(
            rules.SeasonalCheckinCheckoutDays(**IN_SUMMER, rollover=True, checkout_days=(0,)),
        ),
    )
    assert read.time_based_adjustments == rules.TimeBasedAdjustments(
        time_based_adjustments=(rules.TimeBasedAdjustment(days=90, percentage=15, direction="after"),),
        seasonal_time_based_adjustments=(rules.SeasonalTimeBasedAdjustment(**IN_SUMMER, exclude=True),),
        dynamic_time_based_adjustments=rules.DynamicTimeBasedAdjustments(enabled=True, tier="occupancy"),
    )


@pytest.mark.django_db
class TestChanging:
    def test_an_attribute_is_stored_until_it_is_cleared(self) -> None:
        listing = ListingFactory()
        season = {"start_date": date(2030, 6, 1), "end_date": date(2030, 8, 31), "min_price": 120.0}

        assert change_rules(listing, "min_max_prices", {"min_price": 80.5, "seasonal_prices": [season]})
        assert change_rules(listing, "min_max_prices", {"max_price": 300.0, "seasonal_prices": []})

        assert PricingRules.objects.get(listing=listing).min_max_prices == {"min_price": 80.5, "max_price": 300.0}

    def test_setting_the_stored_value_changes_nothing(self) -> None:
        listing = ListingFactory()
        change_rules(listing, "min_stays", {"min_stay": 3})

        assert not change_rules(listing, "min_stays", {"min_stay": 3})
        assert not change_rules(listing, "max_stays", {"max_stay": None})

    def test_a_season_is_stored_with_iso_dates(self) -> None:
        listing = ListingFactory()

        change_rules(listing, "max_stays", {"seasonal_max_stays": [IN_SUMMER | {"rollover": True, "max_stay": 7}]})

        stored = PricingRules.objects.get(listing=listing).max_stays["seasonal_max_stays"]
        assert stored == [SUMMER | {"rollover": True, "max_stay": 7}]

    @pytest.mark.parametrize(
        ("earlier", "later", "pointer"),
        [
            (("min_max_prices", {"max_price": 100}), ("min_max_prices", {"min_price": 100.01}), "min-price"),
            (("min_max_prices", {"min_price": 100}), ("min_max_prices", {"max_price": 99.99}), "max-price"),
            (("max_stays", {"max_stay": 4}), ("min_stays", {"min_stay": 5}), "min-stay"),
            (("min_stays", {"min_stay": 5}), ("max_stays", {"max_stay": 4}), "max-stay"),
            (("min_stays", {}), ("min_max_prices", {"min_price": 9, "max_price": 8}), "max-price"),
        ],
    )
    def test_the_error_for_a_maximum_below_its_minimum_points_at_the_sent_attribute(
        self,
        earlier: tuple[str, dict[str, Any]],
        later: tuple[str, dict[str, Any]],
        pointer: str,
    ) -> None:
        listing = ListingFactory()
        change_rules(listing, *earlier)

        with pytest.raises(InvalidValues) as refused:
            change_rules(listing, *later)

        assert [(where, code) for where, code, _ in refused.value.problems] == [
            (f"/data/attributes/{pointer}", "invalid")
        ]

    def test_only_one_row_is_created(self) -> None:
        listing = ListingFactory()
        change_rules(listing, "min_stays", {"min_stay": 3})
        listing.refresh_from_db()
        change_rules(listing, "max_stays", {"max_stay": 30})

        assert stored_rules(listing).min_stays == {"min_stay": 3}
        assert PricingRules.objects.count() == 1
