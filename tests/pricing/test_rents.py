"""Listings let by the month, and what they take from a market of nightly homes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pricing import (
    BookedStay,
    ListingFacts,
    MarketStatistics,
    MarketTally,
    among_rents,
    automatic_base_price,
    market_statistics,
    rent_level,
)

TODAY = date(2026, 6, 15)
ROOM = ListingFacts(currency="EUR", bedrooms=1, by_the_month=True)
HOME = ListingFacts(currency="EUR", bedrooms=1)
NIGHTLY = MarketStatistics(
    as_of=TODAY, currency="EUR", booked_nights=900, levels=(151.0,) * 9, usual_levels=(151.0,) * 9, requests=0.9
)


def stay(nights: int, a_night: int, *, days_ago: int = 200, units: int = 1) -> BookedStay:
    arrival = TODAY - timedelta(days=days_ago)
    return BookedStay(
        check_in=arrival, check_out=arrival + timedelta(days=nights), total=100 * nights * a_night * units, units=units
    )


def tally(*listings: tuple[ListingFacts, list[BookedStay]]) -> MarketTally:
    counted = MarketTally(today=TODAY, currency="EUR")
    for listing, stays in listings:
        counted.add(listing, stays)
    return counted


def test_the_hosts_own_price_comes_before_paid_rents_and_these_before_the_level_of_rents() -> None:
    market = among_rents(NIGHTLY, 30)

    assert automatic_base_price(replace(ROOM, channel_price=25.0), [stay(60, 27)], market) == 25
    assert automatic_base_price(ROOM, [stay(60, 27), stay(3, 140)], market) == 27
    assert automatic_base_price(ROOM, [], market) == 30
    assert automatic_base_price(ROOM, [], among_rents(NIGHTLY, None)) is None


def test_a_rent_is_never_below_the_lowest_base_price() -> None:
    assert automatic_base_price(replace(ROOM, channel_price=4.0), [], NIGHTLY) == 10


def test_the_level_of_rents_grows_with_the_number_of_bedrooms() -> None:
    market = among_rents(NIGHTLY, 20)

    assert market.level_of(ROOM) == 20
    assert market.level_of(replace(ROOM, bedrooms=2)) == pytest.approx(27)
    assert market.level_of(replace(ROOM, currency="USD")) is None


def test_the_level_of_rents_is_the_median_of_at_least_five_owners() -> None:
    assert rent_level([20, 21, 22, 23]) is None
    assert rent_level([20, 21, 22, 23, 9000]) == 22


def test_rents_are_those_of_stays_of_four_weeks_or_more_as_nights_of_one_bedroom() -> None:
    rooms = tally((ROOM, [stay(28, 30), stay(27, 150)]), (replace(ROOM, bedrooms=2), [stay(56, 27, units=2)]))

    assert rooms.mean_rent == pytest.approx((28 * 30 + 112 * 27) / (28 + 112 * 1.35))
    assert tally((HOME, [stay(60, 30)])).mean_rent is None


def test_rooms_change_nothing_about_nightly_homes_except_that_the_market_is_active() -> None:
    homes = [(HOME, [stay(3, 150, days_ago=300 - 9 * each) for each in range(30)])]
    rooms = [(ROOM, [stay(60, 25), stay(5, 25, days_ago=90)])]

    alone = market_statistics(tally(*homes), country="PT", city="Lisbon")
    together = market_statistics(tally(*homes, *rooms), country="PT", city="Lisbon")

    assert together.booked_nights == alone.booked_nights + 65
    assert replace(together, booked_nights=alone.booked_nights, listing_count=1) == alone
    assert market_statistics(tally(*rooms), country="PT", city="Lisbon").is_active


def test_the_share_of_an_owner_holds_for_its_rooms_too() -> None:
    merged = tally()
    merged.merge(tally((ROOM, [stay(60, 25)])), nights=0.5, booked=0.25)

    assert market_statistics(merged, country=None, city=None).booked_nights == 15
