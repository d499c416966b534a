"""Whole units in, minor units out."""

from dataclasses import replace
from decimal import Decimal

import pytest
from iso4217 import Currency

from pricing import ListingFacts, Rules, minor_units_per_unit
from pricing.market import WEEKS
from pricing.rules import MinMaxPrices
from tests.pricing.cases import QUIET_MARKET, in_days, price_night


@pytest.mark.parametrize(
    ("currency", "minor_units"),
    [("EUR", 100), ("usd", 100), ("JPY", 1), ("KWD", 1000), ("CLF", 10_000), (None, 100), ("", 100), ("???", 100)],
)
def test_a_currency_has_the_decimals_of_iso_4217(currency: str | None, minor_units: int) -> None:
    assert minor_units_per_unit(currency) == minor_units


# Every currency of ISO 4217 whose exponent is not 2.
EXPONENTS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
    "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip


@pytest.mark.parametrize(("currency", "exponent"), EXPONENTS.items())
def test_a_currency_that_has_no_cents_has_its_own_minor_unit(currency: str, exponent: int) -> None:
    assert minor_units_per_unit(currency) == 10**exponent


def test_every_other_currency_has_cents() -> None:
    others = [currency.code for currency in Currency if currency.code not in EXPONENTS]

    assert {"EUR", "HUF", "LAK", "XAU"} <= set(others)
    assert {minor_units_per_unit(currency) for currency in others} == {100}


@pytest.mark.parametrize(("currency", "price"), [("EUR", 10_000), ("JPY", 100), ("KWD", 100_000)])
def test_prices_are_reported_in_minor_units_of_the_listings_currency(currency: str, price: int) -> None:
    night = price_night(in_days(30), listing=ListingFacts(currency=currency, base_price=100))

    assert night.price == price
    assert night.factors[0].amount == price


@pytest.mark.parametrize("minimum", [120.5, Decimal("120.50")])
def test_a_minimum_is_rounded_up_to_a_whole_price(minimum: float | Decimal) -> None:
    night = price_night(in_days(30), Rules(min_max_prices=MinMaxPrices(min_price=minimum)))

    assert night.effective_min_price == 12_100
    assert night.price == 12_100


def test_a_maximum_is_rounded_down_to_a_whole_price() -> None:
    night = price_night(in_days(30), Rules(min_max_prices=MinMaxPrices(max_price=80.5)))

    assert night.effective_max_price == 8_000
    assert night.price == 8_000


@pytest.mark.parametrize(("base_price", "ratio", "price"), [(50, 1.15, 58), (90, 1.15, 104), (110, 1.15, 127)])
def test_halves_are_rounded_up_although_binary_fractions_are_slightly_smaller(
    base_price: int, ratio: float, price: int
) -> None:
    market = replace(QUIET_MARKET, day_of_week=(ratio,) * 7)

    night = price_night(in_days(30), listing=ListingFacts(base_price=base_price), market=market)

    assert night.price == price * 100
    assert night.factors[1].amount == (price - base_price) * 100


def test_slightly_less_than_a_half_is_rounded_down() -> None:
    market = replace(QUIET_MARKET, season=(0.91,) * WEEKS, day_of_week=(1.13,) * 7)

    night = price_night(in_days(30), listing=ListingFacts(base_price=53), market=market)

    assert night.price == 5_400  # 53 x 0.91 x 1.13 = 54.4999
