"""The worker: a process that runs many jobs at once. Any number of worker processes may run side by side.

One thread claims jobs, each job runs in a thread of its own, and one thread renews all leases.
"""

import logging
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections

from jobs.claiming import Claimer
from jobs.clocks import Clocks, Reading, clocks_from
from jobs.leases import LeaseKeeper
from jobs.models import Job, Worker
from jobs.observing import tell_worker_begins
from jobs.outcomes import MAX_FAILURES, back_off, carry_out, close_broken_connections, first_line
from jobs.periodic import enqueue_periodic, retry_soon
from jobs.places import Places
from jobs.running import LeaseLost, RunningJob
from jobs.yielding import ask_to_give_way

__all__ = ["MAX_FAILURES", "JobWorker", "back_off", "is_alive"]

logger = logging.getLogger(__name__)

HEARTBEAT = timedelta(seconds=5)
SEEN_WITHIN = timedelta(seconds=30)
PERIODIC_CHECK = timedelta(seconds=30)
NAP = 0.05  # seconds; how late a worker that has nothing to do sees that it is stopped, or that the clock was moved
# Jobs that have not come to a next step within this time after a stop signal are handed back to the queue. Service
# managers kill a process that does not end in time: Docker after 10 seconds.
STOP_WITHIN = 7.0  # seconds


def is_alive(now: datetime) -> bool:
    """Whether a worker is waiting for jobs or running one. A killed worker counts as alive until its lease expires.

    `now` is the machine's time.
    """
    return (
        Worker.objects.filter(last_seen_at__gt=now - SEEN_WITHIN).exists()
        or Job.objects.filter(state=Job.State.RUNNING, leased_until__gt=now).exists()
    )


def show_life(file: str) -> None:
    """Touch the file, if there is one, for health checks. A full disk does not end the worker."""
    if file:
        try:
            Path(file).touch()
        except OSError as error:
            _warn_of(file, error.strerror)


@cache
def _warn_of(file: str, reason: str | None) -> None:
    """Once, because the worker tries again twice a second."""
    logger.warning("WORKER_LIFE_FILE %s cannot be touched: %s", file, reason)


