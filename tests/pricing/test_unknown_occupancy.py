"""A listing whose bookings do not tell their nights: nothing follows from nights without a known stay."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pricing import BookedStay, ListingFacts, MarketStatistics, MarketTally, Rules, price_calendar, suggest
from pricing.bookings import Bookings
from pricing.horizon import Horizon
from pricing.market import BookingPace
from pricing.rules import GapFillMinStay, MinStays

TODAY = date(2030, 6, 1)
NIGHTS = [TODAY + timedelta(days=ahead) for ahead in range(60)]
KNOWN = ListingFacts(currency="EUR", base_price=100)
UNKNOWN = replace(KNOWN, occupancy_known=False)
MARKET = MarketStatistics(
    as_of=TODAY,
    currency="EUR",
    booked_nights=10_000,
    pace=(BookingPace(0.7, 0.7, 1.0),) * 400,
    levels=(100.0,),
    requests=1.0,
)
STAYS = [
    BookedStay(check_in=TODAY + timedelta(days=start), check_out=TODAY + timedelta(days=start + 4), total=40_000)
    for start in (2, 8)
]
FILLING = Rules(min_stays=MinStays(min_stay=5, gap_fill_min_stay=GapFillMinStay(enabled=True)))


def factor_keys(listing: ListingFacts) -> set[str]:
    nights = price_calendar(listing, MARKET, STAYS, Rules(), TODAY, NIGHTS)
    return {factor.key for night in nights for factor in night.factors}


@pytest.mark.parametrize("units", [1, 3])
def test_prices_have_no_factor_of_an_unknown_occupancy(units: int) -> None:
    assert "scarcity" in factor_keys(replace(KNOWN, units=units))
    assert "scarcity" not in factor_keys(replace(UNKNOWN, units=units))


def test_gaps_are_not_filled_if_the_nights_between_may_be_taken() -> None:
    def shortest(listing: ListingFacts) -> int:
        return min(night.min_stay for night in price_calendar(listing, MARKET, STAYS, FILLING, TODAY, NIGHTS))

    assert shortest(KNOWN) < 5
    assert shortest(UNKNOWN) == 5


def test_no_night_is_vacant_and_there_is_no_share() -> None:
    horizon = Horizon.of(NIGHTS, TODAY)

    bookings = Bookings.around(horizon, UNKNOWN, STAYS, ())

    assert not any(bookings.vacant(horizon))
    assert bookings.share(horizon) is None
    assert bookings.units_left(horizon) is None
    assert set(bookings.gaps(horizon)) == {0}


@pytest.mark.parametrize("enabled", [True, False])
def test_suggestions_do_not_compare_an_unknown_occupancy_with_the_market(enabled: bool) -> None:
    rules = Rules(min_stays=MinStays(min_stay=5))
    known = {one.category for one in suggest(KNOWN, MARKET, STAYS, rules, TODAY, enabled=enabled)}
    unknown = suggest(UNKNOWN, MARKET, STAYS, rules, TODAY, enabled=enabled)

    assert {"strategy", "gap_fill"} <= known
    assert {one.category for one in unknown} == (set() if enabled else {"enable_listing"})
    for one in unknown:
        assert one.sentence.startswith("The channel does not tell which nights are booked.")
        assert "0%" not in one.sentence


def test_a_market_counts_neither_its_vacant_nor_its_booked_nights() -> None:
    tally, with_both = (MarketTally(today=TODAY, currency="EUR") for _ in range(2))
    for one in (tally, with_both):
        one.add(KNOWN, STAYS)
    with_both.add(UNKNOWN, STAYS)

    assert with_both.for_sale.totals() == tally.for_sale.totals()
    assert with_both.booked.totals() == tally.booked.totals()
    assert with_both.on_the_books == tally.on_the_books
    assert sum(with_both.rated.totals()) == 2 * sum(tally.rated.totals())
