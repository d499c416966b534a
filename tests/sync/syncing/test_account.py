"""Syncing a Hostaway account over real HTTP: our rows hold the data of the sandbox."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from connectors.hostaway.session import Session
from connectors.wire import RateLimit
from jobs.models import Job
from jobs.worker import JobWorker
from listings.models import ChannelListing, Listing, Reservation
from markets.models import Compset
from oauth.encryption import decrypt
from sandbox.server import RunningSandbox
from sync.channels import connector
from sync.connecting import connection_for
from sync.models import AccountConnection
from tests.connectors.sandbox_connection import NOW
from tests.environment import changed
from tests.sync.syncing.conftest import Connected
from tests.sync.syncing.manager import Manager, queries_of
from tests.sync.syncing.rows import stored
from users.models import Account

pytestmark = pytest.mark.django_db

HORIZON = 730  # nights


class TestFullSync:
    def test_every_listing_is_stored_with_its_calendar_and_reservations(
        self, account: Account, manager: Manager, sync: Callable[..., Job]
    ) -> None:
        job = sync(account)

        assert (job.state, job.error) == ("succeeded", "")
        assert job.progress == {"listings_total": 3, "listings_done": 3, "listings_failed": 0, "error": ""}
        rows = stored(account)
        assert rows["listings"].keys() == rows["calendars"].keys() == manager.listings().keys()
        assert all(len(letters) == HORIZON for letters in rows["calendars"].values())
        theirs = manager.reservations(since=(NOW - timedelta(days=60)).date())
        assert rows["reservations"].keys() == theirs.keys()
        assert len(theirs) > 100

    def test_the_account_and_its_listings_have_the_time_of_the_sync(
        self, account: Account, sync: Callable[..., Job]
    ) -> None:
        sync(account)

        assert account.last_successful_sync_at == NOW
        assert set(Listing.objects.values_list("last_successful_sync_at", flat=True)) == {NOW}
        assert set(ChannelListing.objects.values_list("last_successful_sync_at", flat=True)) == {NOW}

    def test_new_listings_get_their_comp_sets_afterwards(self, account: Account, sync: Callable[..., Job]) -> None:
        sync(account)
        JobWorker(clock=lambda: NOW).drain()

        located = Listing.objects.exclude(latitude=None)
        assert located
        assert {compset.listing for compset in Compset.objects.filter(kind="connected")} == set(located)

    def test_listings_are_locked_in_id_order_before_their_sync_time_is_set(
        self, account: Account, sync: Callable[..., Job]
    ) -> None:
        with CaptureQueriesContext(connection) as queries:
            sync(account)

        statements = [query["sql"] for query in queries if '"listings_listing"' in query["sql"]]
        update = next(n for n, sql in enumerate(statements) if 'SET "last_successful_sync_at"' in sql)
        lock = statements[update - 2]  # the query between them finds new listings
        assert lock.startswith('SELECT "listings_listing"."id" FROM "listings_listing"')
        assert 'ORDER BY "listings_listing"."id" ASC' in lock

    def test_the_attributes_of_a_listing_are_those_at_the_channel(
        self, account: Account, manager: Manager, sync: Callable[..., Job]
    ) -> None:
        sync(account)

        at_hostaway = manager.listings()
        assert at_hostaway
        for channel_id, theirs in at_hostaway.items():
            ours = Listing.objects.get(channel_listings__channel_listing_id=channel_id)
            assert (ours.title, ours.city, ours.currency) == (theirs["name"], theirs["city"], theirs["currencyCode"])
            assert (ours.bedrooms, ours.timezone) == (theirs["bedroomsNumber"], theirs["timeZoneName"])
            assert ours.image.startswith("https://")
            assert (ours.owner, ours.application) == (account.user, account.user.application)

    def test_availability_is_that_of_the_channels_calendar(
        self, account: Account, manager: Manager, sync: Callable[..., Job]
    ) -> None:
        sync(account)

        rows = ChannelListing.objects.select_related("listing__channel_calendar")
        assert rows
        for shown in rows:
            calendar = shown.listing.channel_calendar
            last = calendar.first_night + timedelta(days=HORIZON - 1)
            span = {"startDate": str(calendar.first_night), "endDate": str(last)}
            theirs = manager.get(f"/listings/{shown.channel_listing_id}/calendar", **span)
            assert theirs
            assert [letter == "a" for letter in calendar.availability] == [day["isAvailable"] == 1 for day in theirs]

    def test_dates_amount_and_booking_time_of_a_reservation_are_stored(
        self, account: Account, manager: Manager, sync: Callable[..., Job]
    ) -> None:
        sync(account)

        theirs = manager.reservations(since=(NOW - timedelta(days=60)).date())
        stays = Reservation.objects.filter(status="booked")
        assert stays
        for stay in stays:
            row = theirs[stay.channel_reservation_id]
            assert (str(stay.check_in), str(stay.check_out)) == (row["arrivalDate"], row["departureDate"])
            assert (stay.currency, stay.source) == (row["currency"], row["channelName"])
            assert stay.total == round(row["totalPrice"] * (1 if row["currency"] == "JPY" else 100))
            assert stay.booked_at.strftime("%Y-%m-%d %H:%M:%S") == row["reservationDate"]

    def test_a_listing_with_several_units_is_available_while_one_unit_is_free(
        self, account: Account, manager: Manager, sync: Callable[..., Job]
    ) -> None:
        sync(account)

        several = Listing.objects.get(units__gt=1)
        channel_id = several.channel_listings.get().channel_listing_id
        units = manager.get(f"/listingUnits/{channel_id}")
        assert several.units == len(units)
        taken = Reservation.objects.filter(listing=several, status="booked", check_in=NOW.date()).count()
        assert several.channel_calendar.availability[0] == "a" or taken > 0

    def test_every_listing_gets_a_base_price(self, account: Account, sync: Callable[..., Job]) -> None:
        sync(account)

        prices = Listing.objects.values_list("base_price", flat=True)
        assert prices
        assert all(price >= 10 for price in prices)

    def test_a_second_sync_changes_nothing(self, account: Account, sync: Callable[..., Job]) -> None:
        sync(account)
        before = stored(account)
        assert before["reservations"]

        sync(account)

        assert stored(account) == before

    def test_archived_listings_are_not_stored(
        self, sandbox: RunningSandbox, sync: Callable[..., Job], connected: Connected
    ) -> None:
        forty = connected("10040")

        sync(forty)

        theirs = Manager(sandbox, "10040").listings()
        archived = {channel_id for channel_id, row in theirs.items() if row["specialStatus"] == "archived"}
        assert archived
        live = theirs.keys() - archived
        assert live
        assert stored(forty)["listings"].keys() == live


class TestAccessToken:
    def test_one_token_serves_all_requests_of_all_syncs(
        self, account: Account, sandbox: RunningSandbox, sync: Callable[..., Job]
    ) -> None:
        sync(account)
        sync(account)

        assert len(queries_of(sandbox, "/accessTokens", "POST")) == 1

    def test_the_token_is_stored_encrypted(self, account: Account, sync: Callable[..., Job]) -> None:
        sync(account)

        token = decrypt(account.connection.encrypted_session)["access_token"]
        assert token.count(".") == 2
        assert token not in account.connection.encrypted_session

    def test_a_refused_token_is_replaced_once(
        self, account: Account, manager: Manager, sandbox: RunningSandbox, sync: Callable[..., Job]
    ) -> None:
        sync(account)
        token = decrypt(account.connection.encrypted_session)["access_token"]
        httpx.delete(f"{sandbox.base_url}/hostaway/v1/accessTokens", params={"token": token}).raise_for_status()
        sandbox.log.clear()

        assert sync(account).state == "succeeded"

        assert len(queries_of(sandbox, "/accessTokens", "POST")) == 1
        assert decrypt(account.connection.encrypted_session)["access_token"] != token

    def test_a_token_that_another_process_obtained_is_used(self, account: Account, sandbox: RunningSandbox) -> None:
        session = Session(connection_for(account), token_settles=timedelta(0))
        session.get("/propertyTypes")
        first = decrypt(AccountConnection.objects.get().encrypted_session)["access_token"]
        Session(connection_for(account), token_settles=timedelta(0)).issue()
        httpx.delete(f"{sandbox.base_url}/hostaway/v1/accessTokens", params={"token": first}).raise_for_status()
        sandbox.log.clear()

        session.get("/propertyTypes")

        assert not queries_of(sandbox, "/accessTokens", "POST")


def test_the_rate_limits_are_those_of_hostaways_documentation(settings: Settings) -> None:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, hostaway_requests_per_10s=15)

    limits = connector("hostaway").wire({}).limits

    assert limits == (RateLimit(15, 10, "address"), RateLimit(20, 10, "account"))


def test_the_job_counts_its_requests_to_the_channel(
    sandbox: RunningSandbox, account: Account, sync: Callable[..., Job]
) -> None:
    """In its row, with what came of them. Attempts that failed are included."""
    sandbox.faults.add({"kind": "server_error", "path": "/listings", "count": 6})

    job = sync(account)

    assert job.channel_requests
    counted = job.channel_requests[str(account.pk)]
    assert counted["channel"] == "hostaway"
    assert counted["statuses"]["500"] == 6
    assert counted["statuses"]["200"] > 3
    assert counted["requests"] == sum(counted["statuses"].values())
    assert 0 < counted["longest_seconds"] < counted["seconds"]
