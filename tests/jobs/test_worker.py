import itertools
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import InterfaceError, OperationalError, connection

import jobs.worker
from jobs.handlers import periodic_kinds
from jobs.models import Job, Worker
from jobs.periodic import enqueue_periodic
from jobs.queue import cancel_jobs
from jobs.running import GiveUp, LeaseLost, TryLater
from jobs.worker import MAX_FAILURES, JobWorker, back_off, is_alive
from tests.environment import changed
from tests.factories import EPOCH
from tests.queued import queue_errand

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=60)


def test_a_due_job_is_run_once_and_closed(worker, errand):
    job = queue_errand(now=EPOCH)

    assert worker.drain() == 1

    job.refresh_from_db()
    assert (job.state, job.attempts, job.failures, job.finished_at) == ("succeeded", 1, 0, EPOCH)
    assert job.leased_until is None
    assert errand.takings == [1]


def test_a_job_waits_until_it_is_due(worker, errand, clock):
    queue_errand(now=EPOCH, due_at=EPOCH + timedelta(minutes=5))

    assert worker.drain() == 0
    clock.advance(minutes=5)
    assert worker.drain() == 1


def test_jobs_are_taken_in_the_order_they_are_due(worker, errand):
    order = []
    errand.does = lambda job: order.append(job.arguments["name"])
    for name, minutes in [("second", -1), ("first", -2), ("third", 0)]:
        due_at = EPOCH + timedelta(minutes=minutes)
        queue_errand(arguments={"name": name}, now=EPOCH, due_at=due_at)

    worker.drain()

    assert order == ["first", "second", "third"]


def test_what_may_pass_is_tried_again_after_a_growing_while_and_then_given_up(worker, errand, clock):
    def busy(job):
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


def test_who_names_a_time_is_not_asked_before(worker, errand):
    def busy(job):
        raise TryLater("The channel is busy.", after=120)

    errand.does = busy
    job = queue_errand(now=EPOCH)

    worker.drain()

    job.refresh_from_db()
    assert job.due_at == EPOCH + timedelta(seconds=120)


def test_what_cannot_succeed_is_not_tried_again(worker, errand):
    def refused(job):
        raise GiveUp("The credentials are refused.")

    errand.does = refused
    job = queue_errand(now=EPOCH)

    assert worker.drain() == 1

    job.refresh_from_db()
    assert (job.state, job.error, job.finished_at) == ("failed", "The credentials are refused.", EPOCH)


def test_an_error_of_our_own_is_retried_and_its_text_stays_in_the_log(worker, errand, caplog):
    def broken(job):
        raise ZeroDivisionError("with some secret in it")

    errand.does = broken
    job = queue_errand(now=EPOCH)

    worker.drain()

    job.refresh_from_db()
    assert (job.state, job.error, job.failures) == ("queued", "Internal error (ZeroDivisionError).", 1)
    assert "with some secret in it" in caplog.text


def test_a_dead_workers_job_is_taken_up_when_its_lease_is_over(worker, errand, clock):
    class Killed(BaseException):
        pass

    def die(job):
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


def test_a_job_that_kills_its_workers_is_given_up(worker, errand, clock):
    job = queue_errand(now=EPOCH)
    Job.objects.update(state="running", attempts=8, failures=MAX_FAILURES - 1, leased_until=EPOCH)

    worker.drain()

    job.refresh_from_db()
    assert job.state == "failed"
    assert "worker died" in job.error
    assert errand.takings == []


def test_a_lease_is_kept_as_long_as_its_worker_shows_signs_of_life(worker, errand, clock):
    def long(job):
        for _ in range(10):
            clock.advance(seconds=30)
            job.keep_lease()
            assert Job.objects.get().leased_until == clock() + LEASE

    errand.does = long
    job = queue_errand(now=EPOCH)

    worker.drain()

    job.refresh_from_db()
    assert (job.state, job.attempts) == ("succeeded", 1)


def test_a_worker_that_lost_its_lease_can_write_nothing_more(worker, errand, clock):
    def slow(job):
        if job.attempts == 1:
            clock.advance(seconds=61)
            assert JobWorker(clock=clock, lease=LEASE).run_one()  # another worker takes it up and does it
            for write in (job.fence, job.report, job.succeed, job.release):
                with pytest.raises(LeaseLost):
                    write()
            job.fence()

    errand.does = slow
    job = queue_errand(now=EPOCH)

    worker.drain()

    job.refresh_from_db()
    assert (job.state, job.attempts, job.failures) == ("succeeded", 2, 1)
    assert errand.takings == [1, 2]


def test_a_worker_whose_job_was_cancelled_stops_at_its_next_step(worker, errand):
    steps: list[str] = []

    def cancel_meanwhile(job):
        cancel_jobs([job.key], reason="The account was disconnected.", now=EPOCH)
        steps.append("cancelled")
        job.fence()
        steps.append("went on")

    errand.does = cancel_meanwhile
    job = queue_errand(now=EPOCH)

    worker.drain()

    assert steps == ["cancelled"]
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", "The account was disconnected.")


