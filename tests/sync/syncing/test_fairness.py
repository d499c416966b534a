"""Several partners' syncs and pushes in one worker, against the sandbox: the order of things, without times."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.db import connection

from jobs.handlers import periodic_kinds
from jobs.models import Job, Schedule
from jobs.worker import JobWorker
from listings.services.pushing import queue_push
from sandbox.server import RunningSandbox
from sync.services.accounts import enqueue_sync
from tests.factories import ListingFactory
from tests.sync.syncing.conftest import Connected
from users.models import Account

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 120.0  # seconds
LARGE, SMALL = "10040", "10003"


@pytest.fixture
def worker(now: Callable[[], datetime]) -> Iterator[JobWorker]:
    """A worker with two places for syncs and one for pushes. Periodic work, which would queue syncs too, is not due."""
    Schedule.objects.bulk_create(Schedule(name=kind, started_at=now()) for kind in periodic_kinds())
    worker = JobWorker(clock=now, concurrency=2)

    def run() -> None:
        try:
            worker.run()
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield worker
    worker.stop()
    thread.join()


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "the condition did not become true in time"
        time.sleep(0.01)


def queue(accounts: list[Account], now: datetime) -> list[int]:
    return [
        enqueue_sync(account, recent_sync_threshold_minutes=0, priority=Job.Priority.AWAITED, now=now).pk
        for account in accounts
    ]


def states(jobs: list[int]) -> set[str]:
    return set(Job.objects.filter(pk__in=jobs).values_list("state", flat=True))


def test_small_accounts_and_pushes_do_not_wait_for_large_ones_of_another_partner(
    connected: Connected, sandbox: RunningSandbox, now: Callable[[], datetime], worker: JobWorker
) -> None:
    sandbox.faults.add({"kind": "slow", "seconds": 0.1})
    large = [connected(LARGE), connected(LARGE)]
    application = large[0].user.application
    type(large[1].user).objects.filter(pk=large[1].user_id).update(application=application)
    large[1].user.refresh_from_db()
    small = [connected(SMALL) for _ in range(3)]
    listing = ListingFactory(enabled=True, in_active_market=True)

    long = queue(large, now())
    wait_until(lambda: states(long) == {"running"})
    short = queue(small, now())
    queue_push(listing, now())

    wait_until(lambda: Job.objects.filter(kind="push_listing", attempts__gt=0).exists())
    assert "succeeded" not in states([*long, *short])
    wait_until(lambda: states(short) == {"succeeded"})
    assert "succeeded" not in states(long)
    # The large ones go on where they gave way: nothing failed, and no calendar is read twice.
    wait_until(lambda: states(long) == {"succeeded"})
    assert set(Job.objects.filter(pk__in=long).values_list("failures", flat=True)) == {0}
    assert max(Job.objects.filter(pk__in=long).values_list("attempts", flat=True)) > 1
    paths = [entry["path"] for entry in sandbox.log.matching(path=f"/v1/listings/{LARGE}")]
    read = [path for path in paths if path.endswith("/calendar")]
    assert read
    assert len(read) <= len(large) * len(set(read))
