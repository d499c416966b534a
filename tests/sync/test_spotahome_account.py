"""Spotahome accounts through the API: connecting, syncing, pushing prices, and the answers to failures."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from pytest_django import Settings

import pricing
from connectors.http import Patience
from jobs.models import Job
from jobs.worker import JobWorker
from listings.models import ChannelListing, Listing, Market, Reservation
from pricing.event_table import EVENTS
from sandbox.server import RunningSandbox
from sync.channels import Tuning
from tests.connectors.sandbox_connection import environment_of
from tests.factories import CredentialFactory
from tests.partner import Partner
from tests.queued import pushes_of, syncs_of
from users.models import Account, User

pytestmark = pytest.mark.django_db

TOKEN = "sandbox.spotahome.3"
FLAT = "400030001"
LANDLORD = "369e874f-0928-5658-ad63-da68ec382783"


@pytest.fixture(autouse=True)
def spotahome(sandbox: RunningSandbox, settings: Settings) -> Any:
    """The sandbox on the real clock, as the API is; failed requests are not repeated within a job."""
    sandbox.clock.real()
    settings.ENVIRONMENT = environment_of(sandbox, channel_timeout_seconds=3.0)
    once = Patience(attempts=1, longest_wait=0.0)
    settings.CHANNEL_TUNING = Tuning(worker=once, request=once)
    return sandbox


@pytest.fixture
def user(partner: Partner) -> Any:
    return CredentialFactory(user__application=partner.application).user


@pytest.fixture
def connect_account(partner: Partner, user: User) -> Any:
    def connect_with(**credentials: Any) -> Any:
        return partner.post(f"/users/{user.pk}/accounts/", "accounts", channel="spotahome", credentials=credentials)

    return connect_with


@pytest.fixture
def synced(connect_account: Any) -> Account:
    connect_account(token=TOKEN)
    JobWorker().drain()
    return Account.objects.get()


def sync_again(partner: Partner, account: Account) -> Job:
    query = {"recent_sync_threshold_minutes": "0"}
    answer = partner.post(f"/users/{account.user_id}/accounts/{account.pk}/refresh/", query=query)
    assert answer.status == 202
    JobWorker().drain()
    return syncs_of(account).latest("id")


def ask(sandbox: RunningSandbox, method: str, path: str, body: Any = None) -> Any:
    """Send a request to Spotahome's own API, and return the document of the response."""
    url = f"{sandbox.base_url}/spotahome/api{path}"
    answer = httpx.request(method, url, json=body, headers={"Authorization": TOKEN}).raise_for_status()
    return answer.json() if answer.content else None


# Connecting


def test_an_account_is_identified_by_its_landlord(connect_account: Any) -> None:
    answer = connect_account(token=TOKEN, requester="ana@example.com")

    assert answer.status == 201
    account = Account.objects.get()
    assert (account.channel_account_id, account.label, account.email) == (
        LANDLORD,
        "Spotahome ana@example.com",
        "ana@example.com",
    )
    assert TOKEN not in str(answer.document)


def test_the_same_landlord_cannot_be_connected_twice(connect_account: Any) -> None:
    connect_account(token=TOKEN)

    answer = connect_account(token=f" {TOKEN} ")

    assert answer.status == 422
    assert answer.errors == [
        {
            "status": "422",
            "title": "Unprocessable Entity",
            "detail": "This spotahome account is connected already.",
            "source": {"pointer": None},
            "meta": {"channel": "spotahome", "code": "already_connected"},
        }
    ]


def test_a_missing_token_is_rejected(connect_account: Any) -> None:
    answer = connect_account(requester="ana@example.com")

    assert answer.status == 400
    assert answer.error["code"] == "required"
    assert answer.error["source"] == {"pointer": "/data/attributes/credentials/token"}


def test_a_requester_must_be_an_email_address(connect_account: Any) -> None:
    answer = connect_account(token=TOKEN, requester="Ana")

    assert answer.status == 400
    assert answer.error["source"] == {"pointer": "/data/attributes/credentials/requester"}


