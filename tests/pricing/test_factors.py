"""The effect of the market and of the listing's own bookings on prices, and the factors that show it."""

from dataclasses import replace
from datetime import date

import pytest

from pricing import BookingPace, Factor, ListingFacts, MarketStatistics, NoBasePrice, price_calendar
from pricing.market import WEEKS
from tests.pricing.cases import (
    FLAT,
    NO_RULES,
    QUIET_MARKET,
    TODAY,
    in_days,
    nights_from,
    price_night,
    price_nights,
    stay,
)


def test_without_any_factor_a_night_costs_the_base_price() -> None:
    night = price_night(in_days(30))

    assert night.price == 10_000
    assert night.factors == (Factor("base_price", 0, 1.0, 10_000, "Base price of the listing", None),)


def test_the_season_depends_on_the_week_of_the_year() -> None:
    market = replace(QUIET_MARKET, season=(1.0, 1.5, *[1.0] * (WEEKS - 2)))

    week_and_its_neighbours = price_nights(nights_from(date(2027, 1, 7), 9), market=market)

    assert [night.price // 100 for night in week_and_its_neighbours] == [100, *[150] * 7, 100]
    assert week_and_its_neighbours[1].factors[1] == Factor(
        "season", 1, 1.5, 5_000, "Season of the market, week of 8 January", None
    )


def test_the_last_days_of_the_year_belong_to_its_last_week() -> None:
    market = replace(QUIET_MARKET, season=(*[1.0] * (WEEKS - 1), 1.2))

    for new_years_eve in (date(2027, 12, 31), date(2028, 12, 31)):
        night = price_night(new_years_eve, market=market)
        assert night.factors[1].ratio == 1.2


def test_each_weekday_has_its_ratio() -> None:
    market = replace(QUIET_MARKET, day_of_week=(0.9, 1.0, 1.0, 1.0, 1.1, 1.2, 1.0))

    week = price_nights(nights_from(TODAY, 7), market=market)

    assert [night.price // 100 for night in week] == [90, 100, 100, 100, 110, 120, 100]
    assert week[5].factors[1].reason == "Saturday"


def test_the_factor_of_an_event_has_its_name_and_impact() -> None:
    market = replace(QUIET_MARKET, country="ES", city="Barcelona")

    night = price_night(date(2027, 9, 24), market=market)

    assert night.factors[1] == Factor("event", 1, 1.15, 1_500, "La Mercè", "medium")


def test_the_ratio_observed_in_the_market_replaces_the_usual_ratio_of_an_event() -> None:
    market = replace(QUIET_MARKET, country="ES", city="Barcelona", events={"merce": 1.4})

    assert price_night(date(2027, 9, 24), market=market).price == 14_000


def test_the_factor_of_demand_has_the_booked_share_of_the_market() -> None:
    market = replace(QUIET_MARKET, pace=(BookingPace(0.5, 0.5, 1.0), BookingPace(0.6, 0.4, 1.1)))

    night = price_night(in_days(1), market=market)

    assert night.factors[1] == Factor(
        "demand", 1, 1.1, 1_000, "60% of the market is booked, 40% is usual so far ahead", None
    )


def test_nights_outside_the_markets_pace_have_no_demand() -> None:
    market = replace(QUIET_MARKET, pace=(BookingPace(0.6, 0.4, 1.1),))

    assert price_night(in_days(1), market=market).price == 10_000
    assert price_night(in_days(-1), market=market).price == 10_000


HALF_IS_USUAL = replace(QUIET_MARKET, pace=tuple(BookingPace(0.5, 0.5, 1.0) for _ in range(60)))


@pytest.mark.parametrize(
    ("booked_nights", "price", "reason"),
    [
        (0, 90, "0% of the nights around it are booked, 50% is usual so far ahead"),
        (6, 99, "43% of the nights around it are booked, 50% is usual so far ahead"),
        (14, 110, "100% of the nights around it are booked, 50% is usual so far ahead"),
    ],
)
def test_a_price_follows_the_listings_occupancy_around_the_night(booked_nights: int, price: int, reason: str) -> None:
    before, after = min(booked_nights, 7), max(booked_nights - 7, 0)
    around = [stay(in_days(30 - before), before), stay(in_days(31), after)]

    night = price_night(in_days(30), market=HALF_IS_USUAL, reservations=around)

    assert night.price // 100 == price
    assert night.factors[1].reason == reason


def test_the_usual_occupancy_moves_no_price() -> None:
    night = price_night(in_days(30), market=HALF_IS_USUAL, reservations=[stay(in_days(23), 7)])

    assert [factor.key for factor in night.factors] == ["base_price"]


def test_owner_stays_count_neither_as_booked_nor_as_vacant() -> None:
    owner, guest = stay(in_days(23), 7, owner_stay=True), stay(in_days(31), 7)

    night = price_night(in_days(30), market=HALF_IS_USUAL, reservations=[owner, guest])

    assert night.factors[1].reason == "100% of the nights around it are booked, 50% is usual so far ahead"


def test_blocked_nights_count_neither_as_booked_nor_as_vacant() -> None:
    blocked = {*nights_from(in_days(23), 7), *nights_from(in_days(31), 7)}

    night = price_night(in_days(30), market=HALF_IS_USUAL, blocked=blocked)

    assert [factor.key for factor in night.factors] == ["base_price"]


def test_booked_units_on_a_blocked_night_count_as_for_sale() -> None:
    three_units = replace(FLAT, units=3)
    around = [*nights_from(in_days(23), 7), *nights_from(in_days(31), 7)]
    one_guest_a_night = [stay(night, 1) for night in around]

    night = price_night(
        in_days(30),
        market=HALF_IS_USUAL,
        listing=three_units,
        reservations=one_guest_a_night,
        blocked=around[:7],
    )

    # 14 of 28 unit-nights are booked, the usual share: 7 were for sale on the blocked nights, 21 on the others.
    assert [factor.key for factor in night.factors] == ["base_price"]


def test_each_of_several_units_counts() -> None:
    two_units = replace(FLAT, units=2)

    night = price_night(
        in_days(30), market=HALF_IS_USUAL, listing=two_units, reservations=[stay(in_days(23), 7), stay(in_days(31), 7)]
    )

    assert [factor.key for factor in night.factors] == ["base_price"]


def test_factors_are_in_the_order_in_which_they_apply() -> None:
    market = replace(
        HALF_IS_USUAL,
        country="US",
        season=(1.1,) * WEEKS,
        day_of_week=(1.1,) * 7,
        pace=tuple(BookingPace(0.6, 0.5, 1.1) for _ in range(60)),
    )

    night = price_night(date(2027, 2, 13), market=market)

    assert [factor.key for factor in night.factors] == [
        "base_price",
        "season",
        "day_of_week",
        "event",
        "demand",
        "occupancy",
    ]
    assert [factor.order for factor in night.factors] == [0, 1, 2, 3, 4, 5]


def test_a_listing_without_a_base_price_has_the_automatic_one() -> None:
    market = replace(QUIET_MARKET, currency="EUR", levels=(80.0, 130.0))

    night = price_night(in_days(30), market=market, listing=ListingFacts(currency="EUR", bedrooms=1))

    assert night.price == 13_000


def test_a_calendar_needs_a_base_price() -> None:
    with pytest.raises(NoBasePrice):
        price_calendar(ListingFacts(), MarketStatistics(as_of=TODAY), [], NO_RULES, TODAY, [TODAY])
