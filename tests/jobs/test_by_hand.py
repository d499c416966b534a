"""What operators do with single jobs."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit.actor import acting_as
from audit.models import AuditEntry
from jobs.models import Job
from jobs.parties import Party
from jobs.running import GiveUp, RunningJob, TryLater
from jobs.services.by_hand import CANCELLED, cancel_job, retry_job
from jobs.worker import JobWorker
from jsonapi.refusals import Conflict, NotThere
from tests.factories import EPOCH
from tests.jobs.doubles import Clock, Errand
from tests.queued import queue_errand

pytestmark = pytest.mark.django_db

LATER = EPOCH + timedelta(hours=1)


def run(name: str, *words: Any) -> str:
    out = StringIO()
    call_command(name, *map(str, words), stdout=out)
    return out.getvalue()


def fail(job: RunningJob) -> None:
    raise GiveUp("The channel is closed.")


@pytest.fixture
def failed(worker: JobWorker, errand: Errand) -> Job:
    job = queue_errand(now=EPOCH)
    errand.does = fail
    worker.drain()
    job.refresh_from_db()
    assert (job.state, job.failures) == ("failed", 1)
    return job


class TestRetry:
    def test_a_failed_job_is_run_again_at_once(
        self, failed: Job, worker: JobWorker, errand: Errand, clock: Clock
    ) -> None:
        clock.advance(hours=1)

        again = retry_job(failed.pk, now=LATER)

        assert (again.state, again.due_at, again.failures, again.finished_at) == ("queued", LATER, 0, None)
        errand.does = lambda job: None
        assert worker.drain() == 1
        failed.refresh_from_db()
        assert (failed.state, failed.error) == ("succeeded", "")

    def test_its_attempts_count_anew(self, failed: Job, worker: JobWorker, errand: Errand) -> None:
        def busy(job: RunningJob) -> None:
            raise TryLater("busy")

        Job.objects.filter(pk=failed.pk).update(failures=8)
        retry_job(failed.pk, now=EPOCH)
        errand.does = busy
        worker.drain()

        failed.refresh_from_db()
        assert (failed.state, failed.failures) == ("queued", 1)

    def test_it_is_refused_while_another_job_does_the_same_work(self, failed: Job) -> None:
        live = Job.objects.create(kind="errand", key=failed.key, due_at=EPOCH, created_at=EPOCH)

        with pytest.raises(Conflict, match=f"job {live.pk} is queued, and does the same work"):
            retry_job(failed.pk, now=EPOCH)

        failed.refresh_from_db()
        assert failed.state == "failed"
        assert not AuditEntry.objects.exists()

    @pytest.mark.parametrize("state", ["queued", "running", "succeeded"])
    def test_only_failed_jobs_can_be_retried(self, state: str) -> None:
        job = queue_errand(now=EPOCH)
        Job.objects.filter(pk=job.pk).update(state=state)

        with pytest.raises(Conflict, match=f"it is {state}. Only failed jobs can"):
            retry_job(job.pk, now=EPOCH)

    def test_an_unknown_job(self) -> None:
        with pytest.raises(NotThere, match="There is no job 987654"):
            retry_job(987654, now=EPOCH)

    def test_it_is_audited(self, failed: Job) -> None:
        with acting_as(staff="ada", address="192.0.2.1"):
            retry_job(failed.pk, now=LATER)

        entry = AuditEntry.objects.get()
        assert (entry.at, entry.action, entry.resource) == (LATER, "job.retried", f"jobs/{failed.pk}")
        assert (entry.who, entry.address) == ("staff ada", "192.0.2.1")
        assert entry.changes == {"state": ["failed", "queued"], "failures": [1, 0]}


class TestCancel:
    def test_a_queued_job_is_closed(self, worker: JobWorker, errand: Errand) -> None:
        job = queue_errand(now=EPOCH)

        assert not cancel_job(job.pk, now=LATER)

        job.refresh_from_db()
        assert (job.state, job.finished_at, job.error) == ("failed", LATER, CANCELLED)
        assert worker.drain() == 0
        assert AuditEntry.objects.get().changes == {"state": ["queued", "failed"]}

    def test_a_running_job_stops_at_its_next_step(self, worker: JobWorker, errand: Errand) -> None:
        job = queue_errand(now=EPOCH)
        steps = []

        def work(running: RunningJob) -> None:
            steps.append("first")
            assert cancel_job(job.pk, now=EPOCH)
            running.report(done=1)
            steps.append("second")

        errand.does = work
        worker.drain()

        job.refresh_from_db()
        assert steps == ["first"]
        assert (job.state, job.error, job.progress) == ("failed", CANCELLED, {})

    def test_a_job_that_has_ended_cannot_be_cancelled(self, failed: Job) -> None:
        with pytest.raises(Conflict, match="it has failed"):
            cancel_job(failed.pk, now=EPOCH)


class TestCommands:
    def test_the_failed_jobs_are_found_and_retried(self, failed: Job) -> None:
        queue_errand(now=EPOCH)

        (shown,) = json.loads(run("list_jobs", "--state", "failed", "--json"))
        assert (shown["id"], shown["error"]) == (failed.pk, "The channel is closed.")

        (again,) = json.loads(run("retry_job", shown["id"], "--json"))
        assert (again["id"], again["state"], again["failures"]) == (failed.pk, "queued", 0)
        assert AuditEntry.objects.get().command == "retry_job"
        assert run("list_jobs", "--state", "failed") == ""

    def test_one_that_cannot_be_retried_does_not_stop_the_others(self, failed: Job) -> None:
        other = queue_errand(now=EPOCH)

        with pytest.raises(CommandError, match=f"Job {other.pk} cannot be retried"):
            run("retry_job", other.pk, failed.pk)

        failed.refresh_from_db()
        assert failed.state == "queued"

    def test_jobs_are_listed_by_kind_and_account_newest_first(self, errand: Errand) -> None:
        ours, other = (queue_errand(now=EPOCH, party=Party(1, 2, account)) for account in (3, 4))
        # A delivery names its endpoint in the place of the account.
        queue_errand(now=EPOCH, party=Party(1, 0, 3), priority=Job.Priority.DELIVERY)

        def listed(*words: Any) -> list[int]:
            return [job["id"] for job in json.loads(run("list_jobs", "--json", *words))]

        assert listed("--account", 3) == [ours.pk]
        assert len(listed("--kind", "errand")) == 3
        assert listed("--kind", "sync_account") == []
        assert listed("--limit", 2)[1] == other.pk

    def test_a_terminal_shows_one_line_for_each_job(self, failed: Job) -> None:
        (line,) = run("list_jobs").splitlines()

        assert line.split()[:3] == [str(failed.pk), "failed", failed.key]
        assert line.endswith("1 attempts, 1 failures  The channel is closed.")

    def test_cancelling(self, errand: Errand) -> None:
        job = queue_errand(now=EPOCH)

        assert json.loads(run("cancel_job", job.pk, "--json")) == {"id": job.pk, "was_running": False}
        with pytest.raises(CommandError, match="cannot be cancelled"):
            run("cancel_job", job.pk)

    def test_starting_periodic_work_is_audited(self) -> None:
        run("enqueue_job", "prune_jobs")

        assert AuditEntry.objects.get().who.startswith("enqueue_job by ")


def test_old_audit_entries_are_deleted(worker: JobWorker, failed: Job, clock: Clock) -> None:
    retry_job(failed.pk, now=EPOCH)
    cancel_job(failed.pk, now=EPOCH + timedelta(days=1))

    clock.instant = EPOCH + timedelta(days=400, seconds=1)
    run("enqueue_job", "purge_audit")
    Job.objects.filter(kind="purge_audit").update(due_at=EPOCH, ready=True)
    worker.drain()

    assert not AuditEntry.objects.filter(action="job.retried").exists()
    assert AuditEntry.objects.filter(action="job.cancelled").exists()