def test_a_wrong_token_is_rejected(connect_account: Any) -> None:
    answer = connect_account(token="sandbox.spotahome.4")

    assert answer.status == 422
    assert answer.errors == [
        {
            "status": "422",
            "title": "Unprocessable Entity",
            "detail": "Spotahome does not accept this token.",
            "source": {"pointer": None},
            "meta": {"channel": "spotahome", "code": "invalid_credentials"},
        }
    ]
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    ("fault", "code", "detail"),
    [
        ({"kind": "server_error"}, "channel_error", "Spotahome failed (HTTP 500)."),
        ({"kind": "reset"}, "channel_error", "Spotahome cannot be reached."),
        ({"kind": "malformed_json"}, "channel_error", "Spotahome gave a malformed answer."),
        (
            {"kind": "wrong_types"},
            "channel_error",
            "Spotahome gave a malformed answer: no listing has a landlord.",
        ),
        ({"kind": "slow", "seconds": 3.5}, "channel_timeout", "Spotahome did not answer in time."),
    ],
)
def test_a_channel_failure_while_connecting_is_answered_with_502(
    connect_account: Any, spotahome: Any, fault: dict[str, Any], code: str, detail: str
) -> None:
    spotahome.faults.add({"channel": "spotahome", **fault})

    answer = connect_account(token=TOKEN)

    assert answer.status == 502
    assert answer.errors == [
        {
            "status": "502",
            "title": "Bad Gateway",
            "detail": detail,
            "source": {"pointer": None},
            "meta": {"channel": "spotahome", "code": code},
        }
    ]
    assert not Account.objects.exists()


# Syncing


def test_listings_have_the_same_attributes_as_those_of_other_channels(
    partner: Partner, synced: Account, spotahome: Any
) -> None:
    answer = partner.get("/listings/", {"sort": "title"})

    at_spotahome = {row["title"]: row for row in ask(spotahome, "GET", "/listings")}
    assert at_spotahome
    assert [row["attributes"]["title"] for row in answer.data] == sorted(at_spotahome)
    for row in answer.data:
        own, attributes = at_spotahome[row["attributes"]["title"]], row["attributes"]
        assert attributes["city"] == own["location"]["city"].title()
        assert attributes["room-type"] == "apartment"
        assert attributes["channel-listings"] == [{"channel": "spotahome", "channel-id": own["id"]}]
        assert 0 < attributes["base-price"] < own["monthlyPrice"]["minimumPrice"]


def test_occupancies_become_reservations_or_blocked_nights(connect_account: Any, spotahome: Any) -> None:
    connect_account(token=TOKEN)
    occupy(spotahome, stay(-40, 2, "901"), {"start": in_days(5), "end": in_days(7), "note": "Ada, ada@example.com"})

    JobWorker().drain()

    listing = flat()
    (booked,) = listing.reservations.all()
    assert (booked.channel_reservation_id, booked.status, booked.source) == (f"{FLAT}-901", "booked", "pms")
    assert (booked.check_in.isoformat(), booked.check_out.isoformat()) == (in_days(-40), in_days(2))
    assert (booked.total, booked.currency, booked.booked_at) == (None, None, None)
    # The three free nights before the block are shorter than the minimum stay, so that no stay can begin there.
    assert listing.channel_calendar.availability.startswith("bbxxxxxaaa")
    assert "ada" not in str(Reservation.objects.values()).lower()


def test_an_occupancy_that_disappears_is_cancelled(partner: Partner, connect_account: Any, spotahome: Any) -> None:
    connect_account(token=TOKEN)
    occupy(spotahome, stay(-90, -30, "901"), stay(10, 70, "902"), stay(100, 160, "903"))
    JobWorker().drain()
    occupy(spotahome, stay(100, 160, "903"))

    sync_again(partner, Account.objects.get())

    assert statuses() == {"901": "booked", "902": "cancelled", "903": "booked"}  # 901 is over, so it is not cancelled


def test_an_occupancy_that_comes_back_is_booked_again(partner: Partner, connect_account: Any, spotahome: Any) -> None:
    connect_account(token=TOKEN)
    for occupancies in ([stay(10, 70, "902")], [], [stay(10, 90, "902")]):
        occupy(spotahome, *occupancies)
        JobWorker().drain()
        sync_again(partner, Account.objects.get())

    (booked,) = flat().reservations.all()
    assert (booked.status, booked.cancelled_at, booked.check_out.isoformat()) == ("booked", None, in_days(90))


def test_an_unreadable_occupancy_is_not_cancelled(partner: Partner, connect_account: Any, spotahome: Any) -> None:
    connect_account(token=TOKEN)
    occupy(spotahome, stay(10, 70, "902"), stay(100, 160, "903"))
    JobWorker().drain()
    spotahome.faults.add({"kind": "wrong_types", "channel": "spotahome", "fields": ["to"]})

    job = sync_again(partner, Account.objects.get())

    assert job.state == Job.State.FAILED  # none of the three listings could be read
    assert not ChannelListing.objects.filter(failures=None).exists()  # each is tried again at its own time
    assert "from or to is malformed" not in job.error
    assert statuses() == {"902": "booked", "903": "booked"}


@pytest.mark.parametrize("fault", ["feed_repeats", "feed_reorders"])
def test_a_repeated_or_reordered_list_changes_nothing(
    partner: Partner, synced: Account, spotahome: Any, fault: str
) -> None:
    before = sorted(Reservation.objects.values_list("channel_reservation_id", "status", "check_in", "check_out"))
    assert before
    spotahome.faults.add({"kind": fault, "channel": "spotahome"})

    sync_again(partner, synced)

    after = sorted(Reservation.objects.values_list("channel_reservation_id", "status", "check_in", "check_out"))
    assert after == before
    assert Listing.objects.count() == 3


