"""A running job as its handler sees it: data, lease, and the ways to end it."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from jobs.models import Job
from jobs.parties import Party


class TryLater(Exception):
    """A handler raises this for a temporary failure. Its text becomes the job's error.

    `after` is the shortest wait before the retry in seconds, for example from a Retry-After header. If the failure is
    not `counted`, the job is due again after exactly this time, and is tried as often as it takes.
    """

    def __init__(self, message: str, *, after: float | None = None, counted: bool = True) -> None:
        super().__init__(message)
        self.after = after
        self.counted = counted


class GiveUp(Exception):
    """A handler raises this for a permanent failure. Its text becomes the job's error."""


class LeaseLost(Exception):
    """The job was taken by another worker or cancelled. This worker must not write anything more."""


class Stopping(Exception):
    """The job returns to the queue, and a worker continues it. It is not a failure."""


class GivesWay(Stopping):
    """Others wait for the place of this job."""


class RunningJob:
    """The argument of a handler. After a crash at any line the handler is run again, so its work must be repeatable.

    A handler calls `keep_lease` often, for example before each request to a channel. Every transaction of a handler
    that writes starts with `fence`. A handler of long work calls `give_way_if_others_wait` after each step whose result
    is stored.
    """

    def __init__(
        self, job: Job, *, clock: Callable[[], datetime], lease: timedelta, stopping: Callable[[], bool]
    ) -> None:
        self.id: int = job.pk
        self.kind = job.kind
        self.key = job.key
        self.arguments: Mapping[str, Any] = job.arguments
        self.priority = job.priority
        self.party = Party(job.application_id, job.user_id, job.account_id)
        self.created_at = job.created_at
        self.attempts = job.attempts
        self.failures = job.failures
        self.closed = False
        self.others_wait = False  # set by the worker, with the instant of asking (jobs/yielding.py)
        self.asked_at = 0.0
        self.started = self.last_sign = time.monotonic()
        self._taken_away = False
        self._progress: dict[str, Any] = dict(job.progress)
        self._clock = clock
        self._lease = lease
        self._stopping = stopping
        self._leased_until = job.leased_until or clock() + lease

    def __str__(self) -> str:
        return f"{self.kind} #{self.id}"

    def now(self) -> datetime:
        return self._clock()

    def keep_lease(self) -> None:
        """Renew the lease when a third of it has passed; otherwise do nothing.

        Raises LeaseLost, and Stopping if the handler has to end because its worker stops.
        """
        self.last_sign = time.monotonic()
        if self._taken_away:
            raise LeaseLost(str(self))
        if self._stopping():
            raise Stopping(str(self))
        now = self._clock()
        if now < self._leased_until - self._lease * 2 / 3:
            return
        try:
            self._update()
        except (OperationalError, InterfaceError):
            # The job is ours until the lease ends, so a short outage of the database does not end work at a channel.
            if now >= self._leased_until:
                raise

    def give_way_if_others_wait(self, **progress: Any) -> None:
        """End the job here if another job has a better right to its place: store `progress`, and raise GivesWay.

        Call it outside a transaction, where the next run goes on after what is done, so that each run gets further.
        """
        if not self.others_wait:
            return
        if progress:
            self.report(**progress)
        raise GivesWay(str(self))

    def fence(self) -> None:
        """Lock the job's row until the caller's transaction ends, so that no other worker can take the job.

        Raises LeaseLost if another worker has taken it already; then the transaction must not be committed.
        """
        self._update()

    def report(self, **progress: Any) -> None:
        """Store values in the job's progress. It also works as a `fence`. Raises LeaseLost."""
        self._progress |= progress
        self._update(progress=self._progress)

    def succeed(self) -> None:
        """Close the job as succeeded. Raises LeaseLost.

        A handler may call it in its last transaction, so that its work and the end of the job are committed together.
        """
        self._close(Job.State.SUCCEEDED, error="")

    def fail(self, error: str) -> None:
        """Close the job as failed. Raises LeaseLost."""
        self._close(Job.State.FAILED, error=error, failures=self.failures + 1)

    def retry(self, error: str, *, after: timedelta) -> None:
        """Count a failure and return the job to the queue, due after `after`. Raises LeaseLost."""
        due_at = self._clock() + after
        self._leave(state=Job.State.QUEUED, ready=False, due_at=due_at, failures=self.failures + 1, error=error)

    def postpone(self, reason: str, *, after: timedelta) -> None:
        """Return the job to the queue without counting a failure, due after `after`. Raises LeaseLost."""
        self._leave(state=Job.State.QUEUED, ready=False, due_at=self._clock() + after, error=reason)

    def release(self) -> None:
        """Return the job to the queue, due immediately. Raises LeaseLost."""
        self._leave(state=Job.State.QUEUED, ready=True)

    def renewed(self, until: datetime) -> None:
        """Another thread has renewed the lease (jobs/leases.py)."""
        self._leased_until = until

    def take_away(self) -> None:
        """The job is no longer this worker's. The handler gets LeaseLost at its next step."""
        self._taken_away = True

    def _close(self, state: Job.State, **changes: Any) -> None:
        self._leave(state=state, finished_at=self._clock(), **changes)

    def _leave(self, **changes: Any) -> None:
        self._write(leased_until=None, **changes)
        self.closed = True

    def _update(self, **changes: Any) -> None:
        until = self._clock() + self._lease
        self._write(leased_until=until, **changes)
        self._leased_until = until

    def _write(self, **changes: Any) -> None:
        if self._taken_away:
            raise LeaseLost(str(self))
        # Another worker that took the job has increased `attempts`.
        ours = Job.objects.filter(pk=self.id, attempts=self.attempts, state=Job.State.RUNNING)
        with transaction.atomic():  # so that the threads of a worker take turns (partners/sqlite3)
            if not ours.update(**changes):
                raise LeaseLost(str(self))
