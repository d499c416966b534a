"""Coliving accounts through the API: what account_conformance.py does not test for all channels."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

import pricing
from connectors.http import REQUEST
from connectors.monthly_rents import MONTHS
from connectors.values import ReservationStatus
from jobs.models import Job
from listings.models import ChannelListing, Listing, Market, PostedNights, Recommendation, Reservation
from listings.services.markets import place_listings, refresh_market
from listings.services.occupancy import store_unplaced
from listings.services.recommendations import recommend
from pricing.money import round_to_unit
from sync.channels import Tuning
from sync.models import AccountConnection
from tests.connectors.sandbox_connection import LARGE, MEDIUM, Connect, environment_of
from tests.factories import AccountFactory, ChannelListingFactory, ListingFactory, ReservationFactory, UserFactory
from tests.partner import Partner
from tests.sync.account_conformance import IMPATIENT, Onboarding, active_market
from users.models import Account

HOUSE, ROOM, SECOND_ROOM = "20003001", "200030001", "200030002"


@pytest.fixture
def onboarding(db: None, connect: Connect, partner: Partner) -> Onboarding:
    at = connect("coliving")
    at.sandbox.clock.real()
    return Onboarding(partner, at, UserFactory(application=partner.application).pk)


def test_unknown_listing_ids_are_named_and_nothing_is_stored(onboarding: Onboarding) -> None:
    answer = onboarding.connect(listing_ids=[HOUSE, "998", "20040001"])

    assert answer.status == 422
    assert answer.error["detail"] == "Coliving does not have these listings: 998, 20040001."
    assert answer.error["meta"] == {
        "channel": "coliving",
        "code": "unknown_listings",
        "listing-ids": ["998", "20040001"],
    }
    assert not Account.objects.exists()
    assert not Job.objects.exists()


def test_an_account_is_connected_even_if_the_time_is_too_short_to_check_every_house(
    connect: Connect, partner: Partner, db: None, settings: Settings
) -> None:
    settings.CHANNEL_TUNING = Tuning(
        request=replace(REQUEST, altogether=3.0), configurations={"coliving": {"checking_seconds": 1.0}}
    )
    at = connect("coliving", LARGE)
    at.fault("slow", seconds=0.1)
    houses = at.credentials["listing_ids"]
    onboarding = Onboarding(partner, at, UserFactory(application=partner.application).pk)

    unknown = onboarding.connect(listing_ids=["998", *houses])
    connected = onboarding.connect()

    assert unknown.error["meta"]["listing-ids"] == ["998"]
    assert connected.status == 201
    assert at.requests() < len(houses)


@pytest.mark.parametrize(
    ("name", "value"),
    [("listing_ids", ["A-1"]), ("provider", "../../me"), ("timezone", "Lisbon"), ("auth", "basic"), ("api_key", "ä")],
)
def test_a_malformed_credential_is_rejected_with_a_pointer(
    onboarding: Onboarding, name: str, value: list[Any] | str
) -> None:
    answer = onboarding.connect(**{name: value})

    assert (answer.status, answer.error["code"]) == (400, "invalid")
    assert answer.error["source"] == {"pointer": f"/data/attributes/credentials/{name}"}
    assert onboarding.at.requests() == 0


def test_a_host_can_connect_one_account_per_city(connect: Connect, partner: Partner, db: None) -> None:
    at = connect("coliving", MEDIUM)
    onboarding = Onboarding(partner, at, UserFactory(application=partner.application).pk)
    edinburgh = {"listing_ids": ["20040001"], "city": "Edinburgh", "country": "GB", "timezone": "Europe/London"}
    barcelona = {"listing_ids": ["20040006"], "city": "Barcelona", "country": "ES", "timezone": "Europe/Madrid"}

    answers = [onboarding.connect(**edinburgh), onboarding.connect(**barcelona), onboarding.connect(**edinburgh)]

    assert [answer.status for answer in answers] == [201, 201, 422]
    assert answers[2].error["meta"]["code"] == "already_connected"
    assert answers[0].attributes["label"] == "Fiona Baird, Edinburgh"


def test_listings_without_a_city_have_no_market_and_are_not_pushed(onboarding: Onboarding) -> None:
    assert onboarding.connect(city=None, country=None, timezone=None).status == 201
    onboarding.work()
    listing = Listing.objects.earliest("pk")

    onboarding.enable(listing, base_price=90, min_price=10)
    onboarding.work()

    assert onboarding.partner.get(f"/listings/{listing.pk}/").attributes["in-active-market"] is False
    assert onboarding.partner.get(f"/listings/{listing.pk}/calendar/").status == 400
    assert not PostedNights.objects.exists()


def test_the_base_price_is_the_channels_nightly_price_if_the_market_has_none(onboarding: Onboarding) -> None:
    onboarding.connect()
    onboarding.work()

    shown = {row.channel_listing_id: row.listing.base_price for row in ChannelListing.objects.select_related("listing")}

    reported = {row.channel_listing_id: row.price for row in onboarding.at.listings()}
    assert reported
    assert shown == {id: round_to_unit(price / 100) for id, price in reported.items()}


class TestRoomsByTheMonth:
    """In a city where a night in a flat costs about 150, the rent of a room stays that of a room."""

    @pytest.fixture
    def onboarding(self, onboarding: Onboarding) -> Onboarding:
        onboarding.at.sandbox.clock.set(datetime.now(UTC))
        market = active_market(onboarding.at)
        market.statistics |= {"currency": "EUR", "levels": [151.0] * 3, "usual_levels": [151.0] * 3}
        market.save()
        return onboarding

    def ask_for(self, onboarding: Onboarding, room_type: str, **prices: Any) -> None:
        """The host of the sandbox sets the prices of a room."""
        item = {"listing_id": HOUSE, "room_type_id": room_type, "currency": "EUR", **prices}
        headers = {"X-API-Key": onboarding.at.credentials["api_key"]}
        onboarding.at.ask("PUT", "/v2/integrations/x/rates", json={"data": [item]}, headers=headers).raise_for_status()

    def month_prices(self, onboarding: Onboarding, room_type: str) -> dict[str, Any]:
        headers = {"X-API-Key": onboarding.at.credentials["api_key"]}
        answer = onboarding.at.ask("GET", f"/v2/integrations/x/listings/{HOUSE}/room-types", headers=headers).json()
        prices: dict[str, Any] = next(
            row["prices"] for row in answer["data"]["room_types"] if row["room_type_id"] == int(room_type)
        )
        return prices

    def room(self, room_type: str) -> Listing:
        return ChannelListing.objects.get(channel_listing_id=f"{HOUSE}:{room_type}").listing

    def test_the_sample_room_of_the_documentation_is_first_pushed_near_its_own_price(
        self, onboarding: Onboarding
    ) -> None:
        months = {"price_jan": 800} | {f"price_{month}": 750 for month in MONTHS[1:]}
        self.ask_for(onboarding, ROOM, base_price=750, **months)
        onboarding.connect()
        onboarding.work()
        assert self.room(ROOM).base_price == 25

        onboarding.enable(self.room(ROOM))
        onboarding.work()

        pushed = self.month_prices(onboarding, ROOM)
        assert pushed["base_price"] == pytest.approx(750, rel=0.02)
        assert onboarding.partner.get(f"/listings/{self.room(ROOM).pk}/recommendations/").data == []

    def test_rooms_whose_hosts_ask_different_rents_have_different_base_prices(self, onboarding: Onboarding) -> None:
        self.ask_for(onboarding, ROOM, base_price=114 * 30)
        self.ask_for(onboarding, SECOND_ROOM, base_price=85 * 30)

        onboarding.connect()
        onboarding.work()

        assert (self.room(ROOM).base_price, self.room(SECOND_ROOM).base_price) == (114, 85)

    def test_the_base_price_follows_the_host_until_the_listing_is_enabled_and_no_push_afterwards(
        self, onboarding: Onboarding
    ) -> None:
        onboarding.connect()
        onboarding.work()
        self.ask_for(onboarding, ROOM, base_price=690)
        onboarding.refresh()
        onboarding.work()
        assert self.room(ROOM).base_price == 23

        onboarding.enable(self.room(ROOM))
        onboarding.work()
        self.ask_for(onboarding, ROOM, base_price=1200)  # as a push of higher prices leaves it
        onboarding.refresh()
        onboarding.work()

        assert self.room(ROOM).base_price == 23

    def test_stays_by_the_month_make_a_market_active_and_say_nothing_about_nightly_homes(
        self, onboarding: Onboarding
    ) -> None:
        onboarding.at.switch(stay_dates=True)
        homes = [self.nightly_home(150) for _ in range(6)]
        before = self.estimated()

        onboarding.connect()
        onboarding.work()

        after = self.estimated()
        assert Reservation.objects.exclude(listing__in=homes).filter(status="booked").exists()
        assert after["booked_nights"] > before["booked_nights"]
        same = before.keys() - {"booked_nights", "listing_count"}
        assert {name: after[name] for name in same} == {name: before[name] for name in same}

    def nightly_home(self, rate: int) -> Listing:
        listing = ChannelListingFactory(listing=ListingFactory()).listing
        account = listing.channel_listings.get().account
        for stay in range(30):
            check_in = datetime.now(UTC).date() - timedelta(days=8 * stay + 10)
            check_out = check_in + timedelta(days=3)
            total = 3 * 100 * rate
            ReservationFactory(
                listing=listing, account=account, check_in=check_in, check_out=check_out, total=total, booked_at=None
            )
        place_listings([listing.pk], datetime.now(UTC))
        return listing

    def estimated(self) -> dict[str, Any]:
        market = Market.objects.get(owner=None, application=None, city="lisbon")
        refresh_market(market, datetime.now(UTC))
        market.refresh_from_db()
        statistics: dict[str, Any] = market.statistics
        return statistics

    def test_first_prices_far_from_the_hosts_are_told_when_the_listing_is_enabled(self, onboarding: Onboarding) -> None:
        self.ask_for(onboarding, ROOM, base_price=750)
        onboarding.connect()
        onboarding.work()
        listing = self.room(ROOM)
        Listing.objects.filter(pk=listing.pk).update(base_price=151)  # as earlier versions computed it

        onboarding.enable(listing)

        (told,) = onboarding.partner.get(f"/listings/{listing.pk}/recommendations/").data
        assert told["attributes"]["category"] == "base_price"
        assert told["attributes"]["suggested-base-price"] == 25
        assert "% above the 750 EUR that the host asks at the channel." in told["attributes"]["recommendations"]
        assert "A base price of 25 EUR a night" in told["attributes"]["recommendations"]


def test_bookings_reported_as_cancelled_without_dates_are_stored_as_cancelled(
    onboarding: Onboarding,
) -> None:
    at = onboarding.at
    at.switch(stay_dates=True)
    at.sandbox.clock.set(datetime.now(UTC))
    onboarding.connect()
    onboarding.work()
    booked = set(Reservation.objects.filter(status="booked").values_list("channel_reservation_id", flat=True))

    at.sandbox.clock.advance(90 * 86_400)
    at.switch(stay_dates=False)
    onboarding.refresh()
    onboarding.work()

    at.switch(stay_dates=True)
    cancelled = {id for id, reported in at.reservations().items() if reported.status is ReservationStatus.CANCELLED}
    stored = Reservation.objects.filter(status="cancelled").values_list("channel_reservation_id", flat=True)
    assert booked & cancelled
    assert booked & set(stored) == booked & cancelled


def test_a_house_that_cannot_be_read_fails_with_its_listings_and_no_other(
    connect: Connect, partner: Partner, db: None, settings: Settings
) -> None:
    at = connect("coliving", MEDIUM)
    at.sandbox.clock.set(datetime.now(UTC))
    settings.CHANNEL_TUNING = IMPATIENT
    onboarding = Onboarding(partner, at, UserFactory(application=partner.application).pk)
    onboarding.connect()
    onboarding.work()
    at.sandbox.clock.advance(86_400)
    at.fault("server_error", path="/20040002/room-types$")

    onboarding.refresh()
    onboarding.work()

    job = Job.objects.filter(kind="sync_account").latest("pk")
    failed = set(ChannelListing.objects.exclude(failures=None).values_list("group", flat=True))
    assert (job.state, failed) == ("succeeded", {"20040002"})
    assert not ChannelListing.objects.exclude(removed_at=None).exists()


class TestBookingsWithoutDates:
    """Coliving's documented bookings tell neither their nights nor their rooms."""

    @pytest.fixture
    def connected(self, onboarding: Onboarding, settings: Settings) -> Onboarding:
        """Connected and synced, in a market that other listings have made active. Availability is pushed."""
        settings.ENVIRONMENT = environment_of(onboarding.at.sandbox, coliving_push_availability=True)
        onboarding.at.sandbox.clock.set(datetime.now(UTC))
        active_market(onboarding.at)
        onboarding.connect()
        onboarding.work()
        return onboarding

    def account(self, onboarding: Onboarding) -> dict[str, Any]:
        account = Account.objects.get()
        shown = onboarding.partner.get(f"/users/{onboarding.user_id}/accounts/{account.pk}/").attributes["sync-status"]
        status: dict[str, Any] = shown
        return status

    def calendar(self, onboarding: Onboarding, listing: Listing) -> list[dict[str, Any]]:
        answer = onboarding.partner.get(f"/listings/{listing.pk}/calendar/", {"page[size]": "100"})
        assert answer.status == 200, answer.document
        return [row["attributes"] for row in answer.data]

    def test_the_account_and_its_listings_say_that_their_occupancy_is_unknown(self, connected: Onboarding) -> None:
        status = self.account(connected)

        assert status["state"] == "completed"
        assert status["occupancy-unknown-since"] == status["last-successful-sync-at"]
        for row in connected.listings():
            shown = connected.partner.get(f"/listings/{row['id']}/").attributes["sync-status"]
            assert shown["occupancy-unknown-since"] == status["occupancy-unknown-since"]

    def test_no_night_counts_as_available_or_vacant(self, connected: Onboarding) -> None:
        listing = Listing.objects.earliest("pk")

        nights = self.calendar(connected, listing)

        assert {night["availability"] for night in nights} == {"unknown"}
        assert not any(factor["key"] == "occupancy" for night in nights for factor in night["factors"])
        recommend(listing.pk, datetime.now(UTC))
        (only,) = Recommendation.objects.filter(listing=listing)
        assert only.category == "enable_listing"
        assert only.recommendations.startswith("The channel does not tell which nights are booked.")

    def test_such_a_listing_is_no_supply_of_its_market(self, connected: Onboarding) -> None:
        market = Market.objects.get()

        refresh_market(market, datetime.now(UTC))

        market.refresh_from_db()
        assert {night[0] for night in pricing.MarketStatistics.from_dict(market.statistics).pace} == {0.0}

    def test_free_rooms_are_never_sent(self, connected: Onboarding) -> None:
        listing = Listing.objects.earliest("pk")

        connected.enable(listing, base_price=listing.base_price + 20, min_price=10)
        connected.work()

        assert set(connected.posted(listing).values()) != {None}
        assert not connected.at.sandbox.log.matching(path="/v2/integrations/sandbox/availability")

    @pytest.mark.parametrize("cursor", [{}, {"bookmark": {}, "apart": ["20003001:200030001"]}])
    def test_free_rooms_are_not_sent_before_all_bookings_have_been_read(
        self, connected: Onboarding, cursor: dict[str, Any]
    ) -> None:
        listing = Listing.objects.earliest("pk")
        Listing.objects.update(occupancy_unknown_since=None)
        AccountConnection.objects.update(cursor=cursor)

        connected.enable(listing, base_price=listing.base_price + 20, min_price=10)
        connected.work()

        assert set(connected.posted(listing).values()) != {None}
        assert not connected.at.sandbox.log.matching(path="/v2/integrations/sandbox/availability")

    @pytest.mark.parametrize("path", ["listing", "account"])
    def test_the_occupancy_is_known_again_when_the_bookings_have_dates(self, connected: Onboarding, path: str) -> None:
        listing = Listing.objects.earliest("pk")
        connected.at.switch(stay_dates=True)
        if path == "listing":
            assert connected.partner.post(f"/listings/{listing.pk}/refresh/").status == 202
        else:
            AccountConnection.objects.update(cursor={})
            connected.refresh()
        connected.work()

        assert self.account(connected)["occupancy-unknown-since"] is None
        nights = self.calendar(connected, listing)
        assert "unknown" not in {night["availability"] for night in nights}
        connected.enable(listing, base_price=listing.base_price + 20, min_price=10)
        connected.work()
        assert connected.at.sandbox.log.matching(path="/v2/integrations/sandbox/availability")

    def test_a_single_booking_without_dates_makes_only_its_house_unknown(self, onboarding: Onboarding) -> None:
        account, listings = AccountFactory(channel="coliving"), ListingFactory.create_batch(3)
        for listing, group in zip(listings, ("5", "5", "6"), strict=True):
            ChannelListingFactory(listing=listing, account=account, group=group)
        dated = dict.fromkeys(["7"], "5")
        now = datetime.now(UTC)

        def unknown() -> list[bool]:
            since = Listing.objects.order_by("pk").values_list("occupancy_unknown_since", flat=True)
            return [moment is not None for moment in since]

        store_unplaced(account, {"8": "5"}, [], now)
        assert unknown() == [True, True, False]
        store_unplaced(account, dated, ["8"], now)
        assert unknown() == [True, True, False]
        store_unplaced(account, {}, ["7"], now)
        assert unknown() == [False] * 3


