"""The job a handler is working on: its facts, its lease, and how it may end."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from jobs.models import Job


class TryLater(Exception):
    """Raised by a handler: it failed for a reason that may pass. `str()` of it is kept as the job's error.

    `after`: seconds to wait at least, where somebody said so.
    """

    def __init__(self, message: str, *, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class GiveUp(Exception):
    """Raised by a handler: it failed, and trying again would not help. `str()` of it is the job's error."""


class LeaseLost(Exception):
    """The job is no longer this worker's: taken by another one, or cancelled. Nothing may be written."""


class Stopping(Exception):
    """The worker was asked to stop: the job goes back to the queue, to be taken up where it was left."""


class RunningJob:
    """What a handler gets. It may be run again after a crash at any line: what it does must bear repeating.

    A handler calls `keep_lease` often (before each request to a channel, say), and `fence` first in every
    transaction that writes.
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
        """Cheap: writes only when a third of the lease is over. Raises LeaseLost, and Stopping to leave."""
        if self._stopping():
            raise Stopping(str(self))
        if self._clock() >= self._renew_at:
            self._update()

    def fence(self) -> None:
        """Holds the job's row until the caller's transaction ends: no other worker can take it meanwhile.

        Raises LeaseLost when one has taken it already: then the transaction must not be committed.
        """
        self._update()

    def report(self, **progress: Any) -> None:
        """Adds to the job's progress; a `fence` too. Raises LeaseLost."""
        self._progress |= progress
        self._update(progress=self._progress)

    def succeed(self) -> None:
        """Closes the job. A handler may call it in its last transaction, so that both happen or neither."""
        self._close(Job.State.SUCCEEDED, error="")

    def fail(self, error: str) -> None:
        self._close(Job.State.FAILED, error=error, failures=self.failures + 1)

    def retry(self, error: str, *, after: timedelta) -> None:
        """Back to the queue, due after a while."""
        due_at = self._clock() + after
        failures = self.failures + 1
        self._leave(state=Job.State.QUEUED, due_at=due_at, failures=failures, error=error)

    def release(self) -> None:
        """Back to the queue, due at once."""
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
        # `attempts` has grown when another worker has taken the job since, however alive this one still is.
        ours = Job.objects.filter(pk=self.id, attempts=self.attempts, state=Job.State.RUNNING)
        if not ours.update(**changes):
            raise LeaseLost(str(self))
