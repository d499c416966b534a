"""The effect of the market and of the listing's own bookings on prices, and the factors that show it."""

from dataclasses import replace
from datetime import date

import pytest

from pricing import BookingPace, Factor, ListingFacts, MarketStatistics, NoBasePrice, price_calendar
from pricing.market import WEEKS, Pattern
from tests.pricing.cases import (
    ASKED_MARKET,
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


@pytest.mark.parametrize(("ratio", "demand"), [(1.38, 1.9), (0.9, 0.6)])
def test_the_reason_of_demand_names_what_moved_it(ratio: float, demand: float) -> None:
    booked, usual = (0.0, 0.31) if ratio > 1 else (0.4, 0.31)
    market = replace(QUIET_MARKET, pace=(BookingPace(booked, usual, ratio, demand),))

    reason = price_night(TODAY, market=market).factors[1].reason

    assert reason == f"{demand} times the usual bookings so far, on this night, those around it, and in the market"


def test_nights_outside_the_markets_pace_have_no_demand() -> None:
    market = replace(QUIET_MARKET, pace=(BookingPace(0.6, 0.4, 1.1),))

    assert price_night(in_days(1), market=market).price == 10_000
    assert price_night(in_days(-1), market=market).price == 10_000


@pytest.mark.parametrize(
    ("days", "price", "reason"),
    [
        (365, 124, "100% of the requests for the night are still to come 365 days ahead"),
        (20, 100, None),
        (6, 80, "21% of the requests for the night are still to come 6 days ahead"),
        (1, 67, "6% of the requests for the night are still to come 1 day ahead"),
        (0, 64, "3% of the requests for the night are still to come on its day"),
    ],
)
def test_a_vacant_night_gets_cheaper_as_fewer_requests_are_to_come(days: int, price: int, reason: str | None) -> None:
    night = price_night(in_days(days), market=ASKED_MARKET)

    assert night.price // 100 == price
    assert [(factor.key, factor.reason) for factor in night.factors[1:]] == ([("lead_time", reason)] if reason else [])


def test_the_more_requests_a_night_has_the_more_its_lead_time_matters() -> None:
    def early(requests: float) -> int:
        return price_night(in_days(300), market=replace(ASKED_MARKET, requests=requests)).price

    assert early(0.01) < early(0.3) < early(2.0)


def test_a_week_with_more_requests_has_a_stronger_lead_time() -> None:
    first_week = Pattern(weeks=(3.0, *[1.0] * (WEEKS - 1)))

    busy, usual = price_nights([in_days(2), in_days(9)], market=replace(ASKED_MARKET, demand=first_week))

    assert busy.factors[1].ratio < usual.factors[1].ratio < 1


TWO_MONTHS_AHEAD = in_days(60)
THREE_UNITS = replace(FLAT, units=3)


@pytest.mark.parametrize(
    ("booked", "vacant", "dearer"), [(0, "3 of 3 units are vacant", False), (2, "1 of 3 units is vacant", True)]
)
def test_the_last_of_several_units_is_dearer(booked: int, vacant: str, dearer: bool) -> None:
    night = price_night(
        TWO_MONTHS_AHEAD,
        market=ASKED_MARKET,
        listing=THREE_UNITS,
        reservations=[stay(TWO_MONTHS_AHEAD, 1) for _ in range(booked)],
    )

    scarcity = night.factors[-1]
    assert scarcity.key == "scarcity"
    assert scarcity.reason == f"{vacant}, 2.7 are usual so far ahead"
    assert (scarcity.ratio > 1) is dearer


def test_units_that_the_owner_uses_or_blocks_are_not_vacant() -> None:
    owner = [stay(TWO_MONTHS_AHEAD, 1, owner_stay=True)]

    night = price_night(TWO_MONTHS_AHEAD, market=ASKED_MARKET, listing=THREE_UNITS, reservations=owner)
    blocked = price_night(TWO_MONTHS_AHEAD, market=ASKED_MARKET, listing=THREE_UNITS, blocked=[TWO_MONTHS_AHEAD])

    assert night.factors[-1].reason == "2 of 3 units are vacant, 2.7 are usual so far ahead"
    assert blocked.factors[-1].reason == "0 of 3 units are vacant, 2.7 are usual so far ahead"


def test_a_gap_too_short_for_most_stays_is_cheaper() -> None:
    two_nights = replace(ASKED_MARKET, stay_lengths=(0.5, 0.5))
    around = [stay(in_days(58), 2), stay(in_days(61), 2)]

    alone = price_night(TWO_MONTHS_AHEAD, market=two_nights, reservations=around)
    free = price_night(TWO_MONTHS_AHEAD, market=two_nights)

    # Of three requests for a night one is for a stay of one night.
    assert alone.factors[-1].reason == "A gap of 1 night: 33% of the usual requests fit in"
    assert alone.factors[-1].ratio < 1
    assert alone.price < free.price
    assert all(factor.key != "scarcity" for factor in free.factors)


def test_a_long_gap_is_none() -> None:
    around = [stay(in_days(50), 2), stay(in_days(52 + 15), 2)]

    night = price_night(TWO_MONTHS_AHEAD, market=ASKED_MARKET, reservations=around)

    assert all(factor.key != "scarcity" for factor in night.factors)


def test_factors_are_in_the_order_in_which_they_apply() -> None:
    market = replace(
        ASKED_MARKET,
        country="US",
        season=(1.1,) * WEEKS,
        day_of_week=(1.1,) * 7,
        pace=tuple(BookingPace(0.6, 0.5, 1.1) for _ in range(60)),
        stay_lengths=(0.5, 0.5),
    )
    gap = [stay(date(2027, 2, 11), 2), stay(date(2027, 2, 14), 1)]

    night = price_night(date(2027, 2, 13), market=market, reservations=gap)

    assert [factor.key for factor in night.factors] == [
        "base_price",
        "season",
        "day_of_week",
        "event",
        "demand",
        "lead_time",
        "scarcity",
    ]
    assert [factor.order for factor in night.factors] == [0, 1, 2, 3, 4, 5, 6]


def test_a_listing_without_a_base_price_has_the_automatic_one() -> None:
    market = replace(QUIET_MARKET, currency="EUR", levels=(80.0, 130.0))

    night = price_night(in_days(30), market=market, listing=ListingFacts(currency="EUR", bedrooms=1))

    assert night.price == 13_000


def test_a_calendar_needs_a_base_price() -> None:
    with pytest.raises(NoBasePrice):
        price_calendar(ListingFacts(), MarketStatistics(as_of=TODAY), [], NO_RULES, TODAY, [TODAY])
