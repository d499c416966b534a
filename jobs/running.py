"""A running job as its handler sees it: data, lease, and the ways to end it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from jobs.models import Job


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
    """The worker has to stop. The job returns to the queue, and another worker continues it."""


class RunningJob:
    """The argument of a handler. After a crash at any line the handler is run again, so its work must be repeatable.

    A handler calls `keep_lease` often, for example before each request to a channel. Every transaction of a handler
    that writes starts with `fence`.
    """

    def __init__(
        self, job: Job, *, clock: Callable[[], datetime], lease: timedelta, stopping: Callable[[], bool]
    ) -> None:
        self.id: int = job.pk
        self.kind = job.kind
        self.key = job.key
        self.arguments: Mapping[str, Any] = job.arguments
        self.created_at = job.created_at
        self.attempts = job.attempts
        self.failures = job.failures
        self.closed = False
        self._progress: dict[str, Any] = dict(job.progress)
        self._clock = clock
        self._lease = lease
        self._stopping = stopping
        self._renew_at = clock() + lease / 3

    def __str__(self) -> str:
        return f"{self.kind} #{self.id}"

    def now(self) -> datetime:
        return self._clock()

    def keep_lease(self) -> None:
        """Renew the lease when a third of it has passed; otherwise do nothing.

        Raises LeaseLost, and Stopping if the handler has to end because its worker stops.
        """
        if self._stopping():
            raise Stopping(str(self))
        if self._clock() >= self._renew_at:
            self._update()

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
        failures = self.failures + 1
        self._leave(state=Job.State.QUEUED, due_at=due_at, failures=failures, error=error)

    def postpone(self, reason: str, *, after: timedelta) -> None:
        """Return the job to the queue without counting a failure, due after `after`. Raises LeaseLost."""
        self._leave(state=Job.State.QUEUED, due_at=self._clock() + after, error=reason)

    def release(self) -> None:
        """Return the job to the queue, due immediately. Raises LeaseLost."""
        self._leave(state=Job.State.QUEUED)

    def _close(self, state: Job.State, **changes: Any) -> None:
        self._leave(state=state, finished_at=self._clock(), **changes)

    def _leave(self, **changes: Any) -> None:
        self._write(leased_until=None, **changes)
        self.closed = True

    def _update(self, **changes: Any) -> None:
        now = self._clock()
        self._write(leased_until=now + self._lease, **changes)
        self._renew_at = now + self._lease / 3

    def _write(self, **changes: Any) -> None:
        # Another worker that took the job has increased `attempts`.
        ours = Job.objects.filter(pk=self.id, attempts=self.attempts, state=Job.State.RUNNING)
        if not ours.update(**changes):
            raise LeaseLost(str(self))
