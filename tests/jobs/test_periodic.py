from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from jobs.handlers import UnknownKind, handler_of, periodic_kinds
from jobs.models import Job
from jobs.periodic import enqueue_periodic
from jobs.queue import enqueue
from tests.factories import EPOCH, AccountFactory
from tests.queued import queue_sync

pytestmark = pytest.mark.django_db


def test_every_room_has_registered_its_periodic_work():
    assert periodic_kinds().keys() == {
        "compact_tallies", "prune_jobs", "purge_expired_tokens", "push_enabled_listings", "refresh_markets",
        "sync_stale_accounts", "write_recommendations",
    }  # fmt: skip


def test_periodic_work_is_queued_once_an_interval_whoever_asks(worker):
    assert set(enqueue_periodic(EPOCH)) == periodic_kinds().keys()
    assert enqueue_periodic(EPOCH) == []
    Job.objects.update(state="succeeded", finished_at=EPOCH)

    day = periodic_kinds()["prune_jobs"]
    assert "prune_jobs" not in enqueue_periodic(EPOCH + day - timedelta(seconds=1))
    assert "prune_jobs" in enqueue_periodic(EPOCH + day)


@pytest.mark.parametrize("kind", ["sync_account", "refresh_listing", "push_listing", "prune_jobs"])
def test_every_kind_has_a_handler(kind):
    assert callable(handler_of(kind))


def test_a_kind_that_no_room_has_registered_is_refused():
    with pytest.raises(UnknownKind, match="No handler is registered for sweep_floor"):
        handler_of("sweep_floor")


def test_an_operator_has_a_daily_job_done_now(worker):
    call_command("enqueue_job", "prune_jobs")

    with pytest.raises(CommandError, match="prune_jobs is queued or running already"):
        call_command("enqueue_job", "prune_jobs")
    assert Job.objects.get().kind == "prune_jobs"


def test_work_that_is_still_running_is_not_queued_again():
    enqueue_periodic(EPOCH)
    Job.objects.update(state="running")

    assert enqueue_periodic(EPOCH + timedelta(days=30)) == []


def test_jobs_are_forgotten_a_month_after_their_end(worker, clock):
    old = queue_sync(AccountFactory(), now=EPOCH)
    Job.objects.filter(pk=old.pk).update(state="succeeded", finished_at=EPOCH - timedelta(days=31))
    recent = queue_sync(AccountFactory(), now=EPOCH)
    Job.objects.filter(pk=recent.pk).update(state="succeeded", finished_at=EPOCH - timedelta(days=29))
    pruning = enqueue("prune_jobs", now=EPOCH)

    worker.drain()

    assert set(Job.objects.values_list("pk", flat=True)) == {recent.pk, pruning.pk}
