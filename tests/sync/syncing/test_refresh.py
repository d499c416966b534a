"""Refreshing one listing."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from connectors.http import WORKER
from jobs.models import Job
from jobs.worker import JobWorker
from listings.models import ChannelListing, Listing, Reservation
from listings.services.refreshing import refresh_listing
from oauth.encryption import encrypt
from sandbox.server import RunningSandbox
from sync.models import AccountConnection
from tests.connectors.sandbox_connection import NOW
from tests.queued import queue_refresh
from tests.sync.syncing.conftest import Connected
from tests.sync.syncing.manager import NEW_LISTING, Manager, booking_of, calendar_requests
from users.models import Account

pytestmark = pytest.mark.django_db


class TestRefresh:
    @pytest.fixture
    def refresh(self, now: Callable[[], datetime]) -> Callable[[Listing], Job]:
        def run(listing: Listing) -> Job:
            job = queue_refresh(listing, now=now())
            JobWorker(clock=now).run_one()
            job.refresh_from_db()
            listing.refresh_from_db()
            return job

        return run

    def test_a_refresh_reads_the_listing_without_the_others(
        self,
        account: Account,
        manager: Manager,
        sandbox: RunningSandbox,
        sync: Callable[..., Job],
        refresh: Callable[[Listing], Job],
    ) -> None:
        sync(account)
        channel_id = min(manager.listings())
        listing = Listing.objects.get(channel_listings__channel_listing_id=channel_id)
        manager.do("PUT", f"/listings/{channel_id}", {"name": "Renamed"})
        sandbox.clock.advance(3600)
        sandbox.log.clear()

        job = refresh(listing)

        assert job.state == "succeeded"
        assert (listing.title, listing.last_successful_sync_at) == ("Renamed", NOW + timedelta(hours=1, seconds=1))
        received = sandbox.log.matching()
        assert received
        assert all(channel_id in request["path"] + request["query"] for request in received)
        assert Listing.objects.filter(last_successful_sync_at=NOW).count() == 2

    def test_a_refresh_stores_new_reservations(
        self, account: Account, manager: Manager, sync: Callable[..., Job], refresh: Callable[[Listing], Job]
    ) -> None:
        sync(account)
        flat = manager.do("POST", "/listings", NEW_LISTING)
        sync(account)
        booking = manager.do("POST", "/reservations", booking_of(flat["id"]))
        listing = Listing.objects.get(channel_listings__channel_listing_id=flat["id"])

        refresh(listing)

        assert listing.reservations.get().channel_reservation_id == str(booking["id"])

    def test_a_refresh_cancels_reservations_that_were_deleted_at_the_channel(
        self, account: Account, manager: Manager, sync: Callable[..., Job], refresh: Callable[[Listing], Job]
    ) -> None:
        sync(account)
        coming = Reservation.objects.filter(status="booked", check_in__gt=NOW.date()).order_by("check_in")
        deleted, kept = coming[0], coming.filter(listing=coming[0].listing)[1]
        manager.do("DELETE", f"/reservations/{deleted.channel_reservation_id}")

        refresh(deleted.listing)

        deleted.refresh_from_db()
        kept.refresh_from_db()
        assert (deleted.status, kept.status) == ("cancelled", "booked")

    def test_a_listing_that_was_deleted_at_the_channel_is_removed_and_its_job_says_so(
        self, account: Account, manager: Manager, sync: Callable[..., Job], refresh: Callable[[Listing], Job]
    ) -> None:
        sync(account)
        channel_id = min(manager.listings())
        listing = Listing.objects.get(channel_listings__channel_listing_id=channel_id)
        manager.do("DELETE", f"/listings/{channel_id}")

        job = refresh(listing)

        assert (job.state, job.error) == ("failed", "The channel no longer has the listing.")
        assert ChannelListing.objects.get(listing=listing).removed_at is not None

    def test_a_refresh_is_retried_later_if_the_channel_fails(
        self, account: Account, sandbox: RunningSandbox, sync: Callable[..., Job], refresh: Callable[[Listing], Job]
    ) -> None:
        sync(account)
        sandbox.faults.add({"kind": "server_error"})

        job = refresh(Listing.objects.earliest("pk"))

        assert (job.state, job.error) == ("queued", "Hostaway failed (HTTP 500).")

    @pytest.fixture
    def on_two(self, account: Account, connected: Connected, sync: Callable[..., Job]) -> Listing:
        """A listing that two accounts show. A refresh reads it from `account` first."""
        healthy = connected()
        sync(account)
        sync(healthy)
        first = ChannelListing.objects.filter(account=account).earliest("pk")
        same = ChannelListing.objects.filter(account=healthy, channel_listing_id=first.channel_listing_id)
        same.update(listing=first.listing)
        return first.listing

    @pytest.fixture
    def renamed(self, on_two: Listing, manager: Manager) -> str:
        channel_id = on_two.channel_listings.earliest("pk").channel_listing_id
        return manager.do("PUT", f"/listings/{channel_id}", {"name": "Renamed"})["name"]

    def test_a_listing_is_read_from_one_account_although_another_fails(
        self, on_two: Listing, renamed: str, sandbox: RunningSandbox, refresh: Callable[[Listing], Job]
    ) -> None:
        sandbox.faults.add({"kind": "server_error", "count": WORKER.attempts})

        job = refresh(on_two)

        assert (job.state, job.error) == ("queued", "Hostaway failed (HTTP 500).")
        assert on_two.title == renamed

    def test_a_listing_is_read_from_one_account_although_the_credentials_of_another_are_refused(
        self, account: Account, on_two: Listing, renamed: str, refresh: Callable[[Listing], Job]
    ) -> None:
        wrong = encrypt({"client_id": "10003", "client_secret": "wrong"})
        AccountConnection.objects.filter(pk=account.pk).update(
            encrypted_channel_credentials=wrong, encrypted_session=""
        )

        job = refresh(on_two)

        assert (job.state, job.error) == ("failed", "Hostaway does not accept this client id and secret.")
        assert on_two.title == renamed

    def test_a_refresh_requested_during_a_refresh_reads_the_listing_again(
        self,
        account: Account,
        manager: Manager,
        sandbox: RunningSandbox,
        sync: Callable[..., Job],
        now: Callable[[], datetime],
    ) -> None:
        sync(account)
        shown = ChannelListing.objects.select_related("listing").earliest("pk")
        sandbox.log.clear()
        names = iter(["Renamed", "Renamed again"])

        def rename_refresh_and_read_clock() -> datetime:
            if calendar_requests(sandbox) and (name := next(names, None)):  # after the listing's description was read
                manager.do("PUT", f"/listings/{shown.channel_listing_id}", {"name": name})
                refresh_listing(shown.listing, now=now())
            return now()

        refresh_listing(shown.listing, now=now())
        JobWorker(clock=rename_refresh_and_read_clock).drain()

        shown.listing.refresh_from_db()
        assert shown.listing.title == "Renamed again"
        assert [job.state for job in Job.objects.filter(kind="refresh_listing")] == ["succeeded"] * 2

    def test_a_listing_that_no_live_account_shows_is_not_requested(
        self, account: Account, sandbox: RunningSandbox, sync: Callable[..., Job], refresh: Callable[[Listing], Job]
    ) -> None:
        sync(account)
        Account.objects.update(deleted_at=NOW)
        sandbox.log.clear()

        job = refresh(Listing.objects.earliest("pk"))

        assert (job.state, job.error) == ("failed", "No connected channel shows the listing.")
        assert sandbox.log.matching() == []
