"""Storing what channels report: repeated reports change nothing, and any reported value fits its column."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from connectors.values import (
    Availability,
    NoNights,
    RemoteListing,
    RemoteNight,
    RemoteReservation,
    ReservationPage,
    ReservationStatus,
)
from listings.models import ChannelCalendar, ChannelListing, Listing, PostedNights, Reservation
from listings.services.channel_listings import remove_listings
from listings.services.reservations import reservations_on_file
from sync.storing import store_calendar, store_listings, store_reservations
from tests.factories import EPOCH, AccountFactory, ChannelListingFactory, ListingFactory
from users.models import Account

pytestmark = pytest.mark.django_db

FLAT = RemoteListing(
    channel_listing_id="7001",
    title="Harbour flat",
    timezone="Europe/Lisbon",
    currency="EUR",
    image="https://images.example/1",
    city="Porto",
    bedrooms=2,
    bathrooms=Decimal("1.5"),
    latitude=Decimal("41.149612345678"),
    price=14250,
    min_stay=2,
    details={"market": "north"},
)
ALL_MEMBERS = [member.name for member in fields(RemoteListing)]
STAY = RemoteReservation(
    channel_reservation_id="9001",
    channel_listing_id="7001",
    status=ReservationStatus.BOOKED,
    check_in=date(2030, 7, 1),
    check_out=date(2030, 7, 4),
    total=45000,
    currency="EUR",
    source="airbnbOfficial",
    booked_at=datetime(2030, 5, 1, tzinfo=UTC),
)


@pytest.fixture
def account() -> Any:
    return AccountFactory()


class TestListings:
    def test_a_new_listing_belongs_to_the_accounts_user_and_application(self, account: Account) -> None:
        assert store_listings(account, [FLAT], EPOCH) == ["7001"]

        listing = Listing.objects.get()
        assert (listing.owner, listing.application) == (account.user, account.user.application)
        assert (listing.title, listing.city, listing.bedrooms) == ("Harbour flat", "Porto", 2)
        assert (listing.bathrooms, listing.latitude) == (Decimal("1.50"), Decimal("41.14961235"))
        assert (listing.created_at, listing.enabled, listing.base_price) == (EPOCH, False, 0)
        shown = ChannelListing.objects.get()
        assert (shown.listing, shown.account, shown.channel) == (listing, account, "hostaway")
        assert (shown.price, shown.min_stay, shown.max_stay) == (14250, 2, None)
        assert shown.connector_details.details == {"market": "north"}

    def test_storing_the_same_listing_again_changes_nothing(self, account: Account) -> None:
        store_listings(account, [FLAT], EPOCH)
        before = list(Listing.objects.values())

        assert store_listings(account, [FLAT, FLAT], EPOCH + timedelta(days=1)) == []

        assert list(Listing.objects.values()) == before

    def test_channel_changes_are_stored_and_user_settings_are_kept(self, account: Account) -> None:
        store_listings(account, [FLAT], EPOCH)
        Listing.objects.update(enabled=True, base_price=99, base_price_is_automatic=False, units=7)

        store_listings(account, [replace(FLAT, title="Harbour loft", image=None, units=None)], EPOCH)

        listing = Listing.objects.get()
        assert (listing.title, listing.image) == ("Harbour loft", None)
        assert (listing.enabled, listing.base_price, listing.units) == (True, 99, 7)

    def test_a_page_with_known_and_new_listings_takes_few_queries(
        self, account: Account, django_assert_max_num_queries: Any
    ) -> None:
        store_listings(account, [FLAT], EPOCH)
        page = [replace(FLAT, channel_listing_id=str(n), title=f"Flat {n}") for n in range(6990, 7010)]

        with django_assert_max_num_queries(6):
            new = store_listings(account, page, EPOCH)

        assert len(new) == 19
        assert ChannelListing.objects.get(channel_listing_id="7001").listing.title == "Flat 7001"

    def test_two_users_may_each_connect_the_same_listing(self, account: Account) -> None:
        other = AccountFactory()

        store_listings(account, [FLAT], EPOCH)
        store_listings(other, [FLAT], EPOCH)

        assert {listing.owner for listing in Listing.objects.all()} == {account.user, other.user}

    @pytest.mark.parametrize(
        ("reported", "attribute", "stored"),
        [
            ({"title": "x" * 300}, "title", "x" * 255),
            ({"title": " "}, "title", "Listing 7001"),
            ({"city": "y" * 300}, "city", "y" * 256),
            ({"image": "https://images.example/" + "z" * 1024}, "image", None),
            ({"image": "javascript:alert(1)"}, "image", None),
            ({"timezone": "Mars/Olympus"}, "timezone", "UTC"),
            ({"timezone": "../../etc/passwd"}, "timezone", "UTC"),
            ({"timezone": "localtime"}, "timezone", "UTC"),
            ({"timezone": "localtime", "country": "PT"}, "timezone", "Europe/Lisbon"),
            ({"timezone": None, "country": "Spain"}, "timezone", "Europe/Madrid"),
            ({"currency": "euro"}, "currency", None),
            ({"currency": "eur"}, "currency", "EUR"),
            ({"bedrooms": -1}, "bedrooms", None),
            ({"bedrooms": 2**31}, "bedrooms", None),
            ({"bathrooms": Decimal("1e9")}, "bathrooms", None),
            ({"latitude": Decimal("91")}, "latitude", None),
            ({"longitude": Decimal("-180.1")}, "longitude", None),
            ({"units": 0}, "units", 1),
            ({"units": 10**9}, "units", 10_000),
        ],
    )
    def test_values_that_do_not_fit_their_column_are_truncated_or_omitted(
        self, account: Account, reported: dict[str, Any], attribute: str, stored: Any
    ) -> None:
        store_listings(account, [replace(FLAT, **reported)], EPOCH)

        assert getattr(Listing.objects.get(), attribute) == stored


class TestUnreadableValues:
    """A value that cannot be read now does not replace one that could be read before."""

    @pytest.mark.parametrize("later", [{"currency": None}, {"currency": "euro"}, {"currency": "€"}])
    def test_a_listing_without_a_readable_currency_keeps_its_own_and_what_depends_on_it(
        self, account: Account, later: dict[str, Any]
    ) -> None:
        store_listings(account, [FLAT], EPOCH)

        store_listings(account, [replace(FLAT, title="Harbour loft", price=None, details={}, **later)], EPOCH)

        shown = ChannelListing.objects.select_related("listing", "connector_details").get()
        assert (shown.listing.title, shown.listing.currency, shown.price) == ("Harbour loft", "EUR", 14250)
        assert shown.connector_details.details == {"market": "north"}

    def test_members_that_the_channel_did_not_tell_keep_their_values(self, account: Account) -> None:
        store_listings(account, [FLAT], EPOCH)
        told = RemoteListing("7001", "Listing 7001", currency="EUR", unanswered=frozenset(ALL_MEMBERS))

        store_listings(account, [told], EPOCH)

        shown = ChannelListing.objects.select_related("listing").get()
        assert (shown.price, shown.min_stay) == (14250, 2)
        assert (shown.listing.title, shown.listing.city, shown.listing.bedrooms) == ("Harbour flat", "Porto", 2)
        assert shown.listing.latitude == Decimal("41.14961235")

    def test_a_new_listing_has_the_values_that_stand_for_unread_ones(self, account: Account) -> None:
        told = RemoteListing("7001", "Listing 7001", unanswered=frozenset(ALL_MEMBERS))

        store_listings(account, [told], EPOCH)

        listing = Listing.objects.get()
        assert (listing.title, listing.timezone, listing.currency) == ("Listing 7001", "UTC", None)

    @pytest.mark.parametrize("later", ["Mars/Olympus", "localtime", None])
    def test_a_known_time_zone_is_kept(self, account: Account, later: Any) -> None:
        store_listings(account, [FLAT], EPOCH)

        store_listings(account, [replace(FLAT, timezone=later)], EPOCH)

        assert Listing.objects.get().timezone == "Europe/Lisbon"

    def test_a_name_that_is_no_time_zone_and_was_stored_earlier_is_replaced(self, account: Account) -> None:
        store_listings(account, [FLAT], EPOCH)
        Listing.objects.update(timezone="localtime")

        store_listings(account, [replace(FLAT, timezone="localtime", country="Portugal")], EPOCH)

        assert Listing.objects.get().timezone == "Europe/Lisbon"

    def test_a_reservation_keeps_what_cannot_be_read_later(self, account: Account) -> None:
        listing = ListingFactory(owner=account.user)
        other = replace(STAY, channel_reservation_id="9002")
        store(account, replace(STAY, units=3), other, listing=listing)
        unread: dict[str, Any] = {"total": None, "currency": None, "booked_at": None, "source": "", "units": 1}

        later = replace(STAY, check_out=date(2030, 7, 5), unanswered=frozenset(unread), **unread)
        store(account, later, replace(other, total=None), listing=listing)

        kept = Reservation.objects.get(channel_reservation_id="9001")
        assert (kept.total, kept.currency, kept.booked_at) == (45000, "EUR", STAY.booked_at)
        assert (kept.source, kept.units, kept.check_out) == ("airbnbOfficial", 3, date(2030, 7, 5))
        assert Reservation.objects.get(channel_reservation_id="9002").total is None

    def test_a_repeated_cancellation_without_a_time_keeps_the_time(self, account: Account) -> None:
        listing = ListingFactory(owner=account.user)
        cancelled = replace(STAY, status=ReservationStatus.CANCELLED, cancelled_at=EPOCH)

        store(account, cancelled, listing=listing)
        store(account, replace(cancelled, cancelled_at=None), listing=listing)

        assert Reservation.objects.get().cancelled_at == EPOCH


class TestStayRules:
    """Some channels have one stay rule per listing, and report a rule that we pushed as the host's own."""

    @pytest.fixture
    def posted(self, account: Account) -> Callable[..., None]:
        """Store FLAT, and return a function that stores nights as posted and confirmed by the channel."""
        store_listings(account, [FLAT], EPOCH)

        def record(*nights: list) -> None:
            by_date = {f"2030-07-0{day}": night for day, night in enumerate(nights, 1)}
            PostedNights.objects.create(channel_listing=ChannelListing.objects.get(), nights=by_date, pushed_at=EPOCH)

        return record

    @pytest.mark.parametrize("price", [9900, None])
    def test_a_pushed_rule_does_not_replace_the_hosts_own_rule(
        self, account: Account, posted: Callable[..., None], price: int | None
    ) -> None:
        posted([price, 5, 90, None, None], [price, 5, 90, None, None])

        store_listings(account, [replace(FLAT, min_stay=5, max_stay=90)], EPOCH)

        shown = ChannelListing.objects.get()
        assert (shown.min_stay, shown.max_stay) == (2, None)

    def test_a_rule_set_by_the_host_after_the_push_replaces_the_stored_one(
        self, account: Account, posted: Callable[..., None]
    ) -> None:
        posted([9900, 5, 90, None, None], [9900, 5, 90, None, None])

        store_listings(account, [replace(FLAT, min_stay=3, max_stay=30)], EPOCH)

        shown = ChannelListing.objects.get()
        assert (shown.min_stay, shown.max_stay) == (3, 30)

    def test_a_reported_rule_is_the_hosts_if_the_posted_nights_differ_among_themselves(
        self, account: Account, posted: Callable[..., None]
    ) -> None:
        posted([9900, 5, None, None, None], [9900, 7, None, None, None])

        store_listings(account, [replace(FLAT, min_stay=5)], EPOCH)

        assert ChannelListing.objects.get().min_stay == 5