def test_a_worker_that_is_asked_to_stop_leaves_its_job_to_another_at_once(worker, errand, clock):
    def asked_to_stop(job):
        if job.attempts == 1:
            job.report(done=3)
            worker.stop()
            job.keep_lease()

    errand.does = asked_to_stop
    job = queue_errand(now=EPOCH)

    worker.drain()
    job.refresh_from_db()
    assert (job.state, job.failures, job.progress) == ("queued", 0, {"done": 3})

    assert JobWorker(clock=clock, lease=LEASE).drain() == 1
    job.refresh_from_db()
    assert (job.state, job.failures) == ("succeeded", 0)


def test_a_handler_may_close_its_job_with_its_last_writes(worker, errand):
    errand.does = lambda job: job.succeed()
    job = queue_errand(now=EPOCH)

    worker.drain()

    job.refresh_from_db()
    assert job.state == "succeeded"


def test_looking_for_work_costs_one_query(worker, django_assert_num_queries):
    with django_assert_num_queries(1):
        worker.run_one()


def test_waiting_between_attempts_doubles_up_to_a_quarter_of_an_hour():
    middles = [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
    for failures, middle in enumerate(middles, start=1):
        waits = {back_off(failures).total_seconds() for _ in range(20)}
        assert all(0.75 * middle <= wait <= 1.25 * middle for wait in waits)
        assert len(waits) > 1


class TestSignsOfLife:
    def test_without_a_worker_there_are_none(self):
        assert not is_alive(EPOCH)

    def test_a_worker_that_waited_for_work_lately_is_alive(self):
        Worker.objects.create(name="host:1", last_seen_at=EPOCH - timedelta(seconds=29))

        assert is_alive(EPOCH)
        assert not is_alive(EPOCH + timedelta(seconds=2))

    def test_a_worker_at_work_is_alive_until_its_lease_is_over(self, worker, errand, clock):
        errand.does = lambda job: clock.advance(minutes=5) or job.fence() or alive.append(is_alive(clock()))
        alive: list[bool] = []
        queue_errand(now=EPOCH)

        worker.drain()

        assert alive == [True]
        assert not is_alive(clock())


@pytest.mark.django_db(transaction=True)  # between jobs a worker drops connections that are no good any more
class TestRunning:
    def test_a_worker_says_that_it_lives_and_queues_what_is_done_by_the_clock(self, worker, errand, clock):
        def look_and_stop(job):
            seen.extend(Worker.objects.values_list("name", "last_seen_at"))
            worker.stop()

        seen: list[tuple[str, datetime]] = []
        errand.does = look_and_stop
        queue_errand(now=EPOCH)

        worker.run()

        assert seen == [(worker.name, EPOCH)]
        assert not Worker.objects.exists()
        assert set(Job.objects.filter(state="queued").values_list("kind", flat=True)) == periodic_kinds().keys()

    def test_a_job_that_cannot_even_be_closed_does_not_end_its_worker(self, worker, errand, clock, caplog):
        class Unspeakable(GiveUp):
            def __str__(self):
                raise ValueError("no words for it")

        def give_up(job):
            worker.stop()
            raise Unspeakable

        errand.does = give_up
        job = queue_errand(now=EPOCH)

        worker.run()

        job.refresh_from_db()
        assert (job.state, job.leased_until) == ("running", EPOCH + timedelta(seconds=60))
        assert "goes on after an error of ours" in caplog.text

    @pytest.mark.slow
    def test_a_worker_outlives_a_database_that_is_gone_for_a_while(self, errand, clock, caplog):
        failures = iter([OperationalError("the server closed the connection"), InterfaceError("it is closed")])

        def time_from_the_database() -> datetime:
            if started and (failure := next(failures, None)):
                raise failure
            return clock()

        started: list[bool] = []
        worker = JobWorker(clock=time_from_the_database, lease=LEASE)
        errand.does = lambda job: worker.stop()
        queue_errand(now=EPOCH)
        started.append(True)

        worker.run()

        assert errand.takings == [1]
        assert caplog.text.count("the database is not there") == 2


@pytest.mark.django_db(transaction=True)
class TestStopping:
    """A worker in a thread of its own, and nothing to do."""

    @pytest.fixture(autouse=True)
    def nothing_to_do(self):
        enqueue_periodic(EPOCH)
        Job.objects.update(state="succeeded", finished_at=EPOCH)

    def started(self, worker: JobWorker, trace: Callable | None = None) -> threading.Thread:
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
    def test_it_may_be_asked_to_stop_at_whatever_line_it_is(self, clock, settings):
        """A signal's handler runs between any two lines of the thread that works, also within the standard library."""
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, worker_poll_seconds=0.001)
        files = {jobs.worker.__file__, threading.__file__}

        def stops_at_line(number: int) -> bool:
            worker, lines = JobWorker(clock=clock, lease=LEASE), itertools.count(1)

            def trace(frame, event, arg):
                if frame.f_code.co_filename not in files:
                    return None
                if event == "line" and next(lines) == number:
                    worker.stop()
                return trace

            thread = self.started(worker, trace)
            thread.join(timeout=60)
            return not thread.is_alive()

        assert all(stops_at_line(number) for number in range(1, 80))

    def test_it_stops_at_once_however_long_it_would_have_waited(self, worker, settings):
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, worker_poll_seconds=3600)
        thread = self.started(worker)
        while not Worker.objects.exists():
            assert thread.is_alive()

        worker.stop()

        thread.join(timeout=60)
        assert not thread.is_alive()
        assert not Worker.objects.exists()
