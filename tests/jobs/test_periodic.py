from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils.module_loading import import_string

from jobs.handlers import HANDLERS
from jobs.models import Job
from jobs.periodic import PERIODIC, enqueue_periodic
from jobs.queue import enqueue
from tests.factories import EPOCH, AccountFactory

pytestmark = pytest.mark.django_db


def test_every_periodic_kind_has_a_handler():
    assert PERIODIC.keys() <= HANDLERS.keys()


def test_periodic_work_is_queued_once_an_interval_whoever_asks(worker):
    assert set(enqueue_periodic(EPOCH)) == PERIODIC.keys()
    assert enqueue_periodic(EPOCH) == []
    Job.objects.update(state="succeeded", finished_at=EPOCH)

    day = PERIODIC["prune_jobs"]
    assert "prune_jobs" not in enqueue_periodic(EPOCH + day - timedelta(seconds=1))
    assert "prune_jobs" in enqueue_periodic(EPOCH + day)


@pytest.mark.parametrize("kind", HANDLERS)
def test_every_handler_is_there(kind):
    assert callable(import_string(HANDLERS[kind]))


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
    old = enqueue("sync_account", account=AccountFactory(), now=EPOCH)
    Job.objects.filter(pk=old.pk).update(state="succeeded", finished_at=EPOCH - timedelta(days=31))
    recent = enqueue("sync_account", account=AccountFactory(), now=EPOCH)
    Job.objects.filter(pk=recent.pk).update(state="succeeded", finished_at=EPOCH - timedelta(days=29))
    pruning = enqueue("prune_jobs", now=EPOCH)

    worker.drain()

    assert set(Job.objects.values_list("pk", flat=True)) == {recent.pk, pruning.pk}