def test_the_number_of_free_rooms_is_pushed_if_the_operator_enables_it(
    onboarding: Onboarding, settings: Settings
) -> None:
    settings.ENVIRONMENT = environment_of(onboarding.at.sandbox, coliving_push_availability=True)
    onboarding.at.switch(stay_dates=True)
    onboarding.connect()
    onboarding.work()
    listing = Listing.objects.earliest("pk")

    onboarding.enable(listing, base_price=listing.base_price + 20, min_price=10)
    onboarding.work()

    world, at = onboarding.at.sandbox.sandbox.world, onboarding.at.sandbox.clock.now()
    room_type = int(ChannelListing.objects.get(listing=listing).channel_listing_id.partition(":")[2])
    posted = PostedNights.objects.get().nights
    first = datetime.now(UTC).date().toordinal() + 1
    stays = [stay for stay in world.stays_on(room_type, first, first + 299, at=at) if stay.status != "owner"]
    assert stays
    for day in range(first, first + 300):
        taken = sum(stay.arrival <= day < stay.departure for stay in stays)
        night = datetime.fromordinal(day).date().isoformat()
        assert posted[night][5] == listing.units - taken


def test_the_number_of_free_rooms_is_not_pushed_by_default(onboarding: Onboarding) -> None:
    onboarding.at.switch(stay_dates=True)
    onboarding.connect()
    onboarding.work()
    listing = Listing.objects.earliest("pk")

    onboarding.enable(listing, base_price=listing.base_price + 20, min_price=10)
    onboarding.work()

    assert {len(night) for night in PostedNights.objects.get().nights.values()} == {5}
    assert not onboarding.at.sandbox.log.matching(path="/v2/integrations/sandbox/availability")
