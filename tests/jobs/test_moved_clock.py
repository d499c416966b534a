"""Background work when the test clock of the development profile is moved (docs/testing-your-integration.md)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings

import clock
from jobs import handlers
from jobs.models import Job, Schedule, Worker
from jobs.queue import enqueue
from jobs.running import RunningJob, TryLater
from jobs.worker import JobWorker, is_alive
from sandbox.clock import FILE
from sandbox.clock import Clock as SandboxClock
from tests.jobs.doubles import Errand
from tests.running_worker import running, wait_until

DAY = 86_400


@pytest.fixture
def sandbox_clock() -> Iterator[SandboxClock]:
    """The clock that a sandbox with the server's data folder has."""
    settings.ENVIRONMENT.data_dir.mkdir(parents=True, exist_ok=True)  # nothing else may have needed it
    moved = SandboxClock(settings.ENVIRONMENT.data_dir / FILE)
    yield moved
    moved.real()


@pytest.mark.django_db
def test_a_job_that_is_due_next_week_runs_when_the_clock_is_moved(sandbox_clock: SandboxClock, errand: Errand) -> None:
    enqueue("errand", now=clock.now(), due_at=clock.now() + timedelta(days=7))
    assert JobWorker().drain() == 0

    sandbox_clock.advance(7 * DAY)

    assert JobWorker().drain() == 1


@pytest.mark.django_db
def test_a_jump_does_not_end_the_lease_of_a_running_job(sandbox_clock: SandboxClock, errand: Errand) -> None:
    others: list[bool] = []

    def jump(job: RunningJob) -> None:
        sandbox_clock.advance(30 * DAY)
        others.append(JobWorker().run_one())
        job.fence()

    errand.does = jump
    enqueue("errand", now=clock.now())

    assert JobWorker().run_one()

    assert others == [False]
    done = Job.objects.get()
    assert (done.state, done.attempts) == ("succeeded", 1)
    assert done.finished_at - done.created_at >= timedelta(days=30)  # type: ignore[operator]


@pytest.mark.django_db
def test_a_worker_is_alive_wherever_the_clock_is(sandbox_clock: SandboxClock) -> None:
    Worker.objects.create(name="worker", last_seen_at=clock.real_now())

    sandbox_clock.advance(30 * DAY)

    assert is_alive(clock.real_now())


@pytest.mark.django_db
def test_a_job_that_waits_is_continued_while_the_clock_is_stopped(sandbox_clock: SandboxClock, errand: Errand) -> None:
    def wait_once(job: RunningJob) -> None:
        if job.attempts == 1:
            raise TryLater("The channel asks us to wait.", after=0.05, counted=False)

    sandbox_clock.stop()
    errand.does = wait_once
    enqueue("errand", now=clock.now())
    worker = JobWorker()

    while Job.objects.get().state != "succeeded":
        worker.drain()

    assert errand.attempts == [1, 2]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_periodic_work_and_retries_go_on_after_the_clock_is_turned_back(
    sandbox_clock: SandboxClock, errand: Errand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers, "_kinds", {"errand": handlers._kinds["errand"]})
    handlers.register("tidy", lambda job: None, every=timedelta(days=1))
    sandbox_clock.advance(30 * DAY)
    with running(JobWorker()):
        wait_until(Schedule.objects.filter(name="tidy").exists)
        enqueue("errand", now=clock.now(), due_at=clock.now() + timedelta(hours=1))

        sandbox_clock.real()

        wait_until(lambda: errand.attempts)  # it would wait for 30 days
        wait_until(lambda: Schedule.objects.get(name="tidy").started_at <= clock.now())
