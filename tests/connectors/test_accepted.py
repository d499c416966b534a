from datetime import date
from typing import Any

import pytest

from connectors.accepted import Accepted, fitted
from connectors.values import NightRate

NIGHT = date(2031, 4, 1)
BOUNDED = Accepted(highest_price=1000, longest_stay=365)


@pytest.mark.parametrize(
    ("values", "fits"),
    [
        ({"price": 12050}, {"price": 12050}),
        ({"price": 100_001}, {"price": 100_000}),
        ({"price": 0}, {"price": 1}),
        ({"price": 1, "min_stay": 3, "max_stay": 7}, {"price": 1, "min_stay": 3, "max_stay": 7}),
        ({"price": 1, "max_stay": 3650}, {"price": 1, "max_stay": 365}),
        ({"price": 1, "min_stay": 3650}, {"price": 1, "min_stay": 365}),
        ({"price": 1, "min_stay": 0, "max_stay": 0}, {"price": 1, "min_stay": 1, "max_stay": 1}),
        ({"price": 1, "min_stay": 9, "max_stay": 7}, {"price": 1, "min_stay": 9, "max_stay": 9}),
        ({"price": 1, "checkin_allowed": False}, {"price": 1, "checkin_allowed": False}),
    ],
)
def test_rates_become_the_nearest_that_the_channel_takes(values: dict[str, Any], fits: dict[str, Any]) -> None:
    assert fitted([NightRate(NIGHT, **values)], BOUNDED, "EUR") == [NightRate(NIGHT, **fits)]


def test_prices_are_bounded_in_units_of_their_currency() -> None:
    rate = NightRate(NIGHT, 10**9)

    prices = {code: fitted([rate], BOUNDED, code)[0].price for code in ("JPY", "EUR", "KWD")}

    assert prices == {"JPY": 1000, "EUR": 100_000, "KWD": 1_000_000}


def test_a_channel_without_bounds_takes_all_that_can_be_set() -> None:
    rate = NightRate(NIGHT, 10**11, min_stay=3650, max_stay=3650)

    assert fitted([rate], Accepted(), "EUR") == [rate]
