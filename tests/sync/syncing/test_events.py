"""Events about syncs: what partners hear when an account is connected, refreshed, or fails."""

from collections.abc import Callable
from datetime import datetime

import pytest

from connectors.http import WORKER
from jobs.models import Job
from jobs.worker import MAX_FAILURES, JobWorker
from listings.models import ChannelListing, Listing
from listings.services.refreshing import RETRY
from oauth.encryption import encrypt
from sandbox.server import RunningSandbox
from sync.events import FIRST
from sync.models import AccountConnection
from tests.queued import queue_refresh, queue_sync
from tests.sync.syncing.manager import Manager
from tests.webhooks.events import attributes, told
from users.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def first_sync(now: Callable[[], datetime]) -> Callable[[Account], Job]:
    """Return a function that runs the sync after a connection until it has ended."""

    def run(account: Account) -> Job:
        job = queue_sync(account, arguments={FIRST: True, "recent_sync_threshold_minutes": 0}, now=now())
        for _ in range(MAX_FAILURES):
            Job.objects.filter(pk=job.pk, state="queued").update(due_at=now(), ready=True)
            JobWorker(clock=now).run_one()
        job.refresh_from_db()
        return job

    return run


def kinds() -> list[str]:
    return [event["meta"]["type"] for event in told()]


class TestFirstSync:
    def test_it_tells_of_each_listing_and_then_of_the_account(
        self, account: Account, first_sync: Callable[[Account], Job]
    ) -> None:
        first_sync(account)

        assert kinds() == ["listing.created"] * 3 + ["account.created"]
        assert attributes("account.created")[0] | {"completed-at": None} == {
            "status": "succeeded",
            "completed-at": None,
            "channel": "hostaway",
            "nb-listings-synced": 3,
            "nb-listings-failed": 0,
            "error": None,
        }
        created = {event["data"]["relationships"]["listing"]["data"]["id"]: event for event in told("listing.created")}
        assert created.keys() == {str(pk) for pk in Listing.objects.values_list("pk", flat=True)}
        for listing in Listing.objects.all():
            told_of = created[str(listing.pk)]["data"]["attributes"]
            assert (told_of["title"], told_of["base-price"]) == (listing.title, listing.base_price)
            assert told_of["channel-listings"] == [
                {"channel": "hostaway", "channel-id": listing.channel_listings.get().channel_listing_id}
            ]

    def test_a_later_sync_is_told_as_refreshed_with_its_threshold(
        self, account: Account, first_sync: Callable[[Account], Job], sync: Callable[..., Job]
    ) -> None:
        first_sync(account)
        sync(account, threshold=30)

        assert kinds()[4:] == ["account.refreshed"]
        assert attributes("account.refreshed")[0]["recent-sync-threshold-minutes"] == 30

    def test_refused_credentials_are_told_as_failed(
        self, account: Account, first_sync: Callable[[Account], Job]
    ) -> None:
        wrong = encrypt({"client_id": "10003", "client_secret": "wrong"})
        AccountConnection.objects.filter(account=account).update(encrypted_channel_credentials=wrong)

        job = first_sync(account)

        assert job.state == "failed"
        (event,) = attributes("account.created")
        assert (event["status"], event["nb-listings-synced"], event["nb-listings-failed"]) == ("failed", 0, None)
        assert event["error"] == job.error

    def test_a_channel_that_does_not_answer_is_told_once_after_the_last_attempt(
        self, account: Account, sandbox: RunningSandbox, first_sync: Callable[[Account], Job]
    ) -> None:
        sandbox.faults.add({"kind": "server_error", "path": "/listings", "count": 100 * WORKER.attempts})

        job = first_sync(account)

        assert (job.state, job.failures) == ("failed", MAX_FAILURES)
        assert [event["status"] for event in attributes("account.created")] == ["failed"]

    def test_a_disconnected_account_is_not_told(
        self, account: Account, first_sync: Callable[[Account], Job], now: Callable[[], datetime]
    ) -> None:
        Account.objects.update(deleted_at=now())

        assert first_sync(account).state == "failed"
        assert told() == []


class TestRefreshOfAListing:
    def refresh(self, listing: Listing, now: Callable[[], datetime], *, is_retry: bool = False) -> Job:
        job = queue_refresh(listing, now=now())
        if is_retry:
            Job.objects.filter(pk=job.pk).update(arguments={"listing_id": listing.pk, RETRY: True})
        for _ in range(MAX_FAILURES):
            Job.objects.filter(pk=job.pk, state="queued").update(due_at=now(), ready=True)
            JobWorker(clock=now).run_one()
        job.refresh_from_db()
        return job

    def test_it_is_told_with_its_channel(
        self, account: Account, manager: Manager, sync: Callable[..., Job], now: Callable[[], datetime]
    ) -> None:
        sync(account)
        shown = ChannelListing.objects.order_by("pk")[0]

        assert self.refresh(shown.listing, now).state == "succeeded"

        (event,) = told("listing.refreshed")
        assert event["data"]["attributes"] | {"completed-at": None} == {
            "status": "succeeded",
            "completed-at": None,
            "channel": "hostaway",
            "channel-listing-id": shown.channel_listing_id,
            "error": None,
        }
        assert event["data"]["relationships"].keys() == {"listing", "user", "account"}

    @pytest.mark.parametrize(("is_retry", "times"), [(False, 1), (True, 0)])
    def test_a_failure_is_told_unless_nobody_waits_for_it(
        self,
        account: Account,
        sandbox: RunningSandbox,
        sync: Callable[..., Job],
        now: Callable[[], datetime],
        is_retry: bool,
        times: int,
    ) -> None:
        sync(account)
        shown = ChannelListing.objects.order_by("pk")[0]
        ChannelListing.objects.filter(pk=shown.pk).update(failures=1)
        sandbox.faults.add({"kind": "server_error", "path": "/listings", "count": 1000})

        job = self.refresh(shown.listing, now, is_retry=is_retry)

        assert job.state == "failed"
        assert [(event["status"], event["error"]) for event in attributes("listing.refreshed")] == [
            ("failed", job.error)
        ] * times
