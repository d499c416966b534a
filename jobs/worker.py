"""The worker takes due jobs one at a time and runs them. Any number of worker processes may run side by side."""

import logging
import os
import random
import socket
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections
from django.db.models import Q
from django.utils import timezone

from jobs.handlers import handler_of
from jobs.models import LIVE_STATES, Job, Worker
from jobs.periodic import enqueue_periodic
from jobs.running import GiveUp, LeaseLost, RunningJob, Stopping, TryLater

logger = logging.getLogger(__name__)

MAX_FAILURES = 8
FIRST_BACK_OFF = timedelta(seconds=5)
LONGEST_BACK_OFF = timedelta(minutes=15)

HEARTBEAT = timedelta(seconds=5)
SEEN_WITHIN = timedelta(seconds=30)
PERIODIC_CHECK = timedelta(seconds=30)
LONGEST_NAP = 0.2  # seconds until a waiting worker notices that it has to stop


def is_alive(now: datetime) -> bool:
    """Whether a worker is waiting for jobs or running one. A killed worker counts as alive until its lease expires."""
    return (
        Worker.objects.filter(last_seen_at__gt=now - SEEN_WITHIN).exists()
        or Job.objects.filter(state=Job.State.RUNNING, leased_until__gt=now).exists()
    )


def back_off(failures: int) -> timedelta:
    """The wait after the n-th failure (n >= 1): doubled each time, and varied at random by up to a quarter."""
    middle: timedelta = min(FIRST_BACK_OFF * 2 ** min(failures - 1, 16), LONGEST_BACK_OFF)
    return middle * random.uniform(0.75, 1.25)  # noqa: S311  not a secret


class JobWorker:
    """One worker. `clock` returns the present instant. `lease` defaults to the setting JOB_LEASE_SECONDS."""

    def __init__(self, *, clock: Callable[[], datetime] = timezone.now, lease: timedelta | None = None) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._clock = clock
        self._lease = lease or timedelta(seconds=settings.ENVIRONMENT.job_lease_seconds)
        # Not a threading.Event: a signal handler that calls `stop` could wait for a lock that its own thread holds.
        self._stopped = False
        self._next_heartbeat = self._next_periodic = clock()

    def stop(self) -> None:
        """Make `run` and `drain` return as soon as the present job can be left. Signal handlers may call it."""
        self._stopped = True

    def run(self) -> None:
        """Run due jobs until the worker is stopped. A database that is temporarily unavailable does not end it."""
        poll = settings.ENVIRONMENT.worker_poll_seconds
        logger.info("worker %s started", self.name)
        while not self._stopped:
            wait = poll
            try:
                close_old_connections()
                self._tend(self._clock())
                if self.run_one():
                    wait = 0
            except (OperationalError, InterfaceError) as error:
                logger.error("the database is unavailable: %s", error)
                wait = max(poll, 2.0)
            except Exception:
                # A job that could not be closed is due again when its lease expires. After MAX_FAILURES it fails.
                logger.exception("worker %s continues after an internal error", self.name)
                wait = max(poll, 2.0)
            self._sleep(wait)
        Worker.objects.filter(name=self.name).delete()
        logger.info("worker %s stopped", self.name)

    def drain(self) -> int:
        """Run due jobs until no job is due; return the number of jobs that were taken."""
        taken = 0
        while not self._stopped and self.run_one():
            taken += 1
        return taken

    def run_one(self) -> bool:
        """Take and run one due job. Returns False if no job is due."""
        job = self._claim(self._clock())
        if job is None:
            return False
        running = RunningJob(job, clock=self._clock, lease=self._lease, stopping=lambda: self._stopped)
        try:
            self._run(running)
        except LeaseLost:
            logger.warning("%s was taken over by another worker or cancelled", running)
        return True

    def _claim(self, now: datetime) -> Job | None:
        free = Q(leased_until=None) | Q(leased_until__lte=now)
        due = Job.objects.filter(free, state__in=LIVE_STATES, due_at__lte=now).order_by("due_at", "id")
        while (job := due.first()) is not None:
            seen = Job.objects.filter(pk=job.pk, state=job.state, attempts=job.attempts, leased_until=job.leased_until)
            job.failures += job.state == Job.State.RUNNING  # The worker of a running job without a lease has died.
            job.state = Job.State.RUNNING
            job.attempts += 1
            if seen.update(
                state=job.state, attempts=job.attempts, failures=job.failures, leased_until=now + self._lease
            ):
                return job
        return None

    def _run(self, job: RunningJob) -> None:
        if job.failures >= MAX_FAILURES:
            job.fail(f"Given up after {job.failures} failures. The last worker died.")
            logger.error("%s failed: its workers died", job)
            return
        logger.info("%s started, attempt %d", job, job.attempts)
        try:
            handler_of(job.kind)(job)
            if not job.closed:
                job.succeed()
            logger.info("%s succeeded", job)
        except Stopping:
            job.release()
            logger.info("%s was returned to the queue", job)
        except GiveUp as error:
            job.fail(str(error))
            logger.warning("%s failed: %s", job, error)
        except TryLater as error:
            if error.counted:
                self._try_later(job, str(error), at_least=error.after or 0)
            else:
                job.postpone(str(error), after=timedelta(seconds=error.after or 0))
                logger.info("%s waits %.0f s: %s", job, error.after or 0, error)
        except LeaseLost:
            raise
        except Exception as error:
            logger.exception("%s failed with an internal error", job)
            self._try_later(job, f"Internal error ({type(error).__name__}).", at_least=0)

    def _try_later(self, job: RunningJob, error: str, *, at_least: float) -> None:
        failures = job.failures + 1
        if failures >= MAX_FAILURES:
            job.fail(error)
            logger.error("%s failed after %d failures: %s", job, failures, error)
            return
        requested = timedelta(seconds=min(at_least, 3600.0))
        wait = max(back_off(failures), requested)
        job.retry(error, after=wait)
        logger.warning("%s will be retried in %.0f s: %s", job, wait.total_seconds(), error)

    def _sleep(self, seconds: float) -> None:
        """Sleep, but return early when the worker is stopped."""
        until = time.monotonic() + seconds
        while not self._stopped and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, LONGEST_NAP))

    def _tend(self, now: datetime) -> None:
        if now >= self._next_heartbeat:
            Worker.objects.update_or_create(name=self.name, defaults={"last_seen_at": now})
            self._next_heartbeat = now + HEARTBEAT
        if now >= self._next_periodic:
            Worker.objects.filter(last_seen_at__lt=now - timedelta(days=1)).delete()
            enqueue_periodic(now)
            self._next_periodic = now + PERIODIC_CHECK
