"""Syncs after the first one: which changes they store, and what they do not request again."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from jobs.models import Job
from jobs.queue import enqueue
from jobs.worker import JobWorker
from listings.models import ChannelCalendar, ChannelListing, Listing, Reservation
from oauth.encryption import encrypt
from sandbox.server import RunningSandbox
from sync.models import AccountConnection
from tests.connectors.sandbox_connection import NOW
from tests.connectors.scripted_server import saying, scripted_channel
from tests.environment import changed
from tests.factories import AccountFactory, ChannelListingFactory
from tests.queued import queue_sync
from tests.sync.syncing.conftest import Connected
from tests.sync.syncing.manager import NEW_LISTING, Manager, booking_of, calendar_requests, queries_of
from tests.sync.syncing.rows import in_force, stored
from users.models import Account

pytestmark = pytest.mark.django_db


class TestLaterSyncs:
    def test_several_incremental_syncs_store_the_same_as_one_full_sync(
        self, account: Account, sandbox: RunningSandbox, sync: Callable[..., Job], connected: Connected
    ) -> None:
        sync(account)
        for days in (1, 9, 0, 20):
            sandbox.clock.advance(days * 86_400 + 3600)
            sync(account)

        other = connected()
        sync(other)

        in_one_sync = in_force(stored(other), sandbox)
        assert in_one_sync["reservations"]
        assert in_force(stored(account), sandbox) == in_one_sync

    def test_a_later_sync_requests_only_recent_reservations(
        self, account: Account, sandbox: RunningSandbox, sync: Callable[..., Job]
    ) -> None:
        sync(account)
        pages_of_all = len(queries_of(sandbox, "/reservations"))
        sandbox.clock.advance(86_400)
        sandbox.log.clear()

        sync(account)

        queries = queries_of(sandbox, "/reservations")
        assert queries
        assert all("latestActivityStart=2026-06-14" in query for query in queries)  # one day of overlap
        assert len(queries) < pages_of_all

    def test_a_new_listing_is_stored_with_all_its_reservations(
        self, account: Account, manager: Manager, sandbox: RunningSandbox, sync: Callable[..., Job]
    ) -> None:
        sync(account)
        flat = manager.do("POST", "/listings", NEW_LISTING)
        booking = manager.do("POST", "/reservations", booking_of(flat["id"]))
        sandbox.clock.advance(5 * 86_400)  # so that an incremental read would miss the booking
        AccountConnection.objects.update(cursor={"bookmark": {"since": "2026-06-20"}, "apart": []})

        sync(account)

        stays = Reservation.objects.filter(listing__channel_listings__channel_listing_id=flat["id"])
        assert [stay.channel_reservation_id for stay in stays] == [str(booking["id"])]
        assert account.connection.cursor["apart"] == []

    def test_a_deleted_or_archived_listing_is_disabled_and_no_longer_synced(
        self, account: Account, manager: Manager, sync: Callable[..., Job]
    ) -> None:
        sync(account)
        deleted, archived, kept = sorted(manager.listings())
        Listing.objects.update(enabled=True)

        manager.do("DELETE", f"/listings/{deleted}")
        manager.do("PUT", f"/listings/{archived}", {"specialStatus": "archived"})
        job = sync(account)

        assert job.progress["listings_total"] == 1
        shown = {row.channel_listing_id: row for row in ChannelListing.objects.select_related("listing")}
        assert {channel_id for channel_id, row in shown.items() if row.removed_at} == {deleted, archived}
        assert {channel_id for channel_id, row in shown.items() if row.listing.enabled} == {kept}

    def test_the_nights_of_a_cancelled_reservation_become_available(
        self, account: Account, manager: Manager, sync: Callable[..., Job]
    ) -> None:
        sync(account)
        stay = Reservation.objects.filter(status="booked", check_in__gt=NOW.date(), listing__units=1).earliest("pk")

        manager.do("PUT", f"/reservations/{stay.channel_reservation_id}/statuses/cancelled", {"cancelledBy": "guest"})
        sync(account)

        stay.refresh_from_db()
        assert (stay.status, stay.cancelled_at.date()) == ("cancelled", NOW.date())
        calendar = ChannelCalendar.objects.get(listing=stay.listing)
        assert calendar.availability[(stay.check_in - calendar.first_night).days] == "a"

    def test_a_run_continues_although_the_reservation_at_its_bookmark_was_deleted(
        self, account: Account, manager: Manager, sync: Callable[..., Job]
    ) -> None:
        sync(account)
        last = Reservation.objects.filter(status="booked", check_in__gt=NOW.date()).earliest("pk")
        manager.do("DELETE", f"/reservations/{last.channel_reservation_id}")
        half_way = {"began": "2026-06-15", "since": None, "after": last.channel_reservation_id}
        AccountConnection.objects.update(cursor={"bookmark": half_way, "apart": []})

        assert sync(account).state == "succeeded"
        assert account.connection.cursor["bookmark"] == {"since": "2026-06-15"}


class TestThreshold:
    def test_listings_synced_within_the_threshold_are_skipped(
        self, account: Account, sandbox: RunningSandbox, sync: Callable[..., Job]
    ) -> None:
        sync(account)
        sandbox.clock.advance(59 * 60)
        sandbox.log.clear()

        job = sync(account, threshold=60)

        assert calendar_requests(sandbox) == []
        assert (job.state, job.progress["listings_done"]) == ("succeeded", 3)

    def test_a_huge_threshold_skips_every_listing_that_was_ever_synced(
        self, account: Account, sandbox: RunningSandbox, sync: Callable[..., Job]
    ) -> None:
        sync(account)
        sandbox.log.clear()

        assert sync(account, threshold=10**15).state == "succeeded"

        assert calendar_requests(sandbox) == []

    def test_no_listing_is_skipped_once_the_threshold_is_over_or_if_it_is_zero(
        self, account: Account, sandbox: RunningSandbox, sync: Callable[..., Job]
    ) -> None:
        sync(account)
        sandbox.log.clear()
        sync(account, threshold=0)
        assert len(calendar_requests(sandbox)) == 3

        sandbox.clock.advance(61 * 60)
        sandbox.log.clear()
        sync(account, threshold=60)
        assert len(calendar_requests(sandbox)) == 3


def test_a_listing_missing_from_the_list_is_requested_before_it_is_removed(
    sync: Callable[..., Job], settings: Settings, now: Callable[[], datetime], connected: Connected
) -> None:
    with scripted_channel() as channel:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, hostaway_base_url=channel.base_url)
        described = {"id": 7001, "name": "Harbour flat", "currencyCode": "EUR"}
        channel.script = [
            saying({"access_token": "t", "expires_in": 3600}),
            saying({"status": "success", "result": [], "count": 0}),
            saying({"status": "success", "result": described}),
            saying({"status": "success", "result": []}),
        ]
        shown = ChannelListingFactory(channel_listing_id="7001", account=connected())

        job = sync(shown.account)

    shown.refresh_from_db()
    assert (job.state, shown.removed_at) == ("succeeded", None)
    assert ("GET", "/v1/listings/7001?includeResources=1") in channel.asked


def test_unread_reservations_of_a_removed_listing_are_read_when_it_comes_back(
    sync: Callable[..., Job],
) -> None:
    flat = {"id": "A-1", "name": "Harbour flat", "currency": "EUR", "timezone": "Europe/Lisbon"}
    stay = {"id": "R-1", "listing_id": "A-1", "status": "booked", "check_in": "2026-09-01", "check_out": "2026-09-05"}
    unknown = saying({"error": {"code": "unknown_listing", "message": "There is no listing A-1."}}, status=404)
    nothing_new = saying({"reservations": [], "cursor": "c", "has_more": False})
    with scripted_channel() as system:
        key = {"api_key": "key_7.correct-horse-battery-staple", "base_url": system.base_url}
        account = AccountFactory(
            channel="direct",
            connection__encrypted_channel_credentials=encrypt(key),
            connection__cursor={"bookmark": {"cursor": "c"}, "apart": ["A-1"]},
        )
        shown = ChannelListingFactory(channel_listing_id="A-1", account=account)

        system.script = [saying({"listings": [], "next_cursor": None}), unknown, nothing_new, unknown]
        gone = sync(account)
        system.script = [
            saying({"listings": [flat], "next_cursor": None}),
            saying({"currency": "EUR", "nights": []}),
            nothing_new,
            saying({"reservations": [stay], "cursor": "d", "has_more": False}),
        ]
        back = sync(account)

    shown.refresh_from_db()
    assert [(job.state, job.attempts, job.progress["error"]) for job in (gone, back)] == [("succeeded", 1, "")] * 2
    assert (shown.removed_at, account.connection.cursor["apart"]) == (None, [])
    assert Reservation.objects.get().channel_reservation_id == "R-1"


class TestStaleAccounts:
    def test_stale_accounts_are_synced_every_six_hours_at_different_times(
        self, now: Callable[[], datetime], sandbox: RunningSandbox
    ) -> None:
        accounts = [AccountFactory() for _ in range(5)]
        AccountFactory(deleted_at=NOW)
        AccountFactory(valid=False)
        enqueue("sync_stale_accounts", now=now())

        JobWorker(clock=now).run_one()

        queued = Job.objects.filter(kind="sync_account")
        assert {job.arguments["account_id"] for job in queued} == {account.pk for account in accounts}
        assert len({job.due_at for job in queued}) == 5
        assert all(NOW <= job.due_at < NOW + timedelta(minutes=15) for job in queued)

    def test_stale_accounts_are_queued_without_reading_their_credentials(
        self, now: Callable[[], datetime], sandbox: RunningSandbox
    ) -> None:
        AccountFactory.create_batch(2)
        enqueue("sync_stale_accounts", now=now())

        with CaptureQueriesContext(connection) as queries:
            JobWorker(clock=now).run_one()

        assert Job.objects.filter(kind="sync_account").count() == 2
        assert [query["sql"] for query in queries if "encrypted_channel_credentials" in query["sql"]] == []

    def test_accounts_with_a_recent_sync_are_not_queued(
        self, now: Callable[[], datetime], sandbox: RunningSandbox
    ) -> None:
        account = AccountFactory()
        job = queue_sync(account, now=NOW - timedelta(hours=5, minutes=59))
        Job.objects.filter(pk=job.pk).update(state="failed")
        enqueue("sync_stale_accounts", now=now())

        JobWorker(clock=now).run_one()

        assert Job.objects.filter(kind="sync_account").count() == 1
