import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from jobs.handlers import UnknownKind, handler_of, periodic_kinds
from jobs.models import Job
from jobs.periodic import enqueue_periodic
from jobs.queue import enqueue
from jobs.worker import JobWorker
from tests.factories import EPOCH, AccountFactory
from tests.jobs.doubles import Clock
from tests.queued import queue_sync

pytestmark = pytest.mark.django_db


def test_all_periodic_kinds_are_registered() -> None:
    assert periodic_kinds().keys() == {
        "compact_tallies", "complete_email_keys", "erase_deleted_applications", "erase_departed_users",
        "import_markets", "prune_jobs", "purge_audit", "purge_console_sessions", "purge_events", "purge_expired_tokens",
        "purge_idempotency_keys",
        "push_enabled_listings", "refresh_compsets", "refresh_insights", "refresh_markets", "retry_failed_listings",
        "sync_stale_accounts", "wake_webhook_endpoints", "write_recommendations",
    }  # fmt: skip


def test_periodic_work_is_enqueued_once_per_interval(worker: JobWorker) -> None:
    assert set(enqueue_periodic(EPOCH)) == periodic_kinds().keys()
    assert enqueue_periodic(EPOCH) == []
    Job.objects.update(state="succeeded", finished_at=EPOCH)

    day = periodic_kinds()["prune_jobs"]
    assert "prune_jobs" not in enqueue_periodic(EPOCH + day - timedelta(seconds=1))
    assert "prune_jobs" in enqueue_periodic(EPOCH + day)


@pytest.mark.parametrize("kind", ["sync_account", "refresh_listing", "push_listing", "prune_jobs"])
def test_every_kind_has_a_handler(kind: str) -> None:
    assert callable(handler_of(kind))


def test_an_unregistered_kind_is_refused() -> None:
    with pytest.raises(UnknownKind, match="No handler is registered for sweep_floor"):
        handler_of("sweep_floor")


def test_an_operator_can_enqueue_a_periodic_job(worker: JobWorker) -> None:
    call_command("enqueue_job", "prune_jobs")

    with pytest.raises(CommandError, match="prune_jobs is already queued or running"):
        call_command("enqueue_job", "prune_jobs")
    assert Job.objects.get().kind == "prune_jobs"


def test_running_periodic_work_is_not_enqueued_again() -> None:
    enqueue_periodic(EPOCH)
    Job.objects.update(state="running")

    assert enqueue_periodic(EPOCH + timedelta(days=30)) == []


def test_jobs_are_deleted_30_days_after_their_end(worker: JobWorker, clock: Clock) -> None:
    old = queue_sync(AccountFactory(), now=EPOCH)
    Job.objects.filter(pk=old.pk).update(state="succeeded", finished_at=EPOCH - timedelta(days=31))
    recent = queue_sync(AccountFactory(), now=EPOCH)
    Job.objects.filter(pk=recent.pk).update(state="succeeded", finished_at=EPOCH - timedelta(days=29))
    pruning = enqueue("prune_jobs", now=EPOCH)

    worker.drain()

    assert set(Job.objects.values_list("pk", flat=True)) == {recent.pk, pruning.pk}


@pytest.mark.django_db(transaction=True)
def test_periodic_work_is_enqueued_once_by_many_workers_that_run_it_at_once() -> None:
    """Each round is late, so that a worker that looked before another one's job ended would enqueue it again."""
    workers, rounds = 6, 5
    start = threading.Barrier(workers)
    enqueued: list[str] = []

    def tend() -> None:
        try:
            for number in range(rounds):
                start.wait()
                found = enqueue_periodic(EPOCH + number * timedelta(days=8))
                Job.objects.filter(key__in=found).update(state="succeeded", finished_at=EPOCH)
                enqueued.extend(found)
        finally:
            connection.close()

    threads = [threading.Thread(target=tend) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(enqueued) == dict.fromkeys(periodic_kinds(), rounds)
