"""What public data of a city give to a market with few owners or bookings."""

from dataclasses import replace
from datetime import date

import pytest

from pricing import MarketStatistics, PublicHome, completed, in_area, public_start
from pricing.market import LARGEST_BEDROOMS, WEEKS
from pricing.public_data import MOST_PUBLIC_NIGHTS, PublicStart

EMPTY = MarketStatistics(as_of=date(2027, 6, 1), currency="EUR")
COUNTRY = replace(EMPTY, booked_nights=5000, occupancy=0.8, requests=2.0, season=(1.2,) * WEEKS)
START = PublicStart(nights=120, level=90.0, occupancy=0.5, requests=1.0)


def homes(count: int, price: float = 100, occupancy: float = 0.5) -> list[PublicHome]:
    return [PublicHome(f"host {number}", 1, price, occupancy) for number in range(count)]


def test_less_than_five_hosts_tell_nothing() -> None:
    assert public_start([*homes(4), *homes(4)]) is None
    assert public_start(homes(5))


def test_all_hosts_together_count_as_few_nights() -> None:
    few, many = public_start(homes(5)), public_start(homes(900))

    assert few
    assert many
    assert (few.nights, many.nights) == (60, MOST_PUBLIC_NIGHTS)


def test_one_host_moves_neither_level_nor_occupancy() -> None:
    big = [PublicHome("big", 1, 5000, 0.7)] * 300

    before, after = public_start(homes(9)), public_start([*homes(9), *big])

    assert before
    assert after
    assert (after.level, after.occupancy) == (before.level, before.occupancy) == (90, 0.5)


def test_what_empty_homes_ask_counts_less() -> None:
    dreamers = [PublicHome(f"dreamer {number}", 1, 400, 0.05) for number in range(12)]

    start = public_start([*homes(9), *dreamers])

    assert start
    assert start.level == 90


def test_sizes_are_compared_as_one_bedroom() -> None:
    houses = [PublicHome(f"host {number}", 3, 170, 0.5) for number in range(5)]

    start = public_start(houses)

    assert start
    assert start.level == pytest.approx(90)


def test_an_empty_market_starts_from_public_data() -> None:
    market = completed(EMPTY, None, START)

    assert market.usual_levels[1] == 90
    assert (market.occupancy, market.requests) == (0.5, 1.0)
    assert market.levels[1] == pytest.approx(90 * market.best_to_usual, abs=0.01)
    assert market.is_active


def test_public_data_come_before_the_country_in_what_they_tell() -> None:
    market = completed(EMPTY, COUNTRY, START)

    assert market.usual_levels[1] == 90
    assert 1.0 < market.requests < 2.0
    assert market.season == COUNTRY.season


def test_own_nights_outweigh_public_data() -> None:
    sizes = LARGEST_BEDROOMS + 1
    own = replace(EMPTY, booked_nights=1200, requests=2.0, usual_levels=(200.0,) * sizes, levels=(220.0,) * sizes)

    market = completed(own, None, START)

    assert market.usual_levels[1] == pytest.approx((1200 * 200 + 120 * 90) / 1320, abs=0.01)
    assert market.requests == pytest.approx((1200 * 2 + 120) / 1320, abs=0.001)


def test_without_public_data_the_country_completes_as_before() -> None:
    assert completed(EMPTY, COUNTRY, None) == in_area(EMPTY, COUNTRY)
    assert completed(EMPTY, None, None) is EMPTY
