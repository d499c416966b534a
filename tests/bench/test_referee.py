"""The second referee: real syncs and pushes into the sandbox's world, whose guests pay what was pushed."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bench.prices.measuring import TABLE
from bench.referee.channel import Booking, Channel, Earned, earned
from bench.referee.guests import listing_of, worth_of, year_of
from bench.referee.measuring import HOST, POLICIES, Market, best_level, price, row_of, static_name
from bench.referee.plain import measure, owners_guess, static
from bench.referee.table import BEGIN, END, tables, write
from bench.referee.world import morning, sandbox
from sandbox.markets import MARKETS
from sandbox.world.market_days import MarketDays
from sandbox.world.nights import default_price, length_discount

SEED, ACCOUNT, OPENING = 1, 10003, date(2027, 6, 1)
HORIZON = 60


@pytest.mark.slow
def test_guests_pay_the_prices_that_the_engine_pushed(tmp_path: Path) -> None:
    days, later = 3, 10
    with sandbox(SEED, str(tmp_path)) as world:
        found = price(world, str(tmp_path), ACCOUNT, OPENING, days)
        with Channel(world.url, ACCOUNT) as channel:
            listings = channel.listings()
            asked = {listing: channel.prices(listing, OPENING, HORIZON) for listing in listings}
            since = morning(OPENING + timedelta(days=days - 1))
            world.stop_clock_at(since + timedelta(days=later))
            bookings = [booking for booking in channel.bookings() if booking.booked_at > f"{since:%Y-%m-%d %H:%M:%S}"]

    assert "failed" not in found["jobs"]
    assert found["jobs"]["sync_account"] == days
    assert found["jobs"]["push_listing"] >= days * len(listings)
    for listing in listings:
        bases = found["bases"][str(listing)]
        assert len(bases) == days
        assert all(abs(later / earlier - 1) <= 0.1 for earlier, later in pairwise(bases))
        managers = [default_price(listing_of(listing, SEED), OPENING.toordinal() + night) for night in range(HORIZON)]
        assert sum(one != two for one, two in zip(asked[listing], managers, strict=True)) > HORIZON / 2
    paid = 0
    for booking in bookings:
        first, nights = (booking.arrival - OPENING).days, (booking.departure - booking.arrival).days
        if first >= 0 and first + nights <= HORIZON:
            discount = length_discount(listing_of(booking.listing, SEED), nights)
            pushed = sum(asked[booking.listing][first : first + nights]) * discount
            assert booking.rent == pytest.approx(pushed, abs=0.01)
            paid += 1
    assert paid >= 5


@pytest.mark.slow
def test_the_same_guests_come_to_all_policies_and_mind_the_price() -> None:
    days = 45
    cheap, again, dear = (
        earned(measure(SEED, ACCOUNT, OPENING, days, static(level)), morning(OPENING), OPENING, days)
        for level in (0.8, 0.8, 2.5)
    )

    assert cheap == again
    assert sum(each.nights for each in dear.values()) < sum(each.nights for each in cheap.values())


@pytest.mark.slow
def test_the_owners_guess_has_its_discount_in_the_last_week_only() -> None:
    bookings = measure(SEED, ACCOUNT, OPENING, 30, owners_guess, last_minute=True)

    ratios = set()
    for booking in bookings:
        nights = (booking.departure - booking.arrival).days
        is_priced = booking.arrival >= OPENING and booking.departure <= OPENING + timedelta(days=30)
        # Longer stays have a discount for their length.
        if is_priced and booking.booked_at > f"{morning(OPENING):%Y-%m-%d %H:%M:%S}" and nights < 6:
            (regular,) = set(owners_guess(listing_of(booking.listing, SEED), OPENING, 1))
            lead = (booking.arrival - date.fromisoformat(booking.booked_at[:10])).days
            ratio = round(booking.rent / nights / regular, 2)
            assert ratio == 1 if lead >= 7 else 0.8 <= ratio <= 1
            ratios.add(ratio)
    assert {0.8, 1.0} <= ratios


def test_only_bookings_of_the_measured_time_count_with_the_nights_in_it() -> None:
    since = morning(OPENING)
    before, during = "2027-06-01 05:59:59", "2027-06-01 06:00:01"
    closing = OPENING + timedelta(days=10)

    found = earned(
        [
            Booking(1, before, OPENING, closing, 5000.0),
            Booking(1, during, OPENING, OPENING + timedelta(days=2), 200.0),
            Booking(1, during, closing - timedelta(days=1), closing + timedelta(days=3), 400.0),
            Booking(2, during, closing, closing + timedelta(days=3), 400.0),
        ],
        since,
        OPENING,
        10,
    )

    assert found == {1: Earned(300.0, 3)}


def test_guests_of_a_year_are_those_whom_the_world_would_serve() -> None:
    listing = listing_of(ACCOUNT * 10_000 + 1, SEED)
    year = year_of(listing, MarketDays(MARKETS[listing.market_city], seed=SEED), OPENING, seed=SEED)

    low, high = year.sell(np.array([[0.8 * worth_of(listing)] * 365, [5 * worth_of(listing)] * 365])).nights

    assert len(year.guests) > 100
    assert year.guests.nights.min() >= listing.min_stay
    assert 0 < high < low / 3


def test_the_best_static_level_is_that_of_the_whole_market() -> None:
    listings = [listing_of(ACCOUNT * 10_000 + number, SEED) for number in (1, 2)]
    one, two = (listing.id for listing in listings)
    by_policy = {
        static_name(1.0): {one: Earned(10.0), two: Earned(10.0)},
        static_name(2.0): {one: Earned(25.0)},
    }

    assert best_level([1.0, 2.0], by_policy, listings) == 2.0
    assert best_level([1.0, 2.0], by_policy, listings[1:]) == 1.0


def test_the_page_has_a_place_for_the_figures(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n\n{BEGIN}\nold figures\n{END}\n\nafter\n")
    market = Market("Lisbon", first_base=[1.0, 0.8], last_base=[0.9, 1.0])
    for policy in POLICIES:
        earns = 80.0 if policy == HOST else 100.0
        market.revenue[policy], market.sold[policy] = [earns, earns], [0.5, 0.5]
    what = {"client_id": ACCOUNT, "opening": "2027-06-01", "days": 7, "seeds": [1]}

    write({"rows": [row_of(market)], "jobs": {"sync_account": 7}, "what": what}, page, date(2027, 1, 2))

    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old figures" not in text
    assert f"| {HOST} | 0.80 ± 0.00 | 0.80 ± 0.00 |" in text
    assert f"| {TABLE} | 1.25 ± 0.00 | 1.25 ± 0.00 |" in text
    assert tables([row_of(market)])[0] in text

    page.write_text("no marks")
    with pytest.raises(ValueError, match="no marks"):
        write({"rows": [row_of(market)], "jobs": {}, "what": what}, page, date(2027, 1, 2))
