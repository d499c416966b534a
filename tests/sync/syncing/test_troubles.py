"""Syncs when the channel fails, and when the account is disconnected."""

from collections.abc import Callable
from datetime import datetime

import pytest

from jobs.keys import key_of
from jobs.models import Job
from jobs.queue import cancel_jobs
from jobs.worker import MAX_FAILURES, JobWorker
from listings.models import ChannelCalendar, ChannelListing, Listing, Reservation
from oauth.encryption import decrypt, encrypt
from sandbox.server import RunningSandbox
from sync.models import AccountConnection
from tests.connectors.sandbox_connection import NOW
from tests.queued import queue_sync
from tests.sync.syncing.conftest import Connected
from tests.sync.syncing.manager import SECRET, Manager, queries_of
from tests.sync.syncing.rows import stored
from users.models import Account

pytestmark = pytest.mark.django_db

COUNTS = ("listings_total", "listings_done", "listings_failed")


class TestChannelFailures:
    @pytest.mark.parametrize(
        "kind", ["server_error", "rate_limited", "expired_token", "malformed_json", "reset", "slow"]
    )
    def test_occasional_failures_do_not_change_the_result(
        self, account: Account, sandbox: RunningSandbox, sync: Callable[..., Job], kind: str, connected: Connected
    ) -> None:
        sync(account)
        undisturbed = stored(account)
        assert undisturbed["reservations"]
        disturbed = connected()
        for path in ("/listings$", "/calendar", "/reservations"):
            sandbox.faults.add({"kind": kind, "path": path, "count": 1, "seconds": 2.5})

        job = sync(disturbed)

        assert (job.state, job.progress["listings_failed"]) == ("succeeded", 0)
        assert sandbox.faults.active() == []
        assert stored(disturbed) == undisturbed

    @pytest.mark.parametrize("kind", ["server_error", "malformed_json", "wrong_types"])
    def test_an_unreadable_listing_does_not_stop_the_others_from_syncing(
        self, account: Account, manager: Manager, sandbox: RunningSandbox, sync: Callable[..., Job], kind: str
    ) -> None:
        bad, *good = sorted(manager.listings())
        sandbox.faults.add({"kind": kind, "path": f"/listings/{bad}/calendar"})

        job = sync(account)

        assert (job.state, job.attempts) == ("succeeded", 1)
        assert {name: job.progress[name] for name in COUNTS} == dict(zip(COUNTS, (3, 2, 1), strict=True))
        assert job.progress["error"].startswith(f"listing {bad}: Hostaway ")
        synced = Listing.objects.exclude(last_successful_sync_at=None).values_list(
            "channel_listings__channel_listing_id", flat=True
        )
        assert sorted(synced) == good
        assert account.last_successful_sync_at == NOW

    @pytest.mark.parametrize("kind", ["server_error", "malformed_json", "wrong_types", "reset"])
    def test_listings_are_synced_without_the_names_of_property_types_if_these_cannot_be_read(
        self, account: Account, manager: Manager, sandbox: RunningSandbox, sync: Callable[..., Job], kind: str
    ) -> None:
        untyped = {"kind": "wrong_types", "path": "/listings$", "fields": ["roomType"]}
        broken = {"kind": kind, "path": "/propertyTypes", "seconds": 2.5}
        types = Listing.objects.order_by("pk").values_list("room_type", flat=True)
        sandbox.faults.add(untyped)
        sandbox.faults.add(broken)

        job = sync(account)

        assert (job.state, job.attempts, job.progress["listings_failed"]) == ("succeeded", 1, 0)
        assert list(types) == [None] * 3
        assert len(queries_of(sandbox, "/propertyTypes")) <= 1
        sandbox.faults.clear()
        sandbox.faults.add(untyped)
        sync(account)
        named = list(types.all())
        assert None not in named
        sandbox.faults.add(broken)
        sync(account)
        assert list(types.all()) == named

    def test_a_malformed_listing_fails_the_sync_and_is_not_removed(
        self, account: Account, sandbox: RunningSandbox, sync: Callable[..., Job]
    ) -> None:
        sync(account)
        sandbox.faults.add({"kind": "wrong_types", "path": "/listings$", "fields": ["specialStatus"]})

        job = sync(account)

        assert job.state == "failed"
        assert "specialStatus is malformed" in job.error
        assert ChannelListing.objects.filter(removed_at=None).count() == 3

    def test_optional_members_that_cannot_be_read_are_left_out_and_the_sync_succeeds(
        self, account: Account, sandbox: RunningSandbox, sync: Callable[..., Job]
    ) -> None:
        sandbox.faults.add({"kind": "wrong_types", "path": "/listings$", "fields": ["bedroomsNumber"]})
        sandbox.faults.add({"kind": "wrong_types", "path": "/reservations", "fields": ["totalPrice"]})

        job = sync(account)

        assert (job.state, job.progress["listings_failed"]) == ("succeeded", 0)
        assert set(Listing.objects.values_list("bedrooms", flat=True)) == {None}
        assert set(Reservation.objects.values_list("total", flat=True)) == {None}

    def test_unreadable_reservations_are_read_by_a_later_sync(
        self, account: Account, sandbox: RunningSandbox, sync: Callable[..., Job], connected: Connected
    ) -> None:
        sandbox.faults.add({"kind": "wrong_types", "path": "/reservations", "fields": ["arrivalDate"]})
        job = sync(account)
        assert job.state == "failed"
        assert "arrivalDate is malformed" in job.error
        assert len(account.connection.cursor["apart"]) == 3
        sandbox.faults.clear()

        sync(account)

        other = connected()
        sync(other)
        assert stored(other)["reservations"]
        assert stored(account)["reservations"] == stored(other)["reservations"]
        assert account.connection.cursor["apart"] == []

    def test_reservations_with_an_unreadable_listing_id_are_requested_once_more(
        self, account: Account, sandbox: RunningSandbox, sync: Callable[..., Job], connected: Connected
    ) -> None:
        sandbox.faults.add({"kind": "wrong_types", "path": "/reservations", "fields": ["listingMapId"], "count": 1})

        job = sync(account)

        other = connected()
        sync(other)
        assert stored(other)["reservations"]
        assert (job.state, job.attempts, job.progress["error"]) == ("succeeded", 2, "")
        assert stored(account)["reservations"] == stored(other)["reservations"]

    def test_reservations_whose_listing_id_stays_unreadable_are_skipped_with_an_error(
        self, account: Account, sandbox: RunningSandbox, sync: Callable[..., Job]
    ) -> None:
        sandbox.faults.add({"kind": "wrong_types", "path": "/reservations", "fields": ["listingMapId"]})

        job = sync(account)

        assert (job.state, job.attempts, job.progress["listings_failed"]) == ("succeeded", 2, 1)
        assert "listingMapId is malformed" in job.progress["error"]
        assert account.connection.cursor["bookmark"] == {"since": "2026-06-15"}

    def test_a_sync_fails_after_its_last_retry_if_the_channel_stays_down(
        self, account: Account, sandbox: RunningSandbox, sync: Callable[..., Job]
    ) -> None:
        sandbox.faults.add({"kind": "server_error"})

        job = sync(account)

        assert (job.state, job.failures) == ("failed", MAX_FAILURES)
        assert job.error == "Hostaway failed (HTTP 500)."
        assert account.valid
        assert account.last_successful_sync_at is None

    def test_refused_credentials_end_the_sync_and_make_the_account_invalid(
        self, account: Account, sync: Callable[..., Job]
    ) -> None:
        AccountConnection.objects.update(
            encrypted_channel_credentials=encrypt({"client_id": "10003", "client_secret": "wrong"})
        )

        job = sync(account)

        assert (job.state, job.attempts) == ("failed", 1)
        assert job.error == "Hostaway does not accept this client id and secret."
        assert not account.valid

    def test_a_successful_sync_makes_the_account_valid_again(self, account: Account, sync: Callable[..., Job]) -> None:
        Account.objects.update(valid=False)

        sync(account)

        assert account.valid

    def test_credentials_that_no_key_decrypts_end_the_sync(self, account: Account, sync: Callable[..., Job]) -> None:
        AccountConnection.objects.update(encrypted_channel_credentials="rubbish")

        assert sync(account).error == "No key in CREDENTIAL_KEYS of this process opens the credentials."

    def test_secrets_do_not_appear_in_logs_or_errors(
        self, account: Account, sandbox: RunningSandbox, sync: Callable[..., Job], caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("DEBUG")
        sandbox.faults.add({"kind": "server_error", "path": "/calendar", "count": 20})
        job = sync(account)
        token = decrypt(account.connection.encrypted_session)["access_token"]

        assert caplog.text
        written = caplog.text + job.error + str(job.progress)

        assert SECRET not in written
        assert token not in written


class TestDisconnectedAccounts:
    def test_a_deleted_account_is_not_synced(
        self, account: Account, sandbox: RunningSandbox, sync: Callable[..., Job]
    ) -> None:
        Account.objects.update(deleted_at=NOW)

        job = sync(account)

        assert (job.state, job.error) == ("failed", "The account is no longer connected.")
        assert sandbox.log.matching() == []

    def test_an_account_of_a_deleted_user_is_not_synced(self, account: Account, sync: Callable[..., Job]) -> None:
        account.user.deleted_at = NOW
        account.user.save()

        assert sync(account).state == "failed"
        assert not Listing.objects.exists()

    def test_nothing_is_written_for_an_account_disconnected_during_its_sync(
        self, account: Account, now: Callable[[], datetime]
    ) -> None:
        job = queue_sync(account, now=now())

        def disconnect_and_read_clock() -> datetime:
            if ChannelListing.objects.exists():  # it is disconnected once its listings are stored
                cancel_jobs([key_of("sync_account", account.pk)], reason="The account was disconnected.", now=NOW)
            return now()

        JobWorker(clock=disconnect_and_read_clock).run_one()

        job.refresh_from_db()
        account.refresh_from_db()
        assert (job.state, job.error) == ("failed", "The account was disconnected.")
        assert not ChannelCalendar.objects.exists()
        assert account.last_successful_sync_at is None
