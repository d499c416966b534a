import itertools
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from pytest_django import DjangoAssertNumQueries, Settings

import jobs.worker
from jobs.handlers import periodic_kinds
from jobs.models import Job, Worker
from jobs.periodic import enqueue_periodic
from jobs.queue import cancel_jobs
from jobs.running import GiveUp, LeaseLost, RunningJob, TryLater
from jobs.worker import MAX_FAILURES, JobWorker, back_off, is_alive
from tests.environment import changed
from tests.factories import EPOCH
from tests.jobs.doubles import Clock, Errand
from tests.queued import queue_errand

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=60)


def test_a_due_job_is_run_once_and_closed(worker: JobWorker, errand: Errand) -> None:
    job = queue_errand(now=EPOCH)

    assert worker.drain() == 1

    job.refresh_from_db()
    assert (job.state, job.attempts, job.failures, job.finished_at) == ("succeeded", 1, 0, EPOCH)
    assert job.leased_until is None
    assert errand.attempts == [1]


def test_a_job_waits_until_it_is_due(worker: JobWorker, errand: Errand, clock: Clock) -> None:
    queue_errand(now=EPOCH, due_at=EPOCH + timedelta(minutes=5))

    assert worker.drain() == 0
    clock.advance(minutes=5)
    assert worker.drain() == 1


def test_jobs_are_taken_in_the_order_of_their_due_times(worker: JobWorker, errand: Errand) -> None:
    order = []
    errand.does = lambda job: order.append(job.arguments["name"])
    for name, minutes in [("second", -1), ("first", -2), ("third", 0)]:
        due_at = EPOCH + timedelta(minutes=minutes)
        queue_errand(arguments={"name": name}, now=EPOCH, due_at=due_at)

    worker.drain()

    assert order == ["first", "second", "third"]


def test_a_temporary_failure_is_retried_with_growing_waits_and_a_limit(
    worker: JobWorker, errand: Errand, clock: Clock
) -> None:
    def busy(job: RunningJob) -> None:
        raise TryLater("The channel is busy.")

    errand.does = busy
    job = queue_errand(now=EPOCH)
    waits = []
    for _ in range(MAX_FAILURES - 1):
        worker.drain()
        job.refresh_from_db()
        assert (job.state, job.error) == ("queued", "The channel is busy.")
        waits.append((job.due_at - clock()).total_seconds())
        clock.instant = job.due_at

    worker.drain()

    job.refresh_from_db()
    assert (job.state, job.error, job.failures) == ("failed", "The channel is busy.", MAX_FAILURES)
    assert all(0.75 * 5 * 2**n <= wait <= 1.25 * 5 * 2**n for n, wait in enumerate(waits))


def test_a_retry_does_not_come_before_the_requested_time(worker: JobWorker, errand: Errand) -> None:
    def busy(job: RunningJob) -> None:
        raise TryLater("The channel is busy.", after=120)

    errand.does = busy
    job = queue_errand(now=EPOCH)

    worker.drain()

    job.refresh_from_db()
    assert job.due_at == EPOCH + timedelta(seconds=120)


def test_a_permanent_failure_is_not_retried(worker: JobWorker, errand: Errand) -> None:
    def refused(job: RunningJob) -> None:
        raise GiveUp("The credentials are refused.")

    errand.does = refused
    job = queue_errand(now=EPOCH)

    assert worker.drain() == 1

    job.refresh_from_db()
    assert (job.state, job.error, job.finished_at) == ("failed", "The credentials are refused.", EPOCH)