def test_an_unreadable_listing_does_not_stop_the_others_from_syncing(
    partner: Partner, synced: Account, spotahome: Any
) -> None:
    spotahome.faults.add({"kind": "server_error", "channel": "spotahome", "path": f"/listings/{FLAT}$"})
    before = dict(ChannelListing.objects.values_list("channel_listing_id", "last_successful_sync_at"))

    sync_again(partner, synced)

    after = dict(ChannelListing.objects.values_list("channel_listing_id", "last_successful_sync_at"))
    assert [own_id for own_id in after if after[own_id] == before[own_id]] == [FLAT]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "server_error"},
        {"kind": "malformed_json"},
        {"kind": "wrong_types"},
        {"kind": "reset"},
        {"kind": "slow", "seconds": 3.5},
    ],
    ids=lambda fault: fault["kind"],
)
def test_a_listing_is_synced_without_its_extras_if_their_request_fails(
    connect_account: Any, spotahome: Any, fault: dict[str, Any]
) -> None:
    spotahome.faults.add({"channel": "spotahome", "path": "/properties/[0-9]+/details", **fault})
    connect_account(token=TOKEN)

    JobWorker().drain()

    account = Account.objects.get()
    (job,) = syncs_of(account)
    assert (job.state, job.attempts, job.progress["listings_failed"]) == (Job.State.SUCCEEDED, 1, 0)
    assert flat().bathrooms is None
    assert flat().reservations.exists()
    assert flat().channel_calendar.availability


def test_extras_that_fail_later_keep_their_last_values(partner: Partner, synced: Account, spotahome: Any) -> None:
    before = Listing.objects.values("pk", "bathrooms", "channel_listings__connector_details__details").order_by("pk")
    known = list(before)
    assert known[0]["bathrooms"]
    spotahome.faults.add({"kind": "server_error", "channel": "spotahome", "path": "/properties/[0-9]+/details"})

    job = sync_again(partner, synced)

    assert job.state == Job.State.SUCCEEDED
    assert list(before.all()) == known


def test_nights_outside_of_the_windows_of_move_ins_are_blocked(connect_account: Any, spotahome: Any) -> None:
    """Spotahome lets for a limited time ahead. The calendar reaches farther."""
    ask(spotahome, "PUT", f"/listings/legacy/properties/{FLAT}/stay-rules", {"minStay": 30, "maxStay": 100})
    connect_account(token=TOKEN)
    occupy(spotahome)
    JobWorker().drain()

    windows = ask(spotahome, "GET", f"/api/listings/{FLAT}/availabilities")["availability"]
    calendar = flat().channel_calendar
    (last,) = {window["moveOutTo"]["date"][:10] for window in windows}
    ahead = (date.fromisoformat(last) - calendar.first_night).days
    assert 0 < ahead < 730
    assert calendar.availability == "a" * ahead + "x" * (730 - ahead)


def test_a_revoked_token_makes_the_account_invalid(partner: Partner, synced: Account, spotahome: Any) -> None:
    spotahome.faults.add({"kind": "expired_token", "channel": "spotahome"})

    job = sync_again(partner, synced)

    synced.refresh_from_db()
    assert (job.state, synced.valid) == (Job.State.FAILED, False)
    assert job.error == "Spotahome does not accept this token."


# Prices


@pytest.fixture
def priced(synced: Account) -> Listing:
    """The flat, in a market where every night of the year has the same price."""
    even = pricing.MarketStatistics(as_of=datetime.now(UTC).date(), events={event.key: 1.0 for event in EVENTS})
    market = Market.objects.create(city="Barcelona", currency="EUR", active=True, statistics=even.to_dict())
    listing = flat()
    Listing.objects.filter(pk=listing.pk).update(market=market, in_active_market=True)
    return listing


def enable(partner: Partner, listing: Listing, base_price: int) -> Any:
    answer = partner.patch(
        f"/listings/{listing.pk}/activation/",
        "listing-activations",
        listing.pk,
        **{"enabled": True, "base-price": base_price},
    )
    assert answer.status == 200
    JobWorker().drain()
    return pushes_of(listing).latest("id")


def test_nightly_prices_are_pushed_as_monthly_rents_and_shown_as_posted(
    partner: Partner, priced: Listing, spotahome: Any
) -> None:
    job = enable(partner, priced, base_price=90)

    assert job.state == Job.State.SUCCEEDED, job.error
    by_day = ask(spotahome, "GET", f"/listings/{FLAT}")["monthlyPrice"]["pricesByDay"]
    nights = partner.get(f"/listings/{priced.pk}/calendar/", {"page[size]": 100}).data
    assert len(nights) == 100
    for night in nights:
        begins = date.fromisoformat(night["attributes"]["date"])
        posted = night["attributes"]["price-posted"]
        assert posted == night["attributes"]["price"]
        assert list(by_day.values())[begins.month - 1][begins.day - 1] * 100 == posted * 30


