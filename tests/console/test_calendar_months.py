"""The calendar's months of weeks, and how a night looks and is read aloud."""

from datetime import date, timedelta
from typing import Any

import pytest

from console.calendar_months import months_of, scale_of
from console.charts.prices import PricedNight
from console.headlines import Headline, against_market, headlines
from listings.calendar import CalendarNight
from pricing import Factor

TODAY = date(2030, 5, 30)  # a Thursday


def night(day: date = TODAY, **facts: Any) -> CalendarNight:
    """An available night for 120 that the channel has at this price, unless `facts` differ."""
    usual: dict[str, Any] = {
        "id": f"1-{day}", "date": day, "availability": "available", "price": 12000, "price_posted": 12000,
        "effective_min_price": 8000, "effective_max_price": None, "min_stay": 2, "max_stay": None,
        "checkin_allowed": True, "checkout_allowed": True,
        "factors": (Factor("base_price", 0, 1.0, 12000, "Base price of the listing", None),),
    }  # fmt: skip
    return CalendarNight(**{**usual, **facts})


def nights(count: int, **facts: Any) -> list[CalendarNight]:
    return [night(TODAY + timedelta(days=day), **facts) for day in range(count)]


def test_months_are_weeks_from_monday_on() -> None:
    may, june = months_of(nights(7), scale_of([], "EUR"), "EUR", TODAY)

    assert [[cell and cell.night.date.day for cell in week] for week in may.weeks] == [
        [None, None, None, 30, 31, None, None]
    ]
    assert [[cell and cell.night.date.day for cell in week] for week in june.weeks] == [
        [None, None, None, None, None, 1, 2],
        [3, 4, 5, None, None, None, None],
    ]


def test_only_today_is_today() -> None:
    [may] = months_of(nights(2), scale_of([], "EUR"), "EUR", TODAY)

    assert [cell.is_today for cell in may.cells] == [True, False]


def test_a_month_is_summed_up() -> None:
    [may] = months_of([night(price=10000), night(date(2030, 5, 31), price=20200, availability="booked")],
                      scale_of([], "EUR"), "EUR", TODAY)  # fmt: skip

    assert may.summary == "EUR\xa0151 on average, 1 of 2 booked"


def test_a_night_of_several_units_is_called_fully_booked() -> None:
    [may] = months_of([night(availability="booked")], scale_of([], "EUR"), "EUR", TODAY, units=8)
    _, booked, _ = headlines([night(availability="booked")], [PricedNight(TODAY, 120, None)], "EUR", units=8)

    assert may.summary == "EUR\xa0120 on average, 1 of 1 fully booked"
    assert booked.name == "Fully booked, next 30 nights"


@pytest.mark.parametrize(
    ("facts", "words", "classes"),
    [
        ({}, "Thursday 30 May 2030, today, EUR\xa0120, available", "night p0 available"),
        (
            {"price_posted": 11950, "availability": "booked"},
            "Thursday 30 May 2030, today, EUR\xa0120, booked, the channel has 119.50",
            "night p0 booked differs",
        ),
        ({"price_posted": None}, "Thursday 30 May 2030, today, EUR\xa0120, available", "night p0 available"),
    ],
)
def test_a_night_is_read_aloud(facts: dict[str, Any], words: str, classes: str) -> None:
    [may] = months_of([night(**facts)], scale_of([], "EUR"), "EUR", TODAY)

    assert (may.cells[0].in_words, may.cells[0].classes) == (words, classes)


@pytest.mark.parametrize(
    ("currency", "minor", "price", "is_long"),
    [("EUR", 125000, "1,250", False), ("JPY", 25000, "25,000", True), ("IDR", 125_000_000, "1,250k", True)],
)
def test_a_long_price_fits_into_its_cell(currency: str, minor: int, price: str, is_long: bool) -> None:
    [may] = months_of([night(price=minor)], scale_of([], currency), currency, TODAY)

    assert (may.cells[0].price, "long" in may.cells[0].classes) == (price, is_long)


def test_the_facts_of_a_night_are_its_limits_and_stays() -> None:
    [may] = months_of(
        [night(effective_max_price=30000, max_stay=14, checkin_allowed=False, checkout_allowed=False)],
        scale_of([], "EUR"), "EUR", TODAY,
    )  # fmt: skip

    assert may.cells[0].facts == [
        "Available", "posted EUR\xa0120", "limits 80 to 300", "stays of 2 to 14 nights", "no check-in", "no check-out",
    ]  # fmt: skip


class TestHeadlines:
    def test_a_listing_without_prices_has_none(self) -> None:
        assert headlines([], [], "EUR") == []

    def test_they_compare_the_next_30_nights_with_the_market(self) -> None:
        year = [*nights(30), *[night(TODAY + timedelta(days=30 + day), price=90000) for day in range(30)]]
        market = [PricedNight(each.date, each.price / 100, 100.0) for each in year]

        price, booked, _ = headlines(year, market, "EUR")

        assert price == Headline(
            "Average price, next 30 nights", "EUR\xa0120", "20% above the market's level of EUR\xa0100"
        )
        assert booked == Headline("Booked, next 30 nights", "0 of 30", "0% of the nights")

    def test_they_count_the_prices_that_the_channel_has(self) -> None:
        year = [*nights(5), night(price_posted=11000), night(price_posted=None)]
        market = [PricedNight(each.date, 120, None) for each in year]

        price, _, posted = headlines(year, market, "EUR")

        assert price.detail == "no level of the market is known"
        assert posted == Headline("Prices at the channel", "5", "of 7 nights are as here; 1 differ")

    @pytest.mark.parametrize(
        ("ours", "words"),
        [
            (100.4, "at the market's level"),
            (96.0, "4% below the market's level"),
            (150.0, "50% above the market's level"),
        ],
    )
    def test_a_difference_is_a_percentage(self, ours: float, words: str) -> None:
        assert against_market(ours, 100) == words