class TestRemoval:
    def test_a_removed_listing_is_disabled_but_not_deleted(self) -> None:
        gone = ChannelListingFactory(listing__enabled=True)

        remove_listings(gone.account, [gone.channel_listing_id], EPOCH)

        gone.refresh_from_db()
        gone.listing.refresh_from_db()
        assert (gone.removed_at, gone.listing.enabled, gone.listing.deleted_at) == (EPOCH, False, None)

    def test_a_removed_listing_stays_enabled_if_another_live_account_shows_it(self) -> None:
        gone = ChannelListingFactory(listing__enabled=True)
        ChannelListingFactory(listing=gone.listing)

        remove_listings(gone.account, [gone.channel_listing_id], EPOCH)

        gone.listing.refresh_from_db()
        assert gone.listing.enabled

    def test_a_listing_that_comes_back_keeps_its_row_and_stays_disabled(self, account: Account) -> None:
        store_listings(account, [FLAT], EPOCH)
        Listing.objects.update(enabled=True)
        remove_listings(account, ["7001"], EPOCH)

        assert store_listings(account, [FLAT], EPOCH) == []

        assert ChannelListing.objects.get().removed_at is None
        assert not Listing.objects.get().enabled


def night(day: int, availability: Availability, **facts: Any) -> RemoteNight:
    return RemoteNight(date(2030, 7, day), availability, **facts)