def test_unchanged_prices_cause_no_request(partner: Partner, priced: Listing, spotahome: Any) -> None:
    enable(partner, priced, base_price=90)
    spotahome.log.clear()

    enable_again = partner.patch(f"/listings/{priced.pk}/activation/", "listing-activations", priced.pk, enabled=True)
    JobWorker().drain()

    assert enable_again.status == 304
    assert spotahome.log.matching(channel="spotahome") == []


def test_a_price_that_spotahome_rejects_is_not_retried_and_not_shown_as_posted(
    partner: Partner, priced: Listing, spotahome: Any
) -> None:
    httpx.post(f"{spotahome.base_url}/spotahome/_switches", json={"refuse": {"S4": 422}}).raise_for_status()

    job = enable(partner, priced, base_price=90)

    assert job.state == Job.State.FAILED
    assert job.error.startswith("Spotahome refused (HTTP 422)")
    (night, *_) = partner.get(f"/listings/{priced.pk}/calendar/").data
    assert night["attributes"]["price-posted"] is None


@pytest.mark.parametrize("status", [404, 422, 500])
def test_prices_are_shown_as_posted_if_the_stay_rules_fail_and_the_rules_are_tried_again(
    partner: Partner, priced: Listing, spotahome: Any, status: int
) -> None:
    switches = f"{spotahome.base_url}/spotahome/_switches"
    httpx.post(switches, json={"refuse": {"S21": status}}).raise_for_status()
    rule = {"min-stay": 60}
    path = f"/listings/{priced.pk}/customizations/min-stays/"
    assert partner.patch(path, "min-stay-customizations", priced.pk, **rule).status == 200

    job = enable(partner, priced, base_price=90)

    assert job.state == Job.State.QUEUED  # for a retry
    nights = partner.get(f"/listings/{priced.pk}/calendar/", {"page[size]": 100}).data
    assert all(night["attributes"]["price-posted"] == night["attributes"]["price"] for night in nights)
    assert ask(spotahome, "GET", f"/listings/{FLAT}")["minStay"] == 30
    httpx.delete(switches).raise_for_status()
    spotahome.log.clear()
    Job.objects.filter(pk=job.pk).update(due_at=datetime.now(UTC))
    JobWorker().drain()
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED
    assert ask(spotahome, "GET", f"/listings/{FLAT}")["minStay"] == 60
    assert not spotahome.log.matching(method="PUT", path=f"/api/listings/{FLAT}/price")


@pytest.mark.parametrize(
    ("customization", "attribute", "channel_field"),
    [("min-stays", "min-stay", "minStay"), ("max-stays", "max-stay", "maxStay")],
)
def test_clearing_a_stay_rule_restores_the_landlords_own_rule(
    partner: Partner,
    synced: Account,
    spotahome: Any,
    priced: Listing,
    customization: str,
    attribute: str,
    channel_field: str,
) -> None:
    own = {"minStay": 30, "maxStay": 200}
    ask(spotahome, "PUT", f"/listings/legacy/properties/{FLAT}/stay-rules", own)
    sync_again(partner, synced)
    enable(partner, priced, base_price=90)

    for nights in (60, None):
        answer = partner.patch(
            f"/listings/{priced.pk}/customizations/{customization}/",
            f"{customization[:-1]}-customizations",
            priced.pk,
            **{attribute: nights},
        )
        assert answer.status == 200
        JobWorker().drain()
        sync_again(partner, synced)

        there = ask(spotahome, "GET", f"/listings/{FLAT}")
        assert {name: there[name] for name in own} == own | {channel_field: nights or own[channel_field]}
        (night, *_) = partner.get(f"/listings/{priced.pk}/calendar/").data
        assert night["attributes"][attribute] == there[channel_field]


def flat() -> Listing:
    return Listing.objects.get(channel_listings__channel_listing_id=FLAT)


def statuses() -> dict[str, str]:
    """Return the status of each reservation of the flat, by the id of its booking request."""
    found = flat().reservations.values_list("channel_reservation_id", "status")
    return {own_id.removeprefix(f"{FLAT}-"): status for own_id, status in found}


def occupy(sandbox: RunningSandbox, *occupancies: dict[str, str]) -> None:
    ask(sandbox, "PUT", f"/listings/{FLAT}/occupancies", list(occupancies))


def stay(start: int, end: int, request: str) -> dict[str, str]:
    return {"start": in_days(start), "end": in_days(end), "source": "pms", "bookingRequestId": request}


def in_days(ahead: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=ahead)).isoformat()
