"""Coliving accounts through the API: what account_conformance.py does not test for all channels."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from connectors.http import REQUEST
from connectors.values import ReservationStatus
from jobs.models import Job
from listings.models import ChannelListing, Listing, PostedNights, Reservation
from sync.channels import Tuning
from tests.connectors.sandbox_connection import LARGE, MEDIUM, Connect, environment_of
from tests.factories import UserFactory
from tests.partner import Partner
from tests.sync.account_conformance import Onboarding
from users.models import Account

HOUSE = "20003001"


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
    onboarding.at.ask("POST", "/_switches", json={"stay_dates": False})
    onboarding.connect()
    onboarding.work()

    shown = {row.channel_listing_id: row.listing.base_price for row in ChannelListing.objects.select_related("listing")}

    reported = {row.channel_listing_id: row.price for row in onboarding.at.listings()}
    assert reported
    assert shown == {id: round(price / 100) for id, price in reported.items()}


def test_bookings_reported_as_cancelled_without_dates_are_stored_as_cancelled(
    onboarding: Onboarding,
) -> None:
    at = onboarding.at
    at.sandbox.clock.set(datetime.now(UTC))
    onboarding.connect()
    onboarding.work()
    booked = set(Reservation.objects.filter(status="booked").values_list("channel_reservation_id", flat=True))

    at.sandbox.clock.advance(90 * 86_400)
    at.ask("POST", "/_switches", json={"stay_dates": False})
    onboarding.refresh()
    onboarding.work()

    at.ask("DELETE", "/_switches")
    cancelled = {id for id, reported in at.reservations().items() if reported.status is ReservationStatus.CANCELLED}
    stored = Reservation.objects.filter(status="cancelled").values_list("channel_reservation_id", flat=True)
    assert booked & cancelled
    assert booked & set(stored) == booked & cancelled


def test_a_sync_succeeds_if_the_channel_reports_no_stay_dates(onboarding: Onboarding) -> None:
    onboarding.at.ask("POST", "/_switches", json={"stay_dates": False})

    onboarding.connect()
    onboarding.work()

    assert Job.objects.get().state == "succeeded"
    assert onboarding.listings()


def test_the_number_of_free_rooms_is_pushed_if_the_operator_enables_it(
    onboarding: Onboarding, settings: Settings
) -> None:
    settings.ENVIRONMENT = environment_of(onboarding.at.sandbox, coliving_push_availability=True)
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
    onboarding.connect()
    onboarding.work()
    listing = Listing.objects.earliest("pk")

    onboarding.enable(listing, base_price=listing.base_price + 20, min_price=10)
    onboarding.work()

    assert {len(night) for night in PostedNights.objects.get().nights.values()} == {5}
    assert not onboarding.at.sandbox.log.matching(path="/v2/integrations/sandbox/availability")