class TestCalendars:
    def test_availability_has_one_letter_per_night_and_unreported_nights_are_available(self) -> None:
        shown = ChannelListingFactory()
        reported = [night(1, Availability.BOOKED), night(2, Availability.AVAILABLE), night(5, Availability.BLOCKED)]

        store_calendar(shown, reported, EPOCH)

        calendar = ChannelCalendar.objects.get(listing=shown.listing)
        assert (calendar.first_night, calendar.availability) == (date(2030, 7, 1), "baaax")

    def test_a_newer_calendar_replaces_the_coming_nights_of_the_stored_one(self) -> None:
        shown = ChannelListingFactory()
        store_calendar(shown, [night(1, Availability.BOOKED), night(2, Availability.BOOKED)], EPOCH)

        store_calendar(shown, [night(2, Availability.AVAILABLE)], EPOCH + timedelta(days=1))

        calendar = ChannelCalendar.objects.get()
        assert (calendar.first_night, calendar.availability) == (date(2030, 7, 1), "ba")
        shown.refresh_from_db()
        assert shown.last_successful_sync_at == EPOCH + timedelta(days=1)

    def test_the_number_of_units_is_taken_from_the_calendar(self) -> None:
        shown = ChannelListingFactory(listing__units=1)

        store_calendar(
            shown, [night(1, Availability.AVAILABLE, units=4), night(2, Availability.BOOKED, units=5)], EPOCH
        )

        shown.listing.refresh_from_db()
        assert shown.listing.units == 5

    def test_past_nights_stay_for_two_years_and_nights_that_were_never_read_are_available(self) -> None:
        shown = ChannelListingFactory()
        store_calendar(shown, [night(day, Availability.BLOCKED) for day in (1, 2, 3)], EPOCH)

        store_calendar(shown, [night(6, Availability.BOOKED)], EPOCH)
        store_calendar(shown, [night(7, Availability.BLOCKED)], EPOCH)

        calendar = ChannelCalendar.objects.get()
        assert (calendar.first_night, calendar.availability) == (date(2030, 7, 1), "xxxaabx")
        store_calendar(shown, [RemoteNight(date(2032, 7, 2), Availability.AVAILABLE)], EPOCH)
        calendar.refresh_from_db()
        assert (calendar.first_night, len(calendar.availability)) == (date(2030, 7, 3), 731)

    def test_a_calendar_that_begins_earlier_replaces_all_nights(self) -> None:
        shown = ChannelListingFactory()
        store_calendar(shown, [night(5, Availability.BLOCKED)], EPOCH)

        store_calendar(shown, [night(4, Availability.BOOKED)], EPOCH)

        calendar = ChannelCalendar.objects.get()
        assert (calendar.first_night, calendar.availability) == (date(2030, 7, 4), "b")

    def test_an_empty_calendar_keeps_the_stored_one(self) -> None:
        shown = ChannelListingFactory(listing__units=3)
        store_calendar(shown, [night(1, Availability.BOOKED)], EPOCH)

        store_calendar(shown, [], EPOCH)

        assert ChannelCalendar.objects.get().availability == "b"


