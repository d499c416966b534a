"""Months and nights, base and minor units, years and days of the year: how Spotahome's prices become ours and back."""

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
    """Each a euro dearer than the one before."""
    return [NightRate(first + timedelta(days=ahead), price + 100 * ahead) for ahead in range(count)]


@pytest.mark.parametrize(
    ("rent", "currency", "price"),
    [
        (915, "EUR", 3050),  # 915 euros a month are 30.50 a night
        (788, "EUR", 2627),  # 26.266… in whole cents, halves up
        (90_000, "JPY", 3000),  # yen have no cents
        (300, "KWD", 10_000),  # dinars have a thousand fils
    ],
)
def test_a_night_is_a_thirtieth_of_the_month_in_minor_units(rent: Any, currency: Any, price: Any) -> None:
    assert nightly(Decimal(rent), currency) == price


def test_without_a_currency_a_rent_is_worth_nobody_knows_what() -> None:
    assert nightly(Decimal(915), None) is None


@pytest.mark.parametrize(
    ("price", "currency", "rent"), [(4000, "EUR", 1200), (4033, "EUR", 1210), (5, "EUR", 2), (3000, "JPY", 90_000)]
)
def test_a_rent_is_thirty_nights_in_whole_base_units(price: Any, currency: Any, rent: Any) -> None:
    assert whole_rent(price, currency) == rent


@given(st.integers(min_value=0, max_value=10**6), st.sampled_from(["EUR", "GBP", "KWD"]))
def test_a_rent_survives_the_way_to_a_nightly_price_and_back(rent: Any, currency: Any) -> None:
    price = nightly(Decimal(rent), currency)

    assert price is not None
    assert whole_rent(price, currency) == rent


@given(st.integers(min_value=1, max_value=10**5), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_a_price_in_whole_units_survives_the_way_to_a_rent_and_back(units: Any, currency: Any) -> None:
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
def test_only_the_container_that_the_type_names_counts(kind: Any, first_of_march: Any, last_of_march: Any) -> None:
    read, rents = read_rents({"type": kind, **ALL_CONTAINERS})

    assert read == kind
    assert list(rents) == DAYS_OF_YEAR
    assert (rents[3, 1], rents[3, 31]) == (first_of_march, last_of_march)


@pytest.mark.parametrize("kind", ["fixed", "byMonth", "byDay"])
def test_without_the_named_container_the_lowest_rent_stands_for_all_days(kind: Any) -> None:
    _, rents = read_rents({"type": kind, "minimumPrice": 700})

    assert set(rents.values()) == {700}


def test_a_listings_own_price_is_the_average_over_the_year() -> None:
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
def test_a_price_that_is_not_as_documented_is_malformed(monthly_price: Any) -> None:
    with pytest.raises(Malformed):
        read_rents(monthly_price)


# Folding


def test_a_year_of_nights_covers_365_days_of_the_year_and_leaves_out_29_february() -> None:
    rents = folded(nights(date(2026, 3, 15), 365), "EUR")

    assert len(rents) == 365
    assert (2, 29) not in rents
    assert rents[3, 15] == 900
    assert rents[3, 14] == (30 + 364) * 30


def test_in_a_leap_year_29_february_has_its_night() -> None:
    rents = folded(nights(date(2028, 1, 1), 366), "EUR")

    assert len(rents) == 366
    assert rents[2, 29] == (30 + 59) * 30


@given(st.dates(date(2024, 1, 1), date(2040, 1, 1)), st.integers(1, 500), st.randoms())
def test_of_two_nights_on_one_day_of_the_year_the_nearer_one_counts(first: Any, count: Any, chance: Any) -> None:
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


# What can be sold

ALONE, SHARED = {"sold_alone": True}, {"sold_alone": False}


def stays(*min_stays: int | None) -> list[NightRate]:
    first = date(2026, 3, 1)
    return [
        NightRate(first + timedelta(days=ahead), 3000, min_stay, 90, True, False)
        for ahead, min_stay in enumerate(min_stays)
    ]


def test_one_stay_rule_for_all_nights_can_be_sold_by_a_listing_that_is_its_property() -> None:
    sold = as_sold(stays(30, 30, 30), "EUR", ALONE)

    assert {(rate.min_stay, rate.max_stay) for rate in sold} == {(30, 90)}


def test_a_stay_rule_that_differs_from_night_to_night_cannot() -> None:
    sold = as_sold(stays(30, 14, 30), "EUR", ALONE)

    assert {(rate.min_stay, rate.max_stay) for rate in sold} == {(None, 90)}


@pytest.mark.parametrize("details", [SHARED, {}])
def test_a_unit_of_a_shared_property_sells_no_stay_rules(details: Any) -> None:
    sold = as_sold(stays(30, 30, 30), "EUR", details)

    assert {(rate.min_stay, rate.max_stay) for rate in sold} == {(None, None)}


def test_arrival_and_departure_days_are_not_sold() -> None:
    sold = as_sold(stays(30, 30), "EUR", ALONE)

    assert {(rate.checkin_allowed, rate.checkout_allowed) for rate in sold} == {(None, None)}


def test_the_price_is_what_the_rent_in_whole_units_comes_to() -> None:
    (sold,) = as_sold([NightRate(date(2026, 3, 1), 4035)], "EUR", {})

    assert sold.price == 4037  # 1210.50 a month are sold as 1211
