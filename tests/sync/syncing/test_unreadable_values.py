"""Optional lists and values that cannot be read cost nothing but themselves, and destroy nothing."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import Settings

from jobs.models import Job
from listings.models import ChannelListing, Listing, Reservation
from tests.connectors.scripted_server import Scripted, saying
from tests.environment import changed
from tests.sync.syncing.hand_made import FAILING, HandMade, hand_made_hostaway, listing_row, reservation_row
from users.models import Account

pytestmark = pytest.mark.django_db

Sync = Callable[..., Job]
APARTMENT = {"id": 1, "name": "Apartment"}


@pytest.fixture
def hostaway(settings: Settings, short_waits: None) -> Iterator[HandMade]:
    with hand_made_hostaway() as made:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, hostaway_base_url=made.channel.base_url)
        made.listings = [listing_row(number) for number in (7001, 7002, 7003)]
        made.reservations = [reservation_row(9001, 7001)]
        yield made


@pytest.mark.parametrize("bad", [{"id": None}, {"id": "one", "name": "x"}, None, 7, [], {"name": "Villa"}])
def test_a_property_type_that_cannot_be_read_is_skipped_and_the_list_is_read_once(
    account: Account, hostaway: HandMade, sync: Sync, bad: Any
) -> None:
    hostaway.listings = [listing_row(number, roomType=None, propertyTypeId=1) for number in (7001, 7002, 7003)]
    hostaway.answers["/propertyTypes"] = saying({"status": "success", "result": [bad, APARTMENT, bad]})

    job = sync(account)

    assert (job.state, job.progress["error"]) == ("succeeded", "")
    assert set(Listing.objects.values_list("room_type", flat=True)) == {"Apartment"}
    assert len(hostaway.asked("/propertyTypes")) == 1


@pytest.mark.parametrize("answer", [FAILING, saying({"status": "success", "result": "none"}), saying({}, 404)])
def test_property_types_that_cannot_be_read_are_asked_for_once_in_a_run(
    account: Account, hostaway: HandMade, sync: Sync, answer: Scripted
) -> None:
    hostaway.listings = [listing_row(number, roomType=None, propertyTypeId=1) for number in (7001, 7002, 7003)]
    sync(account)
    hidden, hostaway.listings = hostaway.listings, hostaway.listings[:1]  # the others are asked for one by one
    for row in hidden[1:]:
        hostaway.answers[f"/listings/{row['id']}"] = saying({"status": "success", "result": row})
    hostaway.answers["/propertyTypes"] = answer
    asked = len(hostaway.asked("/propertyTypes"))

    job = sync(account)

    assert (job.state, job.progress["error"]) == ("succeeded", "")
    assert len(hostaway.asked("/propertyTypes")) == asked + 1


@pytest.mark.parametrize("unreadable", [12, "euro", "€", ["EUR"], {"code": "EUR"}, None, True])
def test_a_currency_that_cannot_be_read_keeps_the_stored_one(
    account: Account, hostaway: HandMade, sync: Sync, unreadable: Any
) -> None:
    sync(account)
    hostaway.listings[0] |= {"currencyCode": unreadable}

    sync(account)

    shown = ChannelListing.objects.select_related("listing", "connector_details").get(channel_listing_id="7001")
    assert (shown.listing.currency, shown.price) == ("EUR", 10000)
    assert shown.connector_details.details == {"currency": "EUR"}


def test_a_currency_in_small_letters_is_the_same_currency(account: Account, hostaway: HandMade, sync: Sync) -> None:
    hostaway.listings[0] |= {"currencyCode": "eur"}

    sync(account)

    shown = ChannelListing.objects.select_related("listing", "connector_details").get(channel_listing_id="7001")
    assert (shown.listing.currency, shown.connector_details.details) == ("EUR", {"currency": "EUR"})


def test_values_that_cannot_be_read_later_keep_the_stored_ones(
    account: Account, hostaway: HandMade, sync: Sync
) -> None:
    hostaway.listings[0] |= {"bedroomsNumber": 2, "lat": 38.7, "minNights": 3}
    sync(account)
    before = Listing.objects.filter(channel_listings__channel_listing_id="7001").values().get()
    hostaway.listings[0] |= {
        "name": 12, "bedroomsNumber": 1.5, "lat": "n/a", "timeZoneName": 7, "city": {}, "price": "many",
        "minNights": "some", "roomType": False,
    }  # fmt: skip
    hostaway.reservations[0] |= {"totalPrice": "a lot", "reservationUnit": "two", "departureDate": "2026-07-05"}

    sync(account)

    after = Listing.objects.filter(channel_listings__channel_listing_id="7001").values().get()
    ours = {"base_price", "base_price_updated_at", "last_successful_sync_at", "updated_at"}
    assert {name for name, value in after.items() if value != dict(before)[name]} <= ours
    shown = ChannelListing.objects.get(channel_listing_id="7001")
    assert (shown.price, shown.min_stay) == (10000, 3)
    stay = Reservation.objects.get()
    assert (stay.total, stay.check_out.isoformat()) == (30000, "2026-07-05")


def test_a_time_zone_of_the_machine_is_not_stored(account: Account, hostaway: HandMade, sync: Sync) -> None:
    hostaway.listings[0] |= {"timeZoneName": "localtime", "country": "Spain", "city": "Madrid"}

    sync(account)

    assert Listing.objects.get(channel_listings__channel_listing_id="7001").timezone == "Europe/Madrid"


def test_reservations_that_begin_and_end_a_page_without_an_id_do_not_stop_the_account(
    account: Account, hostaway: HandMade, sync: Sync
) -> None:
    without_id = {"listingMapId": 7001, "status": "new"}
    hostaway.reservations = [without_id, *[reservation_row(9000 + n, 7001) for n in range(98)], without_id]
    hostaway.reservations += [reservation_row(9200, 7001), without_id]

    job = sync(account)

    assert job.state == "succeeded"
    assert Reservation.objects.count() == 99
    failed = ChannelListing.objects.exclude(failures=None).get()
    assert (failed.channel_listing_id, failed.failure) == ("7001", "5 reservations: id is malformed")
