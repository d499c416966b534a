"""The automatic base price of a listing."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pricing import BookedStay, ListingFacts, MarketStatistics, automatic_base_price
from pricing.base_price import step_towards
from pricing.market import WEEKS
from pricing.outcomes import outcomes_of

TODAY = date(2027, 6, 1)
ONE_BEDROOM = ListingFacts(currency="EUR", bedrooms=1)
MARKET = MarketStatistics(as_of=TODAY, currency="EUR", levels=(80.0, 100.0, 135.0))


def booked(nights: int, rate: int, *, days_ago: int = 100, **facts: Any) -> BookedStay:
    check_in = TODAY - timedelta(days=days_ago)
    return BookedStay(
        check_in=check_in, check_out=check_in + timedelta(days=nights), total=nights * rate * 100, **facts
    )


@pytest.mark.parametrize(("bedrooms", "level"), [(0, 80), (1, 100), (2, 135), (7, 135)])
def test_a_listing_without_bookings_has_its_markets_level_for_its_size(bedrooms: int, level: int) -> None:
    assert automatic_base_price(ListingFacts(currency="EUR", bedrooms=bedrooms), [], MARKET) == level


@pytest.mark.parametrize(("guests", "level"), [(1, 80), (2, 100), (3, 100), (4, 135), (None, 100)])
def test_unknown_bedrooms_are_estimated_from_the_number_of_guests(guests: int | None, level: int) -> None:
    listing = ListingFacts(currency="EUR", person_capacity=guests)

    assert automatic_base_price(listing, [], MARKET) == level


def test_sixty_booked_nights_count_as_much_as_the_market() -> None:
    stays = [booked(6, 200, days_ago=10 * number) for number in range(1, 11)]

    assert automatic_base_price(ONE_BEDROOM, stays, MARKET) == 150


def test_a_few_nights_hardly_move_the_base_price() -> None:
    assert automatic_base_price(ONE_BEDROOM, [booked(3, 200)], MARKET) == 105


def test_without_a_market_the_base_price_is_the_listings_own_rate() -> None:
    unknown = MarketStatistics(as_of=TODAY)

    assert automatic_base_price(ONE_BEDROOM, [booked(3, 90), booked(3, 110), booked(3, 700)], unknown) == 110


def test_without_bookings_and_without_a_market_there_is_no_base_price() -> None:
    assert automatic_base_price(ONE_BEDROOM, [], MarketStatistics(as_of=TODAY)) is None


def test_a_rate_paid_in_high_season_is_divided_by_the_season() -> None:
    dear_all_year = replace(MARKET, levels=(), season=(1.25,) * WEEKS)

    assert automatic_base_price(ONE_BEDROOM, [booked(5, 150)], dear_all_year) == 120


@pytest.mark.parametrize(
    "stay",
    [
        booked(3, 900, cancelled_on=TODAY),
        booked(3, 900, owner_stay=True),
        booked(28, 900),
        booked(3, 0),
        booked(3, 900, days_ago=740),
        replace(booked(3, 900), total=None),
        replace(booked(3, 900), total=-100),
        replace(booked(3, 900), check_out=TODAY - timedelta(days=100)),
        replace(booked(3, 900), units=0),
    ],
    ids=["cancelled", "owner", "monthly", "free", "old", "unknown", "negative", "no night", "no unit"],
)
def test_stays_without_a_nightly_rate_do_not_count(stay: BookedStay) -> None:
    assert automatic_base_price(ONE_BEDROOM, [stay], MARKET) == 100


def test_the_total_is_divided_by_nights_and_units() -> None:
    two_rooms = replace(booked(5, 300), units=2)

    assert automatic_base_price(ONE_BEDROOM, [two_rooms], replace(MARKET, levels=())) == 150


def test_a_market_in_another_currency_gives_no_level() -> None:
    in_yen = ListingFacts(currency="JPY", bedrooms=1)

    assert automatic_base_price(in_yen, [], MARKET) is None
    assert automatic_base_price(in_yen, [replace(booked(2, 1), total=24_000)], MARKET) == 12_000


def test_the_base_price_is_never_below_the_contracts_minimum() -> None:
    assert automatic_base_price(ONE_BEDROOM, [booked(3, 4)], replace(MARKET, levels=())) == 10


@pytest.mark.parametrize(
    ("best", "days", "price"),
    [(105, 7, 105), (300, 7, 110), (300, 14, 121), (50, 7, 91), (300, 1, 101), (300, 0.1, 100), (50, 0.1, 100)],
)
def test_a_base_price_moves_by_at_most_a_tenth_a_week(best: int, days: float, price: int) -> None:
    assert step_towards(best, 100, days) == price


# One request a night at the usual rate of 100, for stays of one night.
ASKED = replace(MARKET, requests=1.0, stay_lengths=(1.0,), usual_levels=(80.0, 100.0, 135.0), levels=())


def year_with(nights_per_month: int, rate: int) -> list[BookedStay]:
    return [
        booked(1, rate, days_ago=30 * month + 2 * night) for month in range(1, 13) for night in range(nights_per_month)
    ]


def test_a_listing_without_bookings_starts_at_the_markets_best_price() -> None:
    best = ASKED.best_to_usual * 100

    assert automatic_base_price(ONE_BEDROOM, [], ASKED) == pytest.approx(best, rel=0.05)


def test_a_listing_that_is_always_full_should_be_dearer() -> None:
    few, usual, full = (automatic_base_price(ONE_BEDROOM, year_with(nights, 100), ASKED) for nights in (4, 9, 14))

    assert few
    assert usual
    assert full
    assert few < usual < full


def test_a_listing_that_sells_at_a_higher_price_is_worth_more() -> None:
    cheap, dear = (automatic_base_price(ONE_BEDROOM, year_with(9, rate), ASKED) for rate in (80, 160))

    assert cheap
    assert dear
    assert dear > 1.4 * cheap


def test_a_listing_that_sells_little_at_a_high_price_should_be_cheaper_than_that() -> None:
    price = automatic_base_price(ONE_BEDROOM, year_with(2, 220), ASKED)

    assert price
    assert price < 180


def test_where_hosts_ask_too_little_the_best_price_is_higher() -> None:
    busy = replace(ASKED, requests=4.0)

    price = automatic_base_price(ONE_BEDROOM, [], busy)

    assert price
    assert price > 150


@pytest.mark.parametrize("rate", [60, 100, 180])
@pytest.mark.parametrize("nights", [4, 9, 14])
@pytest.mark.parametrize("months", [3, 6])
def test_months_closed_by_the_host_count_for_nothing(months: int, nights: int, rate: int) -> None:
    whole = replace(ONE_BEDROOM, listed_on=TODAY - timedelta(days=390))
    stays = year_with(nights, rate)
    closed_from = TODAY - timedelta(days=390 + 91 * (months // 3))
    closed = [closed_from + timedelta(days=day) for day in range(91 * (months // 3))]
    renovated = replace(ONE_BEDROOM, listed_on=closed_from)

    price = automatic_base_price(renovated, stays, ASKED, blocked=closed)

    expected = automatic_base_price(whole, stays, ASKED)
    unknown = automatic_base_price(renovated, stays, ASKED)
    assert price
    assert expected
    assert unknown
    assert price == pytest.approx(expected, rel=0.02)
    assert unknown < price


def test_only_vacant_units_of_a_closed_night_were_not_for_sale() -> None:
    pair = replace(ONE_BEDROOM, units=2, listed_on=TODAY - timedelta(days=91))
    guests = [booked(3, 100, days_ago=90 - 3 * number) for number in range(20)]
    stays = [*guests, booked(10, 100, days_ago=20, owner_stay=True)]
    nights = [TODAY - timedelta(days=days) for days in range(1, 92)]

    [outcome] = outcomes_of(pair, stays, ASKED, 100, blocked=nights)

    assert (outcome.nights, outcome.sold) == (60, 60)


def test_a_listing_that_was_closed_all_the_time_starts_at_the_markets_best_price() -> None:
    closed = [TODAY - timedelta(days=days) for days in range(1, 400)]
    listing = replace(ONE_BEDROOM, listed_on=closed[-1])

    assert automatic_base_price(listing, [], ASKED, blocked=closed) == automatic_base_price(ONE_BEDROOM, [], ASKED)
