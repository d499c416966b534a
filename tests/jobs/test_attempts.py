"""The log of attempts, with which an operator sees why a job has failed."""

from datetime import timedelta

import pytest

from jobs.attempts import MOST_KEPT
from jobs.models import Job
from jobs.running import GiveUp, RunningJob, Stopping, TryLater
from jobs.worker import JobWorker
from tests.factories import EPOCH
from tests.jobs.doubles import Clock, Errand
from tests.queued import queue_errand

pytestmark = pytest.mark.django_db


def outcomes(job: Job) -> list[tuple[int, str, str]]:
    job.refresh_from_db()
    return [(attempt["attempt"], attempt["outcome"], attempt["error"]) for attempt in job.attempts_log or []]


def test_a_job_that_was_never_tried_has_no_log() -> None:
    assert outcomes(queue_errand(now=EPOCH)) == []


def test_each_attempt_is_logged_with_its_outcome(worker: JobWorker, errand: Errand, clock: Clock) -> None:
    ends = [
        TryLater("The channel is slow."),
        TryLater("The account is paused.", after=10, counted=False),
        Stopping(""),
        GiveUp("The channel has refused the credentials."),
    ]

    def end(job: RunningJob) -> None:
        clock.advance(seconds=3)
        raise ends[job.attempts - 1]

    errand.does = end
    job = queue_errand(now=EPOCH)
    for _ in ends:
        worker.run_one()
        clock.advance(minutes=30)

    assert outcomes(job) == [
        (1, "retried", "The channel is slow."),
        (2, "postponed", "The account is paused."),
        (3, "returned", ""),
        (4, "failed", "The channel has refused the credentials."),
    ]
    assert job.attempts_log
    first = job.attempts_log[0]
    assert (first["started_at"], first["ended_at"]) == (EPOCH.isoformat(), (EPOCH + timedelta(seconds=3)).isoformat())
    assert first["worker"] == worker.name


def test_an_attempt_whose_worker_died_is_missing(worker: JobWorker, errand: Errand, clock: Clock) -> None:
    job = queue_errand(now=EPOCH)
    Job.objects.update(state=Job.State.RUNNING, attempts=1, leased_until=EPOCH)

    worker.drain()

    assert outcomes(job) == [(2, "succeeded", "")]


def test_only_the_last_attempts_are_kept(worker: JobWorker, errand: Errand, clock: Clock) -> None:
    def wait(job: RunningJob) -> None:
        raise TryLater("Not yet.", after=1, counted=False)

    errand.does = wait
    job = queue_errand(now=EPOCH)
    for _ in range(MOST_KEPT + 5):
        worker.run_one()
        clock.advance(minutes=1)

    assert [number for number, _, _ in outcomes(job)] == list(range(6, MOST_KEPT + 6))
