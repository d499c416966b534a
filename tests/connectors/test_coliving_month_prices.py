"""Conversion between monthly and nightly prices. A month has 30 nights (docs/channels-coliving.md)."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connectors.amounts import minor_units_per_unit
from connectors.coliving import month_prices
from connectors.values import NightRate
from tests.connectors.sandbox_connection import NOW

TODAY = NOW.date()


def nights(prices: list[int], first: date = TODAY) -> list[NightRate]:
    return [NightRate(first + timedelta(days=ahead), price) for ahead, price in enumerate(prices)]


class TestMonths:
    """A monthly price is a whole number of currency units (docs/channels-coliving.md)."""

    def test_a_month_costs_thirty_times_its_average_nightly_price(self) -> None:
        june_to_july = nights([2000] * 10 + [2400] * 5 + [3000] * 31, date(2031, 6, 16))

        assert month_prices.month_prices(june_to_july, "EUR") == {6: 640, 7: 900}
        assert {rate.price for rate in month_prices.as_sold(june_to_july, "EUR")} == {2133, 3000}

    def test_each_calendar_month_is_priced_from_the_first_365_nights(self) -> None:
        rates = nights([1000] * 365 + [9000] * 30, date(2031, 6, 16))

        assert month_prices.month_prices(rates, "EUR") == dict.fromkeys(range(1, 13), 300)
        assert {rate.price for rate in month_prices.as_sold(rates, "EUR")} == {1000}

    def test_stay_rules_are_left_out_because_the_channel_has_none(self) -> None:
        (rate,) = month_prices.as_sold([NightRate(TODAY, 2000, 3, 30, False, False, free_units=2)], "EUR")

        assert rate == NightRate(TODAY, 2000, free_units=2)

    @given(
        st.lists(st.integers(0, 10**9), min_size=1, max_size=60),
        st.sampled_from(["EUR", "JPY", "KWD", "CLF"]),
        st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    )
    def test_prices_from_as_sold_are_unchanged_when_pushed_and_read_back(
        self, prices: Any, currency: Any, first: Any
    ) -> None:
        sold = month_prices.as_sold(nights(prices, first), currency)

        pushed = month_prices.month_prices(sold, currency)
        assert pushed == month_prices.month_prices(nights(prices, first), currency)
        unit = minor_units_per_unit(currency)
        assert [month_prices.night_price(pushed[rate.night.month] * unit) for rate in sold] == [
            rate.price for rate in sold
        ]
        assert month_prices.as_sold(sold, currency) == sold

    @given(st.lists(st.integers(5, 10**6), min_size=1, max_size=31), st.sampled_from(["EUR", "JPY", "KWD"]))
    def test_a_monthly_price_lies_between_its_cheapest_and_its_most_expensive_night(
        self, whole_prices: Any, currency: Any
    ) -> None:
        unit = minor_units_per_unit(currency)
        prices = [price * unit for price in whole_prices]

        sold = month_prices.as_sold(nights(prices, date(2031, 5, 1)), currency)

        assert sold
        assert all(min(prices) <= rate.price <= max(prices) for rate in sold)
