"""A reservation that no longer takes nights frees them, whatever the later row looks like."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from pytest_django import Settings

from jobs.models import Job
from jobs.worker import JobWorker
from listings.models import ChannelListing, Reservation
from oauth.encryption import encrypt
from tests.connectors.scripted_server import saying, scripted_channel
from tests.environment import changed
from tests.factories import AccountFactory
from tests.queued import queue_refresh
from tests.sync.syncing.hand_made import HandMade, hand_made_hostaway, listing_row, reservation_row
from users.models import Account

pytestmark = pytest.mark.django_db

Sync = Callable[..., Job]
LATER: list[dict[str, Any]] = [
    {"status": "cancelled", "departureDate": "2026-07-01"},
    {"status": "cancelled", "isDatesUnspecified": 1, "arrivalDate": "2026-06-14", "departureDate": "2026-06-14"},
    {"status": "cancelled", "arrivalDate": None, "departureDate": None},
    {"status": "cancelled", "arrivalDate": "0000-00-00", "departureDate": "0000-00-00"},
    {"status": "cancelled", "arrivalDate": "soon", "departureDate": 12},
    {"status": "cancelled", "listingMapId": None},
    {"status": "cancelled"},
    {"status": "modified", "departureDate": "2026-07-01"},
    {"status": "modified", "arrivalDate": None, "departureDate": None},
    {"status": "modified", "isDatesUnspecified": 1},
    {"status": "modified", "listingMapId": 999},
    {"status": "inquiryTimedout"},
    {"status": "inquiryDenied", "arrivalDate": None, "departureDate": None},
    {"status": "expired"},
    {"status": "a status of tomorrow"},
    {"status": None},
]


@pytest.fixture
def hostaway(settings: Settings, short_waits: None) -> Iterator[HandMade]:
    with hand_made_hostaway() as made:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, hostaway_base_url=made.channel.base_url)
        made.listings = [listing_row(7001)]
        made.reservations = [reservation_row(9001, 7001), reservation_row(9002, 7001)]
        made.reservations[1] |= {"arrivalDate": "2026-08-01", "departureDate": "2026-08-03"}
        yield made


@pytest.mark.parametrize("later", LATER)
def test_the_nights_of_a_synced_booking_become_free(
    account: Account, hostaway: HandMade, sync: Sync, later: dict[str, Any]
) -> None:
    sync(account)
    assert set(Reservation.objects.values_list("status", flat=True)) == {"booked"}
    hostaway.reservations[0] |= later

    job = sync(account)

    assert (job.state, job.error, job.progress["error"]) == ("succeeded", "", "")
    statuses = dict(Reservation.objects.values_list("channel_reservation_id", "status"))
    assert statuses == {"9001": "cancelled", "9002": "booked"}
    freed = Reservation.objects.get(channel_reservation_id="9001")
    assert freed.check_out > freed.check_in


def test_a_row_about_an_unknown_reservation_without_nights_is_not_stored(
    account: Account, hostaway: HandMade, sync: Sync
) -> None:
    hostaway.reservations = [reservation_row(number, 7001) | later for number, later in enumerate(LATER)]

    sync(account)

    assert set(Reservation.objects.values_list("status", flat=True)) == {"cancelled"}


def test_a_refresh_of_the_listing_frees_the_nights_too(
    account: Account, hostaway: HandMade, sync: Sync, now: Callable[[], Any]
) -> None:
    sync(account)
    hostaway.reservations[0] |= {"status": "modified", "isDatesUnspecified": 1}
    job = queue_refresh(ChannelListing.objects.get().listing, now=now())

    JobWorker(clock=now).run_one()

    job.refresh_from_db()
    assert job.state == "succeeded"
    assert Reservation.objects.get(channel_reservation_id="9001").status == "cancelled"


def test_a_reservation_that_takes_nights_again_is_booked_again(
    account: Account, hostaway: HandMade, sync: Sync
) -> None:
    sync(account)
    hostaway.reservations[0] |= {"status": "inquiryTimedout"}
    sync(account)
    hostaway.reservations[0] |= {"status": "modified", "departureDate": "2026-07-06"}

    sync(account)

    stay = Reservation.objects.get(channel_reservation_id="9001")
    assert (stay.status, stay.check_out, stay.cancelled_at) == ("booked", date(2026, 7, 6), None)


def test_the_calendar_of_a_freed_night_is_read_again_although_it_was_read_a_short_time_ago(
    account: Account, hostaway: HandMade, sync: Sync
) -> None:
    """The stored calendar shows the night as reserved, and a sync within the threshold would keep it."""
    hostaway.calendars["7001"] = {"status": "reserved", "isAvailable": 0}
    sync(account)
    hostaway.calendars["7001"] = {}
    hostaway.reservations[0] |= {"status": "cancelled"}
    asked = len(hostaway.asked("/calendar"))

    sync(account, threshold=60)
    sync(account, threshold=60)

    assert ChannelListing.objects.get().listing.channel_calendar.availability[20:40] == "a" * 20
    assert len(hostaway.asked("/calendar")) == asked + 1


def test_a_reservation_with_a_new_status_takes_the_nights_that_the_calendar_takes(
    account: Account, hostaway: HandMade, sync: Sync
) -> None:
    sync(account)
    hostaway.reservations[0] |= {"status": "a status of tomorrow"}
    hostaway.calendars["7001"] = {"status": "reserved", "isAvailable": 0}

    sync(account)

    assert Reservation.objects.get(channel_reservation_id="9001").status == "cancelled"
    assert set(ChannelListing.objects.get().listing.channel_calendar.availability) == {"b"}


@pytest.mark.parametrize(
    "later",
    [
        {"status": "cancelled", "check_out": "2026-07-01"},
        {"status": "cancelled", "check_in": None, "check_out": None, "listing_id": None},
        {"status": "booked", "check_out": "2026-07-01"},
        {"status": "held", "check_in": None},
        {"status": "no-show"},
    ],
)
def test_a_booking_of_the_direct_channel_becomes_free_too(sync: Sync, later: dict[str, Any]) -> None:
    flat = {"id": "A-1", "name": "Harbour flat", "currency": "EUR", "timezone": "Europe/Lisbon"}
    stay = {"id": "R-1", "listing_id": "A-1", "status": "booked", "check_in": "2026-07-01", "check_out": "2026-07-05"}
    with scripted_channel() as system:
        key = {"api_key": "key_7.correct-horse-battery-staple", "base_url": system.base_url}
        account = AccountFactory(channel="direct", connection__encrypted_channel_credentials=encrypt(key))
        for row in (stay, stay | later):
            system.script = [
                saying({"listings": [flat], "next_cursor": None}),
                saying({"currency": "EUR", "nights": []}),
                saying({"reservations": [row], "cursor": "c", "has_more": False}),
                saying({"currency": "EUR", "nights": []}),
            ]
            job = sync(account)

    assert (job.state, job.progress["error"]) == ("succeeded", "")
    assert Reservation.objects.get().status == "cancelled"
