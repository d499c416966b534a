"""Listings that cannot be synced: they cost themselves, are named, and are tried again at their own times."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from connectors.http import WORKER
from jobs.models import Job
from jobs.queue import enqueue
from jobs.worker import JobWorker
from listings.models import ChannelListing, Listing, Reservation
from listings.services.failing import FIRST_WAIT, LONGEST_WAIT, wait_after
from listings.services.refreshing import refresh_listing
from sandbox.server import RunningSandbox
from tests.connectors.scripted_server import Scripted, saying
from tests.environment import changed
from tests.partner import Partner
from tests.queued import queue_sync
from tests.sync.syncing.hand_made import FAILING, HandMade, hand_made_hostaway, listing_row, reservation_row
from users.models import Account

pytestmark = pytest.mark.django_db

Sync = Callable[..., Job]
Now = Callable[[], datetime]
BAD = ["7001", "7004", "7006"]  # also the first one that is read
NO_DATE = {"date": None}
BREAKDOWNS: list[Scripted | dict[str, Any]] = [FAILING, NO_DATE, saying({"status": "fail", "result": "archived"}, 400)]


@pytest.fixture
def hostaway(settings: Settings, short_waits: None) -> Iterator[HandMade]:
    """Eight listings, each with a booking."""
    with hand_made_hostaway() as made:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, hostaway_base_url=made.channel.base_url)
        made.listings = [listing_row(number) for number in range(7001, 7009)]
        made.reservations = [reservation_row(number + 2000, number) for number in range(7001, 7009)]
        yield made


@pytest.fixture
def work(now: Now) -> Callable[[], None]:
    """Return a function that queues the retries that are due and runs all jobs that are due."""

    def run() -> None:
        enqueue("retry_failed_listings", now=now())
        JobWorker(clock=now).drain()

    return run


def failing() -> list[str]:
    rows = ChannelListing.objects.exclude(failures=None).order_by("pk")
    return list(rows.values_list("channel_listing_id", flat=True))


def calendars_of(hostaway: HandMade, *listings: str) -> int:
    return sum(len(hostaway.asked(f"/{listing}/calendar")) for listing in listings)


@pytest.mark.parametrize("breakdown", BREAKDOWNS)
def test_the_other_listings_are_synced_and_the_account_names_the_failed_ones(
    account: Account, hostaway: HandMade, sync: Sync, breakdown: Any
) -> None:
    hostaway.calendars = dict.fromkeys(BAD, breakdown)

    job = sync(account)

    assert (job.state, job.attempts) == ("succeeded", 1)
    synced = ChannelListing.objects.exclude(listing__last_successful_sync_at=None)
    assert set(synced.values_list("channel_listing_id", flat=True)) == {
        str(number) for number in range(7001, 7009) if str(number) not in BAD
    }
    assert Reservation.objects.count() == 8
    partner = Partner(account.user.application)
    shown = partner.get(f"/users/{account.user_id}/accounts/{account.pk}/").attributes
    assert shown["sync-status"]["state"] == "completed"
    assert shown["sync-status"]["error"] is None
    assert [row["channel-id"] for row in shown["failed-listings"]] == BAD
    first = ChannelListing.objects.get(channel_listing_id="7001")
    assert shown["failed-listings"][0] | {"failed-at": None, "retry-at": None} == {
        "listing-id": first.listing_id,
        "channel-id": "7001",
        "error": first.failure,
        "failures": 1,
        "failed-at": None,
        "retry-at": None,
    }
    (in_list,) = partner.get(f"/users/{account.user_id}/accounts/").data
    assert in_list["attributes"] == shown
    status = partner.get(f"/listings/{first.listing_id}/").attributes["sync-status"]
    assert (status["state"], status["error"]) == ("unknown", first.failure)
    assert status["retry-at"] == shown["failed-listings"][0]["retry-at"]


@pytest.mark.parametrize("part", ["/listings/7001", "/reservations"])
def test_the_detail_and_the_reservations_of_a_listing_cost_only_itself(
    account: Account, hostaway: HandMade, sync: Sync, part: str
) -> None:
    sync(account)
    if part == "/reservations":
        hostaway.reservations.append(reservation_row(9999, 7001, arrivalDate="soon"))
    else:  # the list leaves the listing out, so it is asked for by its id
        del hostaway.listings[0]
        hostaway.answers[part] = FAILING

    job = sync(account)

    assert (job.state, job.attempts, failing()) == ("succeeded", 1, ["7001"])
    assert Reservation.objects.count() == 8


def test_a_failed_listing_is_tried_again_at_growing_intervals_and_not_with_the_account(
    account: Account, hostaway: HandMade, sync: Sync, work: Callable[[], None], sandbox: RunningSandbox
) -> None:
    hostaway.calendars = {"7001": FAILING}
    sync(account)
    waits: list[timedelta] = []

    for failures in range(1, 6):
        shown = ChannelListing.objects.get(channel_listing_id="7001")
        assert shown.failures == failures
        assert shown.retry_at
        assert shown.failed_at
        waits.append(shown.retry_at - shown.failed_at)
        before = calendars_of(hostaway, "7001")
        sync(account, threshold=60)
        work()
        assert calendars_of(hostaway, "7001") == before
        sandbox.clock.set(shown.retry_at + timedelta(seconds=1))
        work()
        assert calendars_of(hostaway, "7001") == before + WORKER.attempts

    assert waits == [waits[0] * 2**times for times in range(5)]
    assert FIRST_WAIT <= waits[0] <= FIRST_WAIT * 1.25


def test_the_wait_has_an_end() -> None:
    assert LONGEST_WAIT <= wait_after(10_000, 15) < 1.25 * LONGEST_WAIT


def test_a_listing_that_recovers_is_synced_by_its_own_attempt(
    account: Account, hostaway: HandMade, sync: Sync, work: Callable[[], None], sandbox: RunningSandbox
) -> None:
    hostaway.calendars = dict.fromkeys(BAD, FAILING)
    sync(account)
    hostaway.calendars = {}
    sandbox.clock.advance(200)

    work()

    assert failing() == []
    assert not Listing.objects.filter(last_successful_sync_at=None).exists()
    assert set(Job.objects.values_list("state", flat=True)) == {"succeeded"}


def test_a_sync_of_everything_that_somebody_asks_for_reads_failed_listings_too(
    account: Account, hostaway: HandMade, sync: Sync
) -> None:
    hostaway.calendars = dict.fromkeys(BAD, FAILING)
    sync(account)
    hostaway.calendars = {}

    job = sync(account, threshold=0)

    assert (job.progress["listings_failed"], failing()) == (0, [])


def test_an_account_without_a_readable_listing_is_completed_by_the_first_that_recovers(
    account: Account, hostaway: HandMade, sync: Sync, work: Callable[[], None], sandbox: RunningSandbox
) -> None:
    hostaway.listings = hostaway.listings[:1]
    hostaway.calendars = {"7001": FAILING}
    assert sync(account).state == "failed"
    assert account.last_successful_sync_at is None
    assert account.connection.error == "listing 7001: Hostaway failed (HTTP 500)."
    hostaway.calendars = {}
    sandbox.clock.advance(200)

    work()

    account.refresh_from_db()
    assert account.last_successful_sync_at is not None


def test_only_a_channel_that_answers_nothing_at_all_ends_a_run_early(
    account: Account, hostaway: HandMade, now: Now
) -> None:
    """From the first calendar on, all requests fail. The list is asked for once more to find that out."""
    hostaway.down_after = 0
    job = queue_sync(account, now=now())

    JobWorker(clock=now).run_one()

    job.refresh_from_db()
    assert (job.state, job.error) == ("queued", "Hostaway failed (HTTP 500).")
    assert len({target.partition("?")[0] for target in hostaway.asked("/calendar")}) == 3


def test_a_failed_listing_is_refreshed_at_once_if_somebody_asks(
    account: Account, hostaway: HandMade, sync: Sync, now: Now
) -> None:
    hostaway.calendars = {"7001": FAILING}
    sync(account)
    hostaway.calendars = {}
    listing = Listing.objects.get(channel_listings__channel_listing_id="7001")

    refresh_listing(listing, now=now())
    JobWorker(clock=now).drain()

    assert failing() == []


def test_a_refresh_that_somebody_asks_for_replaces_a_queued_attempt(
    account: Account, hostaway: HandMade, sync: Sync, now: Now, sandbox: RunningSandbox
) -> None:
    """The attempt alone would end after its first failure."""
    hostaway.calendars = {"7001": FAILING}
    sync(account)
    sandbox.clock.advance(200)
    enqueue("retry_failed_listings", now=now())
    JobWorker(clock=now).run_one()
    assert Job.objects.get(kind="refresh_listing").arguments["retry"]

    refresh_listing(Listing.objects.get(channel_listings__channel_listing_id="7001"), now=now())
    JobWorker(clock=now).run_one()

    job = Job.objects.get(kind="refresh_listing")
    assert (job.state, job.failures, "retry" in job.arguments) == ("queued", 1, False)


def test_listings_of_disconnected_accounts_are_not_tried_again(
    account: Account, hostaway: HandMade, sync: Sync, work: Callable[[], None], sandbox: RunningSandbox
) -> None:
    hostaway.calendars = {"7001": FAILING}
    sync(account)
    Account.objects.update(deleted_at=account.created_at)
    sandbox.clock.advance(86_400)

    work()

    assert not Job.objects.filter(kind="refresh_listing").exists()


def test_an_attempt_whose_end_is_never_reported_is_repeated(
    account: Account, hostaway: HandMade, sync: Sync, sandbox: RunningSandbox, now: Now
) -> None:
    hostaway.calendars = {"7001": FAILING}
    sync(account)
    sandbox.clock.advance(200)
    for _ in range(3):
        enqueue("retry_failed_listings", now=now())
        JobWorker(clock=now).run_one()
        Job.objects.filter(kind="retry_failed_listings").update(state="succeeded")
        Job.objects.filter(kind="refresh_listing").update(state="failed")
    assert Job.objects.filter(kind="refresh_listing").count() == 1

    sandbox.clock.advance(int(timedelta(hours=1, minutes=5).total_seconds()))
    enqueue("retry_failed_listings", now=now())
    JobWorker(clock=now).run_one()

    assert Job.objects.filter(kind="refresh_listing").count() == 2


def test_new_rows_that_cannot_be_read_are_named_by_the_account(
    account: Account, hostaway: HandMade, sync: Sync
) -> None:
    hostaway.listings += [{"id": None}, listing_row(7009, specialStatus=7)]

    job = sync(account)

    assert (job.state, job.attempts) == ("succeeded", 2)
    shown = Partner(account.user.application).get(f"/users/{account.user_id}/accounts/{account.pk}/").attributes
    assert shown["failed-listings"] == []
    assert shown["sync-status"]["error"] == "specialStatus is malformed; listing 7009: specialStatus is malformed" or (
        shown["sync-status"]["error"] == "id is malformed; listing 7009: specialStatus is malformed"
    )


def test_a_listing_that_never_answers_does_not_keep_the_others_from_syncing(
    account: Account, hostaway: HandMade, sync: Sync, settings: Settings, now: Now
) -> None:
    """Its silence pauses the channel for some seconds. The next run begins with another listing."""
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, channel_timeout_seconds=0.5)
    hostaway.calendars = {"7001": Scripted(hang=2.0)}
    job = queue_sync(account, now=now())

    ends_at = time.monotonic() + 60
    while Job.objects.filter(pk=job.pk, state="queued").exists() and time.monotonic() < ends_at:
        Job.objects.filter(pk=job.pk).update(due_at=now(), ready=True)
        JobWorker(clock=now).run_one()
        time.sleep(0.2)

    job.refresh_from_db()
    assert (job.state, failing()) == ("succeeded", ["7001"])
    assert Reservation.objects.count() == 8
