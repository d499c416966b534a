"""Estimates of a market. The stays of these tests are drawn from known ratios."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from pricing import BookedStay, ListingFacts, MarketStatistics, MarketTally, estimate_market, market_statistics
from pricing.market import USUAL_BOOKED_SHARE, WEEKS, week_of_year

TODAY = date(2027, 11, 22)
NOWHERE: dict[str, Any] = {"today": TODAY, "currency": "EUR"}
HIGH_SEASON = range(150, 240)  # days of the year
TRUE_SEASON, TRUE_WEEKEND = 1.5, 1.2


def true_rate(night: date) -> float:
    rate = 100.0
    if night.timetuple().tm_yday in HIGH_SEASON:
        rate *= TRUE_SEASON
    return rate * TRUE_WEEKEND if night.weekday() in (4, 5) else rate


def one_night_stays(random: Random, *, occupancy: float = 0.6, scale: float = 1.0) -> list[BookedStay]:
    """Two years of stays of one night, each booked 0 to 40 days before, and the coming ones booked by today."""
    stays = []
    for ahead in range(-730, 60):
        night, lead_time = TODAY + timedelta(days=ahead), random.randint(0, 40)
        if random.random() < occupancy and ahead - lead_time <= 0:
            stays.append(
                BookedStay(
                    check_in=night,
                    check_out=night + timedelta(days=1),
                    booked_on=night - timedelta(days=lead_time),
                    total=round(true_rate(night) * scale * 100),
                )
            )
    return stays


def listings_of(count: int, seed: int = 2027, **stays: float) -> Iterator[tuple[ListingFacts, Iterator[BookedStay]]]:
    """Iterators, to show that listings and stays are read only once."""
    random = Random(seed)
    for _ in range(count):
        yield (
            ListingFacts(currency="EUR", bedrooms=1, listed_on=date(2025, 1, 1)),
            iter(one_night_stays(random, **stays)),
        )


@pytest.fixture(scope="module")
def town() -> MarketStatistics:
    return estimate_market(listings_of(40), **NOWHERE)


def season_of(market: MarketStatistics, night: date) -> float:
    return market.season[week_of_year(night.toordinal(), date(night.year, 1, 1).toordinal())]


def test_the_true_season_is_estimated(town: MarketStatistics) -> None:
    high, low = season_of(town, date(2027, 7, 15)), season_of(town, date(2027, 2, 15))

    assert high / low == pytest.approx(TRUE_SEASON, abs=0.07)


def test_the_true_weekday_ratios_are_estimated(town: MarketStatistics) -> None:
    saturday, tuesday = town.day_of_week[5], town.day_of_week[1]

    assert saturday / tuesday == pytest.approx(TRUE_WEEKEND, abs=0.04)


def test_ratios_have_an_average_of_1(town: MarketStatistics) -> None:
    assert sum(town.season) / WEEKS == pytest.approx(1, abs=0.01)
    assert sum(town.day_of_week) / 7 == pytest.approx(1, abs=0.01)


def test_the_usual_level_is_the_rate_of_an_average_night(town: MarketStatistics) -> None:
    nights = [TODAY - timedelta(days=day) for day in range(1, 731)]
    average = sum(map(true_rate, nights)) / len(nights)

    assert town.usual_levels[1] == pytest.approx(average, rel=0.03)


def test_sizes_without_bookings_follow_the_level_of_other_sizes(town: MarketStatistics) -> None:
    studio, one_bedroom, two_bedrooms = town.levels[:3]

    assert studio == pytest.approx(0.8 * one_bedroom, rel=0.01)
    assert two_bedrooms == pytest.approx(1.35 * one_bedroom, rel=0.01)


def test_the_true_booking_curve_is_estimated(town: MarketStatistics) -> None:
    assert town.booked_share[0] == 1
    assert town.booked_share[20] == pytest.approx(0.5, abs=0.04)
    assert town.booked_share[60] == pytest.approx(0, abs=0.02)


def test_a_market_with_the_usual_pace_has_no_demand(town: MarketStatistics) -> None:
    ratios = [pace.ratio for pace in town.pace[:40]]

    assert sum(ratios) / len(ratios) == pytest.approx(1, abs=0.03)


def test_listings_and_booked_nights_are_counted(town: MarketStatistics) -> None:
    assert town.listing_count == 40
    assert town.booked_nights == pytest.approx(40 * 730 * 0.6, rel=0.02)
    assert town.occupancy == pytest.approx(0.6, abs=0.02)
    assert town.is_active


def test_a_night_that_is_booked_faster_than_usual_has_demand() -> None:
    wanted = TODAY + timedelta(days=30)
    tally = MarketTally(today=TODAY, currency="EUR")
    for listing, stays in listings_of(40):
        concert = BookedStay(check_in=wanted, check_out=wanted + timedelta(days=1), booked_on=TODAY - timedelta(days=1))
        tally.add(listing, [*stays, concert])

    market = market_statistics(tally)

    assert market.pace[30].booked == 1
    assert market.pace[30].ratio == 1.6
    assert market.pace[29].ratio == pytest.approx(1, abs=0.1)


def test_occupancy_shows_the_season_when_prices_never_change() -> None:
    full_in_july = ListingFacts(currency="EUR", bedrooms=1, listed_on=date(2025, 1, 1))
    every_july = [
        BookedStay(check_in=date(year, 7, day), check_out=date(year, 7, day + 1), total=10_000)
        for year in (2026, 2027)
        for day in range(1, 31)
    ]
    every_week = [
        BookedStay(check_in=night, check_out=night + timedelta(days=1), total=10_000)
        for week in range(104)
        if (night := TODAY - timedelta(days=7 * week + 3)).month != 7
    ]

    market = estimate_market([(full_in_july, every_july + every_week)] * 20, **NOWHERE)

    assert season_of(market, date(2027, 7, 15)) > 1.5 * season_of(market, date(2027, 2, 15))


def test_an_expensive_house_that_is_booked_in_summer_only_does_not_raise_the_season() -> None:
    plain = [(listing, list(stays)) for listing, stays in listings_of(20)]
    villa = ListingFacts(currency="EUR", bedrooms=6, listed_on=date(2025, 1, 1))
    summer = [
        BookedStay(check_in=date(2027, 7, day), check_out=date(2027, 7, day + 1), total=900_000) for day in range(1, 30)
    ]

    without = estimate_market(plain, **NOWHERE)
    with_villa = estimate_market([*plain, (villa, summer)], **NOWHERE)

    assert season_of(with_villa, date(2027, 7, 15)) == pytest.approx(season_of(without, date(2027, 7, 15)), abs=0.04)


def test_thin_data_moves_no_price() -> None:
    one_stay = BookedStay(
        check_in=date(2027, 7, 10), check_out=date(2027, 7, 12), booked_on=date(2027, 6, 1), total=90_000
    )

    market = estimate_market([(ListingFacts(currency="EUR", bedrooms=1), [one_stay])], **NOWHERE)

    assert all(ratio == pytest.approx(1, abs=0.04) for ratio in (*market.season, *market.day_of_week))
    assert market.booked_share[21] == pytest.approx(USUAL_BOOKED_SHARE[21], abs=0.03)
    assert not market.is_active


def test_a_market_without_listings_has_no_effect_on_prices() -> None:
    market = estimate_market([], **NOWHERE)

    assert market.season == (1.0,) * WEEKS
    assert market.levels == ()
    assert {pace.ratio for pace in market.pace} == {1.0}
    assert not market.is_active


def test_the_ratio_of_an_event_moves_from_the_usual_to_the_observed_one() -> None:
    quiet_christmas: dict[str, Any] = {"country": "ES", "city": "Madrid", **NOWHERE}

    few = estimate_market(listings_of(1), **quiet_christmas)
    many = estimate_market(listings_of(40), **quiet_christmas)

    assert 1.05 < few.events["christmas"] < 1.15
    assert many.events["christmas"] == pytest.approx(1, abs=0.05)


def test_the_effect_of_an_event_does_not_count_for_the_season_of_its_week() -> None:
    listing = ListingFacts(currency="EUR", listed_on=date(2025, 1, 1))
    christmas = [
        BookedStay(check_in=date(year, 12, day), check_out=date(year, 12, day + 1), total=60_000)
        for year in (2025, 2026)
        for day in (24, 25, 26)
    ]
    dear_christmas = [(listing, [*stays, *christmas]) for _, stays in listings_of(20)]

    market = estimate_market(dear_christmas, country="ES", city="Madrid", **NOWHERE)

    assert market.events["christmas"] > 1.5
    assert season_of(market, date(2027, 12, 20)) == pytest.approx(season_of(market, date(2027, 2, 15)), abs=0.06)


def test_cancelled_bookings_are_on_the_books_until_their_cancellation_only() -> None:
    listing = ListingFacts(currency="EUR", listed_on=date(2025, 1, 1))
    night = TODAY - timedelta(days=10)
    cancelled = BookedStay(
        check_in=night,
        check_out=night + timedelta(days=1),
        booked_on=night - timedelta(days=30),
        cancelled_on=night - timedelta(days=10),
        total=10_000,
    )
    tally = MarketTally(today=TODAY, currency="EUR")

    tally.add(listing, [cancelled])

    assert sum(tally.booked.totals()) == 0
    assert [lead_time for lead_time, booked in enumerate(tally.on_the_books) if booked] == list(range(11, 31))


def test_owner_stays_and_blocked_nights_are_not_for_sale() -> None:
    listing = ListingFacts(currency="EUR", units=2, listed_on=TODAY)
    owner = BookedStay(check_in=TODAY, check_out=TODAY + timedelta(days=3), owner_stay=True)
    tally = MarketTally(today=TODAY, currency="EUR")

    tally.add(listing, [owner], blocked=[TODAY + timedelta(days=4)])

    assert tally.for_sale.totals()[730:736] == [1, 1, 1, 2, 0, 2]
    assert sum(tally.for_sale.totals()[:730]) == 0


def test_only_the_vacant_units_of_a_blocked_night_are_not_for_sale() -> None:
    listing = ListingFacts(currency="EUR", units=5, listed_on=TODAY)
    night: dict[str, Any] = {"check_in": TODAY, "check_out": TODAY + timedelta(days=1)}
    guests, owner = BookedStay(**night, units=2), BookedStay(**night, owner_stay=True)
    cancelled = BookedStay(**night, cancelled_on=TODAY)
    tally = MarketTally(today=TODAY, currency="EUR")

    tally.add(listing, [guests, owner, cancelled], blocked=[TODAY])

    assert tally.for_sale.totals()[730:732] == [2, 5]
    assert tally.booked.totals()[730:732] == [2, 0]


def test_a_listing_without_a_first_day_counts_from_its_first_stay_on() -> None:
    stay = BookedStay(
        check_in=TODAY - timedelta(days=5),
        check_out=TODAY - timedelta(days=4),
        booked_on=TODAY - timedelta(days=20),
    )
    tally = MarketTally(today=TODAY, currency="EUR")

    tally.add(ListingFacts(currency="EUR"), [stay])

    assert sum(tally.for_sale.totals()[:730]) == 20


def test_rates_in_another_currency_do_not_count_for_the_level() -> None:
    in_pounds = replace(next(listings_of(1))[0], currency="GBP")

    market = estimate_market([(in_pounds, stays) for _, stays in listings_of(5)], **NOWHERE)

    assert market.levels == ()
    assert market.day_of_week[5] > market.day_of_week[1]


def test_stays_beyond_the_ends_of_the_tally_are_cut_off() -> None:
    endless = BookedStay(check_in=date(1, 1, 1), check_out=date(9999, 12, 31), booked_on=date(1, 1, 1))

    market = estimate_market([(ListingFacts(currency="EUR"), [endless])], **NOWHERE)

    assert market.booked_nights == 730


def test_a_night_with_more_units_sold_than_the_listing_has_counts_as_full() -> None:
    night = TODAY + timedelta(days=1)
    twice = [BookedStay(check_in=night, check_out=night + timedelta(days=1), booked_on=TODAY)] * 2

    market = estimate_market([(ListingFacts(currency="EUR"), twice)], **NOWHERE)

    assert market.pace[1].booked == 1


def test_the_order_of_listings_does_not_matter() -> None:
    forwards = [(listing, list(stays)) for listing, stays in listings_of(10)]

    assert estimate_market(forwards, **NOWHERE) == estimate_market(forwards[::-1], **NOWHERE)


def test_statistics_survive_a_json_column(town: MarketStatistics) -> None:
    stored = json.loads(json.dumps(town.to_dict()))

    assert MarketStatistics.from_dict(stored) == town


@pytest.mark.parametrize("count", [1, 3])
def test_bookings_as_usual_are_no_demand_in_a_market_of_few_listings(count: int) -> None:
    """A single unit is vacant or booked on each night, never booked by its usual share."""
    towns = [estimate_market(listings_of(count, seed=seed), **NOWHERE) for seed in range(8)]

    demand = [night.demand for town in towns for night in town.pace[:30]]

    assert sum(demand) / len(demand) == pytest.approx(1, abs=0.2)
