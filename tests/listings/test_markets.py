"""Markets: the assignment of listings, the activity and the statistics of markets."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import Job
from jobs.queue import enqueue
from jobs.worker import JobWorker
from listings.models import ChannelCalendar, ChannelListing, Listing, Market, Reservation
from listings.services.markets import place_listings, refresh_market, show_market_activity
from listings.services.places import Place, place_of
from tests.factories import (
    AccountFactory,
    ApplicationFactory,
    ChannelListingFactory,
    ListingFactory,
    MarketFactory,
    ReservationFactory,
)

NOW = datetime(2030, 6, 3, 12, tzinfo=UTC)
TODAY = NOW.date()

pytestmark = pytest.mark.django_db


def on_channel(**facts: Any) -> Listing:
    return ChannelListingFactory(listing=ListingFactory(**facts)).listing


def booked(listing: Listing, nights: int, *, before: date = TODAY, **facts: Any) -> None:
    """Add one stay that ended on `before`, booked a month ahead, at 100.00 per night."""
    ReservationFactory(
        listing=listing,
        account=listing.channel_listings.get().account,
        check_in=before - timedelta(days=nights),
        check_out=before,
        booked_at=datetime(before.year, before.month, before.day, tzinfo=UTC) - timedelta(days=nights + 30),
        **{"total": 10000 * nights, **facts},
    )


def well_booked(**facts: Any) -> Listing:
    """A listing with 60 booked nights, the number that makes a market active."""
    listing = on_channel(**facts)
    for week in range(12):
        booked(listing, 5, before=TODAY - timedelta(days=7 * week))
    return listing


def market_of(listing: Listing) -> Market | None:
    listing.refresh_from_db()
    return listing.market


class TestPlaces:
    @pytest.mark.parametrize(
        ("city", "country", "currency"),
        [
            ("Lisbon", "Portugal", "EUR"),
            (" LISBON ", "portugal", "eur"),
            ("Lisboa", "PT", "EUR"),
        ],
    )
    def test_spellings_of_a_place_are_one_place(self, city: str, country: str, currency: str) -> None:
        listing = ListingFactory.build(city=city, country=country, currency=currency)

        assert place_of(listing) == Place("lisbon", "PT", "EUR")

    @pytest.mark.parametrize(
        ("city", "country", "code"),
        [("Edinburgh", "UK", "GB"), ("Edinburgh", "GB", "GB"), ("Dubai", "UAE", "AE"), ("Dubai", "ae", "AE")],
    )
    def test_initials_of_a_country_give_its_code(self, city: str, country: str, code: str) -> None:
        assert place_of(ListingFactory.build(city=city, country=country)).country == code

    def test_a_country_without_events_keeps_its_name(self) -> None:
        listing = ListingFactory.build(city="São Tomé", country="São Tomé e Príncipe", currency="STN")

        assert place_of(listing) == Place("sao-tome", "sao-tome-e-principe", "STN")

    @pytest.mark.parametrize("facts", [{"city": None}, {"city": " "}, {"currency": None}])
    def test_a_listing_without_city_or_currency_has_no_place(self, facts: dict[str, Any]) -> None:
        assert place_of(ListingFactory.build(**facts)) is None

    def test_overlong_names_are_truncated(self) -> None:
        listing = on_channel(city="ﷺ" * 256, country="ﷺ" * 256)

        place_listings([listing.pk], NOW)

        assert len(market_of(listing).city) == 256


class TestPlacing:
    def test_listings_of_different_applications_compete(self) -> None:
        ours, theirs = on_channel(), on_channel(owner__application=ApplicationFactory(), city="Lisboa")

        place_listings([ours.pk, theirs.pk], NOW)

        assert market_of(ours) == market_of(theirs)

    @pytest.mark.parametrize("facts", [{"city": "Porto"}, {"currency": "USD"}, {"country": "Brazil"}])
    def test_listings_of_another_city_country_or_currency_do_not_compete(self, facts: dict[str, str]) -> None:
        here, there = on_channel(), on_channel(**facts)

        place_listings([here.pk, there.pk], NOW)

        assert market_of(here) != market_of(there)

    def test_a_listing_that_moves_changes_its_market(self) -> None:
        listing = well_booked()
        place_listings([listing.pk], NOW)

        Listing.objects.filter(pk=listing.pk).update(city="Porto")
        place_listings([listing.pk], NOW)

        assert market_of(listing).city == "porto"
        assert not Listing.objects.filter(market__city="lisbon").exists()

    def test_a_listing_that_loses_its_city_loses_its_market(self) -> None:
        listing = well_booked()
        place_listings([listing.pk], NOW)

        Listing.objects.filter(pk=listing.pk).update(city=None)
        place_listings([listing.pk], NOW)

        assert market_of(listing) is None
        assert not listing.in_active_market


class TestActivity:
    def test_sixty_booked_nights_make_a_market_active(self) -> None:
        listing = well_booked()

        place_listings([listing.pk], NOW)

        assert market_of(listing).active
        assert listing.in_active_market

    def test_fewer_booked_nights_leave_a_market_inactive(self) -> None:
        listing = on_channel()
        booked(listing, 28)

        place_listings([listing.pk], NOW)

        assert not market_of(listing).active
        assert not listing.in_active_market

    def test_the_booked_nights_of_all_competitors_are_added(self) -> None:
        competitors = [on_channel() for _ in range(6)]
        for competitor in competitors:
            booked(competitor, 14)

        place_listings([competitors[0].pk], NOW)
        place_listings([competitor.pk for competitor in competitors[1:]], NOW)

        assert list(Listing.objects.values_list("in_active_market", flat=True)) == [True] * 6

    def test_cancelled_stays_and_owner_stays_do_not_count(self) -> None:
        listing = on_channel()
        booked(listing, 40, status="cancelled")
        booked(listing, 40, status="owner", before=TODAY - timedelta(days=50))

        place_listings([listing.pk], NOW)

        assert not market_of(listing).active

    def test_listings_without_a_channel_do_not_count(self) -> None:
        gone, here = well_booked(), on_channel()
        gone.channel_listings.update(removed_at=NOW)

        place_listings([gone.pk, here.pk], NOW)

        assert not market_of(here).active

    def test_an_enabled_listing_is_pushed_when_its_market_becomes_active(self) -> None:
        enabled, disabled = well_booked(enabled=True), well_booked()

        place_listings([enabled.pk, disabled.pk], NOW)

        assert Job.objects.get(kind="push_listing").arguments == {"listing_id": enabled.pk}

    def test_a_market_becomes_inactive_without_recent_bookings(self) -> None:
        listing = well_booked()
        place_listings([listing.pk], NOW)

        place_listings([listing.pk], NOW + timedelta(days=730))

        assert not market_of(listing).active
        assert not listing.in_active_market

    def test_the_listings_of_a_market_are_updated_in_batches(self) -> None:
        listings = [well_booked(enabled=True) for _ in range(5)]
        market, _ = Market.objects.get_or_create(city="lisbon", country="PT", currency="EUR")
        Listing.objects.update(market=market)
        bound: list[int] = []

        def count_parameters(
            execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: dict[str, Any]
        ) -> Any:
            if sql.startswith("UPDATE") and "in_active_market" in sql:
                bound.append(len(parameters))
            return execute(sql, parameters, many, context)

        with connection.execute_wrapper(count_parameters):
            refresh_market(market, NOW, batch_size=2)
            assert list(Listing.objects.values_list("in_active_market", flat=True)) == [True] * 5
            refresh_market(market, NOW + timedelta(days=730), batch_size=2)
            assert list(Listing.objects.values_list("in_active_market", flat=True)) == [False] * 5

        assert max(bound) == 3  # the value and two ids
        pushed = Job.objects.filter(kind="push_listing").values_list("arguments__listing_id", flat=True)
        assert set(pushed) == {listing.pk for listing in listings}

    def test_listings_that_enter_and_leave_are_locked_by_one_query(self) -> None:
        active, quiet = MarketFactory(active=True), MarketFactory(active=False, city="Porto")
        leaving = ListingFactory(market=quiet, in_active_market=True)
        coming = ListingFactory(market=active)
        staying = ListingFactory(market=active, in_active_market=True)

        with CaptureQueriesContext(connection) as queries:
            show_market_activity(Listing.objects.all(), NOW)

        statements = [query["sql"] for query in queries if '"listings_listing"' in query["sql"]]
        locking = list(takewhile(lambda sql: not sql.startswith("UPDATE"), statements))
        assert len(locking) == 1
        assert 'ORDER BY "listings_listing"."id" ASC' in locking[0]
        now_active = set(Listing.objects.filter(in_active_market=True))
        assert (now_active, leaving in now_active) == ({coming, staying}, False)


class TestStatistics:
    def test_an_active_market_is_not_estimated_at_every_sync(self) -> None:
        listing = well_booked()
        place_listings([listing.pk], NOW)
        refreshed_at = market_of(listing).refreshed_at

        place_listings([listing.pk], NOW + timedelta(hours=1))

        assert market_of(listing).refreshed_at == refreshed_at

    def test_rates_in_another_currency_do_not_affect_the_price_level(self) -> None:
        listing = well_booked()
        listing.reservations.update(currency="USD")

        place_listings([listing.pk], NOW)

        assert market_of(listing).statistics["levels"] == []

    @pytest.mark.parametrize("days_ahead", [0, 200, 365])
    def test_blocked_nights_are_not_supply(self, days_ahead: int) -> None:
        sold = on_channel()
        closed = on_channel(owner=sold.owner)
        booked(sold, 14, before=TODAY + timedelta(days=days_ahead + 1))

        place_listings([sold.pk, closed.pk], NOW)
        share_of_both = market_of(sold).statistics["pace"][days_ahead][0]
        ChannelCalendar.objects.create(listing=closed, first_night=TODAY, availability="x" * 400)
        place_listings([sold.pk, closed.pk], NOW)

        assert share_of_both == 0.5
        assert market_of(sold).statistics["pace"][days_ahead][0] == 1

    def test_past_blocked_nights_were_not_supply(self) -> None:
        sold = on_channel()
        closed = on_channel(owner=sold.owner)
        for listing in (sold, closed):
            booked(listing, 90, before=TODAY - timedelta(days=100))
        booked(sold, 90, before=TODAY)

        place_listings([sold.pk, closed.pk], NOW)
        occupancy = market_of(sold).statistics["occupancy"]
        ChannelCalendar.objects.create(
            listing=closed, first_night=TODAY - timedelta(days=90), availability="x" * 90 + "a" * 400
        )
        market = market_of(sold)
        assert market
        refresh_market(market, NOW)

        assert market_of(sold).statistics["occupancy"] > occupancy + 0.1

    def test_statistics_do_not_depend_on_the_batch_size(self) -> None:
        listings = [well_booked(bedrooms=bedrooms) for bedrooms in range(4)]
        market, _ = Market.objects.get_or_create(city="lisbon", country="PT", currency="EUR")
        Listing.objects.update(market=market)

        refresh_market(market, NOW)
        at_once = market_of(listings[0]).statistics
        refresh_market(market, NOW, batch_size=1)

        assert market_of(listings[0]).statistics == at_once

    def test_statistics_reveal_no_single_listing(self) -> None:
        listings = [well_booked(), well_booked()]

        place_listings([listing.pk for listing in listings], NOW)

        assert market_of(listings[0]).statistics.keys() == {
            "as_of", "country", "city", "currency", "listing_count", "booked_nights", "occupancy", "season",
            "day_of_week", "events", "booked_share", "pace", "levels", "rates", "requests", "demand", "elasticity",
            "requests_left", "stay_lengths", "units", "usual_levels", "rent_level",
        }  # fmt: skip

    def test_the_daily_job_estimates_every_market_again(self) -> None:
        listing = well_booked()
        place_listings([listing.pk], NOW)
        for week in range(12, 24):
            booked(listing, 5, before=TODAY - timedelta(days=7 * week))
        tomorrow = NOW + timedelta(days=1)

        job = enqueue("refresh_markets", now=tomorrow)
        JobWorker(clock=lambda: tomorrow).run_one()

        job.refresh_from_db()
        assert (job.state, job.progress) == ("succeeded", {"markets": 1})
        assert market_of(listing).statistics["booked_nights"] == 120

    def test_old_statistics_are_not_read_for_a_new_estimate(self) -> None:
        listing = well_booked()
        place_listings([listing.pk], NOW)
        tomorrow = NOW + timedelta(days=1)
        enqueue("refresh_markets", now=tomorrow)

        with CaptureQueriesContext(connection) as queries:
            JobWorker(clock=lambda: tomorrow).run_one()
            place_listings([listing.pk], tomorrow + timedelta(days=1))

        read = [query["sql"] for query in queries if re.match(r'SELECT.*"statistics".* FROM', query["sql"])]
        assert [sql for sql in read if "\"city\" = ''" not in sql] == []  # countries serve places with few owners
        assert market_of(listing).refreshed_at == tomorrow + timedelta(days=1)


class TestReaders:
    """Whose listings count for whom (docs/pricing.md, *Who counts how much*)."""

    def honest(self, **facts: Any) -> list[Listing]:
        """Listings of six owners of different applications, booked at 100.00."""
        listings = [well_booked(**facts) for _ in range(6)]
        place_listings([listing.pk for listing in listings], NOW)
        return listings

    def invent(self, listings: int, users: int, rate: int) -> list[int]:
        """Listings of users of one other application, booked at `rate` for the last 60 nights."""
        application = ApplicationFactory()
        accounts = [AccountFactory(user__application=application, channel="direct") for _ in range(users)]
        rows = Listing.objects.bulk_create(
            ListingFactory.build(owner=accounts[n % users].user, application=application, market=None)
            for n in range(listings)
        )
        ChannelListing.objects.bulk_create(
            ChannelListing(
                listing=row, account=accounts[n % users], channel="direct", channel_listing_id=f"invented-{n}"
            )
            for n, row in enumerate(rows)
        )
        Reservation.objects.bulk_create(
            ReservationFactory.build(
                listing=row,
                account=accounts[n % users],
                channel_reservation_id=f"invented-{n}-{stay}",
                check_in=TODAY - timedelta(days=20 * stay + 20),
                check_out=TODAY - timedelta(days=20 * stay),
                booked_at=NOW - timedelta(days=100),
                total=20 * rate,
            )
            for n, row in enumerate(rows)
            for stay in range(3)
        )
        return [row.pk for row in rows]

    @pytest.mark.parametrize("users", [1, 25])
    @pytest.mark.parametrize("rate", [100, 10_000_00])
    def test_five_hundred_invented_listings_hardly_move_another_partners_prices(self, users: int, rate: int) -> None:
        victim = self.honest()[0]
        before = market_of(victim).statistics

        place_listings(self.invent(500, users, rate), NOW + timedelta(days=1))

        after = market_of(victim).statistics
        assert market_of(victim).active
        assert after["levels"][1] == pytest.approx(before["levels"][1], rel=0.25)
        assert after["season"] == pytest.approx(before["season"], abs=0.3)
        assert after["occupancy"] == pytest.approx(before["occupancy"], abs=0.2)
        assert after["booked_nights"] < 2 * before["booked_nights"]

    def test_invented_listings_do_not_make_a_market_active_for_others(self) -> None:
        lonely = on_channel()

        place_listings([lonely.pk, *self.invent(500, 25, 10_000_00)], NOW)

        assert not market_of(lonely).active
        assert market_of(lonely).statistics["levels"] == []

    def test_a_manager_alone_on_a_laptop_is_priced_by_its_own_bookings(self) -> None:
        first = well_booked()
        second = on_channel(owner=first.owner)

        place_listings([first.pk, second.pk], NOW)

        assert (market_of(first), market_of(second)) == (first.market, first.market)
        assert (first.market.owner, first.market.active) == (first.owner, True)
        assert first.market.statistics["usual_levels"][1] == pytest.approx(100, rel=0.1)

    def test_the_bookings_of_few_others_are_not_shown(self) -> None:
        others = [well_booked() for _ in range(4)]
        lonely = on_channel()

        place_listings([lonely.pk, *(other.pk for other in others)], NOW)

        assert market_of(lonely).statistics["booked_nights"] == 0
        assert all(market_of(other).statistics["booked_nights"] == 60 for other in others)

    def test_a_new_listing_of_an_owner_gets_the_owners_market(self) -> None:
        first = well_booked()
        place_listings([first.pk], NOW)
        refreshed_at = market_of(first).refreshed_at
        second = on_channel(owner=first.owner)

        place_listings([second.pk], NOW + timedelta(hours=1))

        assert market_of(second) == market_of(first)
        assert second.in_active_market
        assert market_of(second).refreshed_at == refreshed_at

    def test_an_owner_without_bookings_no_longer_has_a_market_of_its_own(self) -> None:
        listing = well_booked()
        place_listings([listing.pk], NOW)
        owners = market_of(listing)

        listing.reservations.all().delete()
        place_listings([listing.pk], NOW + timedelta(days=1))

        owners.refresh_from_db()
        assert market_of(listing).owner is None
        assert owners.refreshed_at is None
        assert not listing.in_active_market

    def test_the_country_serves_a_place_with_few_owners(self) -> None:
        self.honest()
        lonely = well_booked(city="Porto")
        place_listings([lonely.pk], NOW)
        alone = market_of(lonely).statistics
        tomorrow = NOW + timedelta(days=1)

        enqueue("refresh_markets", now=tomorrow)
        JobWorker(clock=lambda: tomorrow).run_one()

        served = market_of(lonely).statistics
        assert (alone["booked_nights"], served["booked_nights"]) == (60, 480)
        assert served["levels"] == pytest.approx(alone["levels"], rel=0.02)
        assert served["listing_count"] == 1

    def test_the_estimates_of_a_place_for_its_readers_are_estimated_once(self) -> None:
        """Six owners who count in full share one row; nobody else's row is for anybody."""
        listings = self.honest()

        assert {market_of(listing).pk for listing in listings} == {Market.objects.get(city="lisbon").pk}
