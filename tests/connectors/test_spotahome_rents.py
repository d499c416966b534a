"""Conversion between Spotahome's rents for days of the year and nightly prices in minor units."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.monthly_rents import MONTHS
from connectors.payloads import Malformed
from connectors.spotahome.pushing import as_sold
from connectors.spotahome.rents import (
    DAYS_OF_YEAR,
    as_prices_by_day,
    average_nightly,
    folded,
    nightly,
    read_rents,
    whole_rent,
)
from connectors.values import NightRate

LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def nights(first: date, count: int, price: int = 3000) -> list[NightRate]:
    """Consecutive nights. Each is one euro more expensive than the night before."""
    return [NightRate(first + timedelta(days=ahead), price + 100 * ahead) for ahead in range(count)]


@pytest.mark.parametrize(
    ("rent", "currency", "price"),
    [
        (915, "EUR", 3050),  # 915 euros a month are 30.50 a night
        (788, "EUR", 2627),  # 26.266… rounded half up to whole cents
        (90_000, "JPY", 3000),  # yen have no cents
        (300, "KWD", 10_000),  # a dinar has 1,000 fils
    ],
)
def test_a_nightly_price_is_a_thirtieth_of_the_rent_in_minor_units(rent: Any, currency: Any, price: Any) -> None:
    assert nightly(Decimal(rent), currency) == price


def test_a_rent_without_a_currency_has_no_nightly_price() -> None:
    assert nightly(Decimal(915), None) is None


@pytest.mark.parametrize(
    ("price", "currency", "rent"), [(4000, "EUR", 1200), (4033, "EUR", 1210), (5, "EUR", 2), (3000, "JPY", 90_000)]
)
def test_a_rent_is_thirty_nightly_prices_in_whole_currency_units(price: Any, currency: Any, rent: Any) -> None:
    assert whole_rent(price, currency) == rent


@given(st.integers(min_value=0, max_value=10**6), st.sampled_from(["EUR", "GBP", "KWD"]))
def test_a_rent_is_unchanged_by_conversion_to_a_nightly_price_and_back(rent: Any, currency: Any) -> None:
    price = nightly(Decimal(rent), currency)

    assert price is not None
    assert whole_rent(price, currency) == rent


@given(st.integers(min_value=1, max_value=10**5), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_a_price_in_whole_units_is_unchanged_by_conversion_to_a_rent_and_back(units: Any, currency: Any) -> None:
    minor = {"EUR": 100, "JPY": 1, "KWD": 1000}[currency]

    assert nightly(whole_rent(units * minor, currency), currency) == units * minor


# Reading

BY_MONTH = {month: 100 * number for number, month in enumerate(MONTHS, 1)}
BY_DAY = {
    month: [BY_MONTH[month] + day for day in range(length)] for month, length in zip(MONTHS, LENGTHS, strict=True)
}
ALL_CONTAINERS = {"minimumPrice": 100, "fixedPrice": 788, "pricesByMonth": BY_MONTH, "pricesByDay": BY_DAY}


@pytest.mark.parametrize(
    ("kind", "first_of_march", "last_of_march"), [("fixed", 788, 788), ("byMonth", 300, 300), ("byDay", 300, 330)]
)
def test_only_the_container_named_by_the_type_is_read(kind: Any, first_of_march: Any, last_of_march: Any) -> None:
    read, rents = read_rents({"type": kind, **ALL_CONTAINERS})

    assert read == kind
    assert list(rents) == DAYS_OF_YEAR
    assert (rents[3, 1], rents[3, 31]) == (first_of_march, last_of_march)


@pytest.mark.parametrize("kind", ["fixed", "byMonth", "byDay"])
def test_the_minimum_price_applies_to_all_days_if_the_named_container_is_missing(kind: Any) -> None:
    _, rents = read_rents({"type": kind, "minimumPrice": 700})

    assert set(rents.values()) == {700}


def test_the_price_of_a_listing_is_the_average_over_the_year() -> None:
    _, rents = read_rents({"type": "byMonth", **ALL_CONTAINERS})

    assert average_nightly(rents, "EUR") == 2171  # 651.37 euros a month


@pytest.mark.parametrize(
    "monthly_price",
    [
        None,
        [],
        {"minimumPrice": 1},
        {"type": "weekly", "minimumPrice": 1},
        {"type": "fixed", "fixedPrice": "a dozen"},
        {"type": "fixed", "fixedPrice": -1},
        {"type": "fixed"},
        {"type": "byMonth", "pricesByMonth": [100] * 12},
        {"type": "byMonth", "pricesByMonth": {**BY_MONTH, "feb": None}},
        {"type": "byDay", "pricesByDay": {**BY_DAY, "feb": BY_DAY["feb"][:28]}},
        {"type": "byDay", "pricesByDay": {**BY_DAY, "feb": [[1]] * 29}},
    ],
)
def test_an_undocumented_price_is_malformed(monthly_price: Any) -> None:
    with pytest.raises(Malformed):
        read_rents(monthly_price)


# Folding


def test_365_nights_cover_all_days_of_the_year_except_29_february() -> None:
    rents = folded(nights(date(2026, 3, 15), 365), "EUR")

    assert len(rents) == 365
    assert (2, 29) not in rents
    assert rents[3, 15] == 900
    assert rents[3, 14] == (30 + 364) * 30


def test_29_february_has_a_rent_in_a_leap_year() -> None:
    rents = folded(nights(date(2028, 1, 1), 366), "EUR")

    assert len(rents) == 366
    assert rents[2, 29] == (30 + 59) * 30


@given(st.dates(date(2024, 1, 1), date(2040, 1, 1)), st.integers(1, 500), st.randoms())
def test_the_earlier_night_is_used_if_two_fall_on_the_same_day_of_the_year(first: Any, count: Any, chance: Any) -> None:
    rates = nights(first, count)
    shuffled = chance.sample(rates, len(rates))

    rents = folded(shuffled, "EUR")

    nearest: dict[tuple[int, int], int] = {}
    for rate in rates:
        nearest.setdefault((rate.night.month, rate.night.day), rate.price)
    assert {day: rent * 100 / 30 for day, rent in rents.items()} == nearest


def test_prices_by_day_are_twelve_rows_of_whole_numbers_with_29_days_in_february() -> None:
    rows = as_prices_by_day(folded(nights(date(2028, 1, 1), 366), "EUR"))

    assert [len(row) for row in rows] == LENGTHS
    assert all(type(rent) is int for row in rows for rent in row)
    assert (rows[0][0], rows[1][28], rows[11][30]) == (900, (30 + 59) * 30, (30 + 365) * 30)


# Prices and stay rules that Spotahome can sell

ALONE, SHARED = {"sold_alone": True}, {"sold_alone": False}


def stays(*min_stays: int | None) -> list[NightRate]:
    first = date(2026, 3, 1)
    return [
        NightRate(first + timedelta(days=ahead), 3000, min_stay, 90, True, False)
        for ahead, min_stay in enumerate(min_stays)
    ]


def test_a_stay_rule_for_all_nights_is_sold_by_a_listing_that_is_its_whole_property() -> None:
    sold = as_sold(stays(30, 30, 30), "EUR", ALONE)

    assert {(rate.min_stay, rate.max_stay) for rate in sold} == {(30, 90)}


def test_a_stay_rule_that_differs_between_nights_is_not_sold() -> None:
    sold = as_sold(stays(30, 14, 30), "EUR", ALONE)

    assert {(rate.min_stay, rate.max_stay) for rate in sold} == {(None, 90)}


@pytest.mark.parametrize("details", [SHARED, {}])
def test_no_stay_rules_are_sold_for_a_unit_of_a_shared_property(details: Any) -> None:
    sold = as_sold(stays(30, 30, 30), "EUR", details)

    assert {(rate.min_stay, rate.max_stay) for rate in sold} == {(None, None)}


def test_arrival_and_departure_rules_are_not_sold() -> None:
    sold = as_sold(stays(30, 30), "EUR", ALONE)

    assert {(rate.checkin_allowed, rate.checkout_allowed) for rate in sold} == {(None, None)}


def test_the_sold_price_is_computed_from_the_rent_in_whole_units() -> None:
    (sold,) = as_sold([NightRate(date(2026, 3, 1), 4035)], "EUR", {})

    assert sold.price == 4037  # a rent of 1210.50 is rounded to 1211