def test_an_internal_error_is_retried_and_only_the_log_has_its_text(
    worker: JobWorker, errand: Errand, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(job: RunningJob) -> None:
        raise ZeroDivisionError("with some secret in it")

    errand.does = broken
    job = queue_errand(now=EPOCH)

    worker.drain()

    job.refresh_from_db()
    assert (job.state, job.error, job.failures) == ("queued", "Internal error (ZeroDivisionError).", 1)
    assert "with some secret in it" in caplog.text


def test_the_job_of_a_dead_worker_is_taken_when_its_lease_expires(
    worker: JobWorker, errand: Errand, clock: Clock
) -> None:
    class Killed(BaseException):
        pass

    def die(job: RunningJob) -> None:
        raise Killed

    errand.does = die
    job = queue_errand(now=EPOCH)
    with pytest.raises(Killed):
        worker.drain()
    errand.does = lambda job: None

    clock.advance(seconds=59)
    assert worker.drain() == 0
    clock.advance(seconds=1)
    assert worker.drain() == 1

    job.refresh_from_db()
    assert (job.state, job.attempts, job.failures) == ("succeeded", 2, 1)


def test_a_job_that_kills_its_workers_fails(worker: JobWorker, errand: Errand, clock: Clock) -> None:
    job = queue_errand(now=EPOCH)
    Job.objects.update(state="running", attempts=8, failures=MAX_FAILURES - 1, leased_until=EPOCH)

    worker.drain()

    job.refresh_from_db()
    assert job.state == "failed"
    assert "worker died" in job.error
    assert errand.attempts == []


def test_a_lease_is_renewed_while_its_worker_is_alive(worker: JobWorker, errand: Errand, clock: Clock) -> None:
    def long(job: RunningJob) -> None:
        for _ in range(10):
            clock.advance(seconds=30)
            job.keep_lease()
            assert Job.objects.get().leased_until == clock() + LEASE

    errand.does = long
    job = queue_errand(now=EPOCH)

    worker.drain()

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("succeeded", 1)


def test_a_worker_without_its_lease_cannot_write(worker: JobWorker, errand: Errand, clock: Clock) -> None:
    def slow(job: RunningJob) -> None:
        if job.attempts == 1:
            clock.advance(seconds=61)
            assert JobWorker(clock=clock, lease=LEASE).run_one()  # Another worker takes the job and finishes it.
            for write in (job.fence, job.report, job.succeed, job.release):
                with pytest.raises(LeaseLost):
                    write()
            job.fence()

    errand.does = slow
    job = queue_errand(now=EPOCH)

    worker.drain()

    job.refresh_from_db()
    assert (job.state, job.attempts, job.failures) == ("succeeded", 2, 1)
    assert errand.attempts == [1, 2]


def test_the_worker_of_a_cancelled_job_stops_at_its_next_step(worker: JobWorker, errand: Errand) -> None:
    steps: list[str] = []

    def cancel_own_job(job: RunningJob) -> None:
        cancel_jobs([job.key], reason="The account was disconnected.", now=EPOCH)
        steps.append("cancelled")
        job.fence()
        steps.append("went on")

    errand.does = cancel_own_job
    job = queue_errand(now=EPOCH)

    worker.drain()

    assert steps == ["cancelled"]
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "The account was disconnected.")


def test_a_stopping_worker_returns_its_job_immediately(worker: JobWorker, errand: Errand, clock: Clock) -> None:
    def report_and_stop(job: RunningJob) -> None:
        if job.attempts == 1:
            job.report(done=3)
            worker.stop()
            job.keep_lease()

    errand.does = report_and_stop
    job = queue_errand(now=EPOCH)

    worker.drain()
    job.refresh_from_db()
    assert (job.state, job.failures, job.progress) == ("queued", 0, {"done": 3})

    assert JobWorker(clock=clock, lease=LEASE).drain() == 1
    job.refresh_from_db()
    assert (job.state, job.failures) == ("succeeded", 0)


def test_a_handler_may_close_its_job(worker: JobWorker, errand: Errand) -> None:
    errand.does = lambda job: job.succeed()
    job = queue_errand(now=EPOCH)

    worker.drain()

    job.refresh_from_db()
    assert job.state == "succeeded"


