"""The automatic base price (contract, *Listings*)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from connectors.values import Availability, RemoteNight
from jobs.models import Job
from listings.models import ChannelCalendar, ChannelListing, Listing, Market
from listings.services.activation import activate
from listings.services.base_price import refresh_automatic
from listings.services.markets import refresh_market
from listings.services.prices import LARGEST_PRICE
from sync.storing import store_calendar
from tests.factories import ChannelListingFactory, ListingFactory, ReservationFactory

NOW = datetime(2030, 6, 3, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def listing_with(price_per_night: int = 0, *, nights: int = 0, price: int | None = None, **facts: Any) -> Listing:
    """A listing without a base price, with `nights` booked recently in stays of three nights.

    `price_per_night` of the stays is in whole units. `price` is the channel's own price, in minor units.
    """
    listing = ChannelListingFactory(listing=ListingFactory(base_price=0, **facts), price=price).listing
    for stay in range(nights // 3):
        check_in = NOW.date() - timedelta(days=8 * stay + 10)
        ReservationFactory(
            listing=listing,
            account=listing.channel_listings.get().account,
            check_in=check_in,
            check_out=check_in + timedelta(days=3),
            total=3 * 100 * price_per_night,
        )
    return listing


def test_it_follows_the_prices_of_the_listings_booked_nights() -> None:
    cheap, listing = listing_with(70, nights=90), listing_with(140, nights=90)
    refresh_automatic([cheap.pk], NOW)

    changed = refresh_automatic([listing.pk], NOW)

    listing.refresh_from_db()
    assert changed == [listing.pk]
    cheap.refresh_from_db()
    assert listing.base_price == pytest.approx(2 * cheap.base_price, abs=1)
    assert listing.base_price == pytest.approx(140, rel=0.15)
    assert listing.base_price_updated_at == NOW
    assert listing.base_price_is_automatic


def test_an_absurd_channel_price_is_reduced_to_the_largest_price() -> None:
    listing = listing_with(price=10**14)

    refresh_automatic([listing.pk], NOW)

    listing.refresh_from_db()
    assert listing.base_price == LARGEST_PRICE


def test_absurd_rates_change_neither_the_listing_nor_its_market() -> None:
    neighbour = listing_with(200, nights=90)
    incredible = listing_with(10**10, nights=90, owner=neighbour.owner)

    refresh_automatic([incredible.pk, neighbour.pk], NOW)

    incredible.refresh_from_db()
    neighbour.refresh_from_db()
    assert incredible.base_price == pytest.approx(200, abs=20)
    assert neighbour.base_price == pytest.approx(200, abs=20)


def test_it_follows_the_market_if_the_listing_has_few_booked_nights() -> None:
    market = [listing_with(200, nights=90) for _ in range(5)]
    newcomer = listing_with()

    refresh_automatic([listing.pk for listing in [*market, newcomer]], NOW)

    newcomer.refresh_from_db()
    assert newcomer.base_price == pytest.approx(200, abs=20)


@pytest.mark.parametrize(("price", "base_price"), [(9900, 99), (9950, 100), (10050, 101)])
def test_it_is_the_channels_price_in_whole_units_without_bookings_and_market(price: int, base_price: int) -> None:
    listing = listing_with(price=price)

    refresh_automatic([listing.pk], NOW)

    listing.refresh_from_db()
    assert listing.base_price == base_price


def test_a_later_channel_price_does_not_change_it() -> None:
    listing = listing_with(price=9950)
    refresh_automatic([listing.pk], NOW)
    ChannelListing.objects.update(price=12000)

    assert refresh_automatic([listing.pk], NOW + timedelta(days=1)) == []

    listing.refresh_from_db()
    assert listing.base_price == 100


def test_it_is_never_below_the_minimum_of_the_contract() -> None:
    listing = listing_with(price=300)

    refresh_automatic([listing.pk], NOW)

    listing.refresh_from_db()
    assert listing.base_price == 10


def test_it_stays_unknown_without_any_prices() -> None:
    listing = listing_with()

    assert refresh_automatic([listing.pk], NOW) == []

    listing.refresh_from_db()
    assert (listing.base_price, listing.base_price_updated_at) == (0, None)


def test_it_does_not_replace_the_users_base_price() -> None:
    listing = listing_with(140, nights=90)
    activate(Listing.objects.all(), listing.pk, enabled=False, base_price=95, now=NOW)

    changed = refresh_automatic([listing.pk], NOW + timedelta(days=1))

    listing.refresh_from_db()
    assert changed == []
    assert (listing.base_price, listing.base_price_updated_at) == (95, NOW)


def test_an_unchanged_result_is_not_stored_as_an_update() -> None:
    listing = listing_with(140, nights=90)
    refresh_automatic([listing.pk], NOW)

    changed = refresh_automatic([listing.pk], NOW + timedelta(minutes=5))

    listing.refresh_from_db()
    assert changed == []
    assert listing.base_price_updated_at == NOW


def test_rates_in_another_currency_do_not_count() -> None:
    listing = listing_with(140, nights=90, price=9900)
    listing.reservations.update(currency="USD")

    refresh_automatic([listing.pk], NOW)

    listing.refresh_from_db()
    assert listing.base_price == 99


def test_enabled_listings_are_pushed_even_if_the_base_price_is_unchanged() -> None:
    enabled = listing_with(140, nights=90, enabled=True)
    disabled = listing_with(140, nights=90)

    refresh_automatic([enabled.pk, disabled.pk], NOW)
    Job.objects.all().delete()
    refresh_automatic([enabled.pk, disabled.pk], NOW + timedelta(hours=1))

    assert Job.objects.get().arguments == {"listing_id": enabled.pk}


def test_the_lease_is_renewed() -> None:
    kept = []
    listings = [listing_with(140, nights=3) for _ in range(3)]

    refresh_automatic([listing.pk for listing in listings], NOW, keep_lease=lambda: kept.append(True))

    assert kept


@pytest.mark.parametrize("count", [2, 20])
def test_the_number_of_queries_does_not_depend_on_the_number_of_listings(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    listings = [listing_with(140, nights=90) for _ in range(count)]
    refresh_automatic([listing.pk for listing in listings], NOW)

    # Nine statements and ten savepoints. The market has already been estimated.
    with django_assert_num_queries(20):
        refresh_automatic([listing.pk for listing in listings], NOW)


class TestLetByTheMonth:
    """Its base price comes from the host's own price or from rents, never from nightly homes."""

    @staticmethod
    def room(rent: int = 0, *, months: int = 0, price: int | None = None, **facts: Any) -> Listing:
        """A room with stays of 30 nights at `rent` whole units a month."""
        listing = listing_with(price=price, by_the_month=True, **facts)
        shown = listing.channel_listings.get()
        ChannelListing.objects.filter(pk=shown.pk).update(own_price=price)
        for stay in range(months):
            check_in = NOW.date() - timedelta(days=40 * stay + 50)
            ReservationFactory(
                listing=listing,
                account=shown.account,
                check_in=check_in,
                check_out=check_in + timedelta(days=30),
                total=100 * rent,
            )
        return listing

    @staticmethod
    def priced(*listings: Listing) -> list[int]:
        refresh_automatic([listing.pk for listing in listings], NOW)
        return list(
            Listing.objects.filter(pk__in=[each.pk for each in listings])
            .order_by("pk")
            .values_list("base_price", flat=True)
        )

    def test_it_is_the_hosts_own_price_whatever_nightly_homes_cost(self) -> None:
        homes = [listing_with(200, nights=90) for _ in range(6)]

        *_, first, second = self.priced(*homes, self.room(price=2500), self.room(price=3100, months=3, rent=600))

        assert (first, second) == (25, 31)

    def test_without_such_a_price_it_is_what_guests_paid_for_monthly_stays(self) -> None:
        assert self.priced(self.room(690, months=3)) == [23]

    def test_then_it_is_that_of_rooms_by_the_month_of_at_least_five_owners(self) -> None:
        homes = [listing_with(200, nights=90) for _ in range(6)]
        rooms = [self.room(rent, months=2) for rent in (600, 660, 720, 780)]
        newcomer = self.room()
        assert self.priced(*homes, *rooms, newcomer)[-1] == 0

        fifth = self.room(9000, months=2)
        assert self.priced(newcomer, fifth)[0] == 0  # the market has been estimated today
        refresh_market(Market.objects.get(owner=None, application=None, city="lisbon"), NOW)

        assert self.priced(newcomer) == [24]

    def test_its_price_at_the_channel_is_not_taken_after_a_push(self) -> None:
        room = self.room(price=2500)
        self.priced(room)
        ChannelListing.objects.update(price=15100)

        assert self.priced(room) == [25]

    def test_its_stays_leave_the_level_of_nightly_homes_as_it_is(self) -> None:
        homes = [listing_with(200, nights=90) for _ in range(6)]
        self.priced(*homes)
        market = Market.objects.get(owner=None, application=None, city="lisbon")
        before = market.statistics

        rooms = [self.room(600, months=3) for _ in range(6)]
        self.priced(*rooms)
        refresh_market(market, NOW)

        market.refresh_from_db()
        after = market.statistics
        assert (before["rent_level"], after["rent_level"]) == (None, 20)
        assert after["booked_nights"] == before["booked_nights"] + 6 * 3 * 30
        for name in before.keys() - {"rent_level", "booked_nights", "listing_count"}:
            assert after[name] == before[name]


def test_months_that_the_host_had_closed_do_not_lower_it() -> None:
    market = [listing_with(200, nights=90) for _ in range(5)]
    first, reopened = (NOW - timedelta(days=250)).date(), (NOW - timedelta(days=110)).date()
    always, closed = (listing_with(200, nights=90) for _ in range(2))
    for listing in (always, closed):
        account = listing.channel_listings.get().account
        ReservationFactory(
            listing=listing, account=account, check_in=first, check_out=first + timedelta(days=3), total=60_000
        )
    shown = closed.channel_listings.get()
    nights = [first + timedelta(days=day) for day in range(4, 400)]
    states = [Availability.BLOCKED if night < reopened else Availability.AVAILABLE for night in nights]
    for read in range(0, 250, 50):  # the channel answers with coming nights only
        calendar = [RemoteNight(night, state) for night, state in zip(nights[read:], states[read:], strict=True)]
        store_calendar(shown, calendar, NOW - timedelta(days=246 - read))

    refresh_automatic([listing.pk for listing in [*market, always, closed]], NOW)

    always.refresh_from_db()
    closed.refresh_from_db()
    assert ChannelCalendar.objects.get().first_night == nights[0]
    assert closed.base_price > 1.05 * always.base_price