NOW = datetime(2030, 6, 1, tzinfo=UTC)


def store(
    account: Account, *reported: RemoteReservation, listing: Listing, complete_for: Any = (), on_file: Any = ()
) -> set[int]:
    page = ReservationPage(reported, cursor={}, complete_for=complete_for)
    return store_reservations(account, page, {"7001": listing.pk}, NOW, on_file=on_file)


class TestReservations:
    @pytest.fixture
    def listing(self, account: Account) -> Any:
        return ListingFactory(owner=account.user)

    def test_a_reservation_is_stored_once_with_its_latest_values(self, account: Account, listing: Listing) -> None:
        cancelled = replace(STAY, status=ReservationStatus.CANCELLED, cancelled_at=EPOCH, total=None)

        assert store(account, STAY, listing=listing) == set()
        assert store(account, STAY, cancelled, listing=listing) == {listing.pk}

        stored = Reservation.objects.get()
        assert (stored.status, stored.cancelled_at, stored.total) == ("cancelled", EPOCH, None)
        assert (stored.listing, stored.check_in, stored.booked_at) == (listing, STAY.check_in, STAY.booked_at)

    def test_reservations_of_unknown_listings_are_ignored(self, account: Account, listing: Listing) -> None:
        assert store(account, replace(STAY, channel_listing_id="7002"), listing=listing) == set()

        assert not Reservation.objects.exists()

    def test_two_accounts_may_have_reservations_with_the_same_channel_id(
        self, account: Account, listing: Listing
    ) -> None:
        other = AccountFactory()

        store(account, STAY, listing=listing)
        store(other, STAY, listing=ListingFactory(owner=other.user))

        assert Reservation.objects.count() == 2

    def test_amounts_and_texts_that_do_not_fit_their_column_are_omitted_or_truncated(
        self, account: Account, listing: Listing
    ) -> None:
        strange = replace(STAY, total=2**70, currency="euro", source="s" * 100, units=-2)

        store(account, strange, listing=listing)

        stored = Reservation.objects.get()
        assert (stored.total, stored.currency, stored.source, stored.units) == (None, None, "s" * 64, 1)

    def test_a_page_is_stored_in_one_statement(
        self, account: Account, listing: Listing, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        page = [replace(STAY, channel_reservation_id=str(n)) for n in range(80)]

        with django_assert_num_queries(1):
            store(account, *page, listing=listing)

    def test_a_reservation_that_moved_to_an_unknown_listing_takes_no_nights_at_its_old_one(
        self, account: Account, listing: Listing
    ) -> None:
        store(account, STAY, listing=listing)

        assert store(account, replace(STAY, channel_listing_id="7002"), listing=listing) == {listing.pk}

        stored = Reservation.objects.get()
        assert (stored.listing, stored.status, stored.cancelled_at) == (listing, "cancelled", NOW)

    def test_more_reservations_without_nights_than_a_query_may_name_are_cancelled(
        self, account: Account, listing: Listing
    ) -> None:
        store(account, *[replace(STAY, channel_reservation_id=str(n)) for n in range(1200)], listing=listing)
        page = ReservationPage((), cursor={}, without_nights=[NoNights(str(n)) for n in range(70_000)])

        assert store_reservations(account, page, {"7001": listing.pk}, NOW, on_file=()) == {listing.pk}

        assert set(Reservation.objects.values_list("status", flat=True)) == {"cancelled"}

    def test_a_reservation_reported_only_without_nights_keeps_its_other_values(
        self, account: Account, listing: Listing
    ) -> None:
        other = AccountFactory()
        store(account, STAY, listing=listing)
        store(other, STAY, listing=ListingFactory(owner=other.user))

        for day in (1, 2):
            page = ReservationPage((), cursor={}, without_nights=[NoNights("9001"), NoNights("9002")])
            store_reservations(account, page, {"7001": listing.pk}, EPOCH + timedelta(days=day), on_file=())

        stored = Reservation.objects.get(account=account)
        assert (stored.status, stored.cancelled_at, stored.check_in) == (
            "cancelled",
            EPOCH + timedelta(days=1),
            STAY.check_in,
        )
        assert Reservation.objects.get(account=other).status == "booked"

    def test_a_complete_page_cancels_missing_reservations_unless_they_are_over(
        self, account: Account, listing: Listing
    ) -> None:
        over = replace(STAY, channel_reservation_id="8000", check_in=date(2030, 5, 1), check_out=date(2030, 5, 4))
        withdrawn = replace(STAY, channel_reservation_id="9002", check_in=date(2030, 8, 1), check_out=date(2030, 8, 2))
        store(account, over, STAY, withdrawn, listing=listing)

        store(account, STAY, listing=listing, complete_for=["7001"], on_file=reservations_on_file(account, NOW))

        statuses = dict(Reservation.objects.values_list("channel_reservation_id", "status"))
        assert statuses == {"8000": "booked", "9001": "booked", "9002": "cancelled"}

    def test_a_complete_page_does_not_cancel_reservations_stored_after_the_request(
        self, account: Account, listing: Listing
    ) -> None:
        on_file = reservations_on_file(account, NOW)
        store(account, STAY, listing=listing)

        store(account, listing=listing, complete_for=["7001"], on_file=on_file)

        assert Reservation.objects.get().status == "booked"

    def test_reservations_on_file_can_be_limited_to_one_listing(self, account: Account, listing: Listing) -> None:
        store(account, STAY, listing=listing)

        assert reservations_on_file(account, NOW, listing.pk) == {Reservation.objects.get().pk}
        assert reservations_on_file(account, NOW, ListingFactory(owner=account.user).pk) == set()


class TestLetByTheMonth:
    @pytest.mark.parametrize(
        ("told", "by_the_month"),
        [
            ({}, False),
            ({"by_the_month": True}, True),
            ({"min_stay": 27}, False),
            ({"min_stay": 28}, True),
            ({"min_stay": None, "by_the_month": True}, True),
        ],
    )
    def test_it_is_known_from_the_channel_or_from_the_hosts_min_stay(
        self, account: Account, told: dict[str, Any], by_the_month: bool
    ) -> None:
        store_listings(account, [replace(FLAT, **told)], EPOCH)

        assert bool(Listing.objects.get().by_the_month) is by_the_month

    def test_it_ends_when_the_host_takes_short_stays(self, account: Account) -> None:
        store_listings(account, [replace(FLAT, min_stay=30)], EPOCH)
        store_listings(account, [FLAT], EPOCH)

        assert Listing.objects.get().by_the_month is False

    def test_a_min_stay_that_was_pushed_does_not_make_it_so(self, account: Account) -> None:
        store_listings(account, [FLAT], EPOCH)
        PostedNights.objects.create(
            channel_listing=ChannelListing.objects.get(),
            nights={"2030-07-01": [12000, 30, None, None, None]},
            pushed_at=EPOCH,
        )

        store_listings(account, [replace(FLAT, min_stay=30)], EPOCH)

        assert not Listing.objects.get().by_the_month


class TestOwnPrice:
    def test_it_follows_the_channel_until_the_listing_is_enabled(self, account: Account) -> None:
        store_listings(account, [FLAT], EPOCH)
        store_listings(account, [replace(FLAT, price=15000)], EPOCH)
        Listing.objects.update(activations=1)
        store_listings(account, [replace(FLAT, price=45000)], EPOCH)

        shown = ChannelListing.objects.get()
        assert (shown.own_price, shown.price) == (15000, 45000)

    def test_a_price_that_the_channel_does_not_tell_stays_known(self, account: Account) -> None:
        store_listings(account, [FLAT], EPOCH)

        store_listings(account, [replace(FLAT, price=None, unanswered=frozenset({"price"}))], EPOCH)

        assert ChannelListing.objects.get().own_price == 14250