class JobWorker:
    """One worker process. `clock` takes the place of all readings of the clock, for tests. The other arguments default
    to settings: `lease` to JOB_LEASE_SECONDS, `concurrency` to WORKER_CONCURRENCY.
    """

    def __init__(
        self,
        *,
        clock: Reading | None = None,
        lease: timedelta | None = None,
        concurrency: int | None = None,
    ) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._clocks: Clocks = clocks_from(clock)
        self._lease = lease or timedelta(seconds=settings.ENVIRONMENT.job_lease_seconds)
        self._places = Places(concurrency or settings.ENVIRONMENT.worker_concurrency)
        self._claimer = Claimer()
        self._taking = threading.Lock()  # around the claimer, which remembers whose turn it was
        # Not a threading.Event: a signal handler that calls `stop` could wait for a lock that its own thread holds.
        self._stopped = False
        self._next_heartbeat, self._next_periodic = self._clocks.real(), self._clocks.queue()
        self._running: dict[int, RunningJob] = {}  # by an own number; each change is one step of the interpreter
        self._started = 0
        self._ended = threading.Event()  # a job has ended, so a place is free

    def stop(self) -> None:
        """Make `run` and `drain` return as soon as the present jobs can be left. Signal handlers may call it."""
        self._stopped = True

    @property
    def stopped(self) -> bool:
        """Whether the worker was asked to stop."""
        return self._stopped

    @property
    def places(self) -> int:
        """How many jobs this process runs at once, with those in the reserve."""
        return self._places.total

    def run(self, each_round: Callable[[], None] | None = None) -> None:
        """Run due jobs until the worker is stopped. A database that is temporarily unavailable does not end it.

        `each_round` replaces looking for jobs, for an engine that learns of them otherwise.
        """
        look = each_round or self.fill_places
        poll = settings.ENVIRONMENT.worker_poll_seconds
        keeper = LeaseKeeper(self.running, clock=self._clocks.real, lease=self._lease)
        logger.info("worker %s started, %d jobs at once", self.name, self._places.concurrency)
        tell_worker_begins()
        keeper.start()
        while not self._stopped:
            wait, failed = poll, False
            self._ended.clear()
            show_life(settings.ENVIRONMENT.worker_life_file)
            try:
                close_broken_connections()
                self._tend()
                look()
            except (OperationalError, InterfaceError) as error:
                logger.error("the database is unavailable: %s", first_line(error))
                wait, failed = max(poll, 2.0), True
            except Exception:
                logger.exception("worker %s continues after an internal error", self.name)
                wait, failed = max(poll, 2.0), True
            self._sleep(wait, until_periodic=not failed)
        self._leave()
        keeper.stop()
        logger.info("worker %s stopped", self.name)

    def drain(self) -> int:
        """Run due jobs one after another until no job is due; return the number of jobs that were taken."""
        taken = 0
        while not self._stopped and self.run_one():
            taken += 1
        return taken

    def run_one(self) -> bool:
        """Take and run one due job in this thread. Returns False if no job is due."""
        job = self._claimer.claim(self._clocks.queue(), self._lease, real=self._clocks.real())
        if job is None:
            return False
        carry_out(self._as_running(job))
        return True

    def running(self) -> list[RunningJob]:
        """The jobs that this process runs now."""
        return list(self._running.values())

    def run_next(self) -> bool:
        """Take a due job for which this process has a place, and run it in this thread. False if there is none."""
        taken = self._take()
        if taken is not None:
            self._work(*taken)
        return taken is not None

    def _take(self) -> tuple[int, RunningJob] | None:
        """A due job for which this process has a place, and the number of its place."""
        with self._taking:
            if self._stopped:
                return None
            running = Counter(job.priority for job in self.running())
            newcomers_only = self._places.only_newcomers(running)
            free = self._places.free(running)
            job = self._claimer.claim(
                self._clocks.queue(), self._lease, free, newcomers_only=newcomers_only, real=self._clocks.real()
            )
            if job is None:
                return None
            self._started += 1
            self._running[self._started] = found = self._as_running(job)
            return self._started, found

    def _as_running(self, job: Job) -> RunningJob:
        return RunningJob(job, clocks=self._clocks, lease=self._lease, stopping=lambda: self._stopped, worker=self.name)

    def fill_places(self) -> None:
        """Start jobs while there are places for them. If there is none, long jobs are asked to give way."""
        while (taken := self._take()) is not None:
            number, job = taken
            threading.Thread(target=self._work, args=(number, job), name=str(job), daemon=True).start()
        self.ask_to_give_way()

    def ask_to_give_way(self) -> None:
        """Ask a long job to give way if another has a better right to its place."""
        with self._taking:
            ask_to_give_way(self.running(), self._places, self._claimer, self._clocks)

    def _work(self, number: int, job: RunningJob) -> None:
        try:
            carry_out(job)
        except (OperationalError, InterfaceError) as error:
            logger.error("%s: its end cannot be recorded, the database is unavailable: %s", job, first_line(error))
        except Exception:
            # The job is due again when its lease expires. After MAX_FAILURES it fails.
            logger.exception("worker %s continues after an internal error in %s", self.name, job)
        finally:
            connections.close_all()
            del self._running[number]
            self._ended.set()

    def _leave(self) -> None:
        """Wait for the present jobs, hand back those that take too long, and sign off."""
        until = time.monotonic() + STOP_WITHIN
        while self._running and time.monotonic() < until:
            time.sleep(0.02)
        try:
            close_broken_connections()
            for job in self.running():
                self._hand_back(job)
            Worker.objects.filter(name=self.name).delete()
        except (OperationalError, InterfaceError) as error:
            # Leases expire, and so does the worker's row.
            logger.error("worker %s could not sign off, the database is unavailable: %s", self.name, first_line(error))

    def _hand_back(self, job: RunningJob) -> None:
        try:
            job.release()
            logger.info("%s was handed back to the queue", job)
        except LeaseLost:
            pass
        job.take_away()

    def _sleep(self, seconds: float, *, until_periodic: bool) -> None:
        """Sleep, but return early when the worker is stopped or a job has ended.

        With `until_periodic`, also when it is time to look for periodic work, as soon as a test clock was moved there.
        """
        until = time.monotonic() + seconds
        while not self._stopped and (left := until - time.monotonic()) > 0:
            if self._ended.wait(min(left, NAP)):
                return
            if until_periodic and self._clocks.queue() >= self._next_periodic:
                return

    def _tend(self) -> None:
        real, now = self._clocks.real(), self._clocks.queue()
        if real >= self._next_heartbeat:
            Worker.objects.update_or_create(name=self.name, defaults={"last_seen_at": real})
            self._next_heartbeat = real + HEARTBEAT
        was_turned_back = now < self._next_periodic - PERIODIC_CHECK * 2
        if was_turned_back:
            retry_soon(now)
        if now >= self._next_periodic or was_turned_back:
            Worker.objects.filter(last_seen_at__lt=real - timedelta(days=1)).delete()
            enqueue_periodic(now)
            self._next_periodic = now + PERIODIC_CHECK