def test_a_poll_without_due_jobs_costs_one_query(
    worker: JobWorker, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        worker.run_one()


def test_the_wait_doubles_with_each_failure_up_to_15_minutes() -> None:
    expected_waits = [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    for failures, expected in enumerate(expected_waits, start=1):
        waits = {back_off(failures).total_seconds() for _ in range(20)}
        assert all(0.75 * expected <= wait <= 1.25 * expected for wait in waits)
        assert len(waits) > 1


class TestAlive:
    def test_no_worker_is_alive_without_rows(self) -> None:
        assert not is_alive(EPOCH)

    def test_a_worker_that_waited_recently_is_alive(self) -> None:
        Worker.objects.create(name="host:1", last_seen_at=EPOCH - timedelta(seconds=29))

        assert is_alive(EPOCH)
        assert not is_alive(EPOCH + timedelta(seconds=2))

    def test_a_worker_with_a_running_job_is_alive_until_its_lease_expires(
        self, worker: JobWorker, errand: Errand, clock: Clock
    ) -> None:
        alive: list[bool] = []

        def work(job: RunningJob) -> None:
            clock.advance(minutes=5)
            job.fence()
            alive.append(is_alive(clock()))

        errand.does = work
        queue_errand(now=EPOCH)

        worker.drain()

        assert alive == [True]
        assert not is_alive(clock())


@pytest.mark.django_db(transaction=True)  # Between jobs a worker closes unusable connections.
class TestRunning:
    def test_a_worker_updates_its_row_and_enqueues_periodic_work(
        self, worker: JobWorker, errand: Errand, clock: Clock
    ) -> None:
        def read_rows_and_stop(job: RunningJob) -> None:
            seen.extend(Worker.objects.values_list("name", "last_seen_at"))
            worker.stop()

        seen: list[tuple[str, datetime]] = []
        errand.does = read_rows_and_stop
        queue_errand(now=EPOCH)

        worker.run()

        assert seen == [(worker.name, EPOCH)]
        assert not Worker.objects.exists()
        kinds = set(Job.objects.exclude(kind="errand").values_list("kind", flat=True))
        assert kinds == periodic_kinds().keys()

    def test_a_job_that_cannot_be_closed_does_not_end_its_worker(
        self, worker: JobWorker, errand: Errand, clock: Clock, caplog: pytest.LogCaptureFixture
    ) -> None:
        class WithoutText(GiveUp):
            def __str__(self) -> str:
                raise ValueError("no text")

        def give_up(job: RunningJob) -> None:
            worker.stop()
            raise WithoutText

        errand.does = give_up
        job = queue_errand(now=EPOCH)

        worker.run()

        job.refresh_from_db()
        assert (job.state, job.leased_until) == ("running", EPOCH + timedelta(seconds=60))
        assert "continues after an internal error" in caplog.text

    @pytest.mark.slow
    def test_a_worker_survives_a_temporarily_unavailable_database(
        self, errand: Errand, clock: Clock, caplog: pytest.LogCaptureFixture
    ) -> None:
        failures = iter([OperationalError("the server closed the connection"), InterfaceError("it is closed")])

        def clock_with_failures() -> datetime:
            if started and (failure := next(failures, None)):
                raise failure
            return clock()

        started: list[bool] = []
        worker = JobWorker(clock=clock_with_failures, lease=LEASE)
        errand.does = lambda job: worker.stop()
        queue_errand(now=EPOCH)
        started.append(True)

        worker.run()

        assert errand.attempts == [1]
        assert caplog.text.count("the database is unavailable") == 2


@pytest.mark.django_db(transaction=True)
class TestStopping:
    """A worker that runs in its own thread and has no jobs."""

    @pytest.fixture(autouse=True)
    def without_due_jobs(self) -> None:
        enqueue_periodic(EPOCH)
        Job.objects.update(state="succeeded", finished_at=EPOCH)

    def started(self, worker: JobWorker, trace: Callable[..., Any] | None = None) -> threading.Thread:
        def run() -> None:
            sys.settrace(trace)
            try:
                worker.run()
            finally:
                sys.settrace(None)
                connection.close()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread

    @pytest.mark.slow
    def test_it_can_be_stopped_at_any_line(self, clock: Clock, settings: Settings) -> None:
        """A signal handler may run between any two lines of the worker's thread, also within the standard library."""
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, worker_poll_seconds=0.001)
        files = {jobs.worker.__file__, threading.__file__}

        def stops_at_line(number: int) -> bool:
            worker, lines = JobWorker(clock=clock, lease=LEASE), itertools.count(1)

            def trace(frame: FrameType, event: str, arg: Any) -> Any:
                if frame.f_code.co_filename not in files:
                    return None
                if event == "line" and next(lines) == number:
                    worker.stop()
                return trace

            thread = self.started(worker, trace)
            thread.join(timeout=60)
            return not thread.is_alive()

        assert all(stops_at_line(number) for number in range(1, 80))

    def test_it_stops_immediately_during_a_long_wait(self, worker: JobWorker, settings: Settings) -> None:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, worker_poll_seconds=3600)
        thread = self.started(worker)
        while not Worker.objects.exists():
            assert thread.is_alive()

        worker.stop()

        thread.join(timeout=60)
        assert not thread.is_alive()
        assert not Worker.objects.exists()
