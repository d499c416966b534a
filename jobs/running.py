"""A running job as its handler sees it: data, lease, and the ways to end it."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from jobs.attempts import Attempt, with_attempt
from jobs.clocks import Clocks
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
        self,
        job: Job,
        *,
        clocks: Clocks,
        lease: timedelta,
        stopping: Callable[[], bool],
        worker: str = "",
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
        self.outcome = "succeeded"  # how the job was closed (jobs/observing.py)
        self.others_wait = False  # set by the worker, with the instant of asking (jobs/yielding.py)
        self.asked_at = 0.0
        self.started = self.last_sign = time.monotonic()
        self._taken_away = False
        self.traceparent = job.traceparent
        self._progress: dict[str, Any] = dict(job.progress)
        self._attempts_log: list[Attempt] = job.attempts_log or []
        self._worker = worker
        self._started_at = clocks.now()
        self._channel_requests: dict[str, Any] = dict(job.channel_requests or {})
        self._counting: dict[str, Callable[[], Mapping[str, Any]]] = {}
        self._clocks = clocks
        self._lease = lease
        self._stopping = stopping
        self._leased_until = job.leased_until or clocks.real() + lease

    def __str__(self) -> str:
        return f"{self.kind} #{self.id}"

    def now(self) -> datetime:
        return self._clocks.now()

    def real_now(self) -> datetime:
        """The machine's time, which a test clock does not move: for leases, lifetimes of tokens, and signatures."""
        return self._clocks.real()

    def keep_lease(self) -> None:
        """Renew the lease when a third of it has passed; otherwise do nothing.

        Raises LeaseLost, and Stopping if the handler has to end because its worker stops.
        """
        self.last_sign = time.monotonic()
        if self._taken_away:
            raise LeaseLost(str(self))
        if self._stopping():
            raise Stopping(str(self))
        now = self._clocks.real()
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

    def channel_requests(self, account_id: int) -> Mapping[str, Any]:
        """What was counted of the requests for this account in earlier attempts, and before in this one."""
        self._add_counted()
        counted: Mapping[str, Any] = self._channel_requests.get(str(account_id), {})
        return counted

    def channels(self) -> frozenset[str]:
        """The channels whose requests this attempt has counted, by slug."""
        return frozenset(str(summary()["channel"]) for summary in self._counting.values())

    def count_channel_requests(self, account_id: int, summary: Callable[[], Mapping[str, Any]]) -> None:
        """Store what `summary` returns then with the end of this attempt, in the same statement."""
        self._counting[str(account_id)] = summary

    def _add_counted(self) -> None:
        self._channel_requests |= {account: dict(summary()) for account, summary in self._counting.items()}

    def succeed(self) -> None:
        """Close the job as succeeded. Raises LeaseLost.

        A handler may call it in its last transaction, so that its work and the end of the job are committed together.
        """
        self._close(Job.State.SUCCEEDED, "succeeded", error="")

    def fail(self, error: str) -> None:
        """Close the job as failed. Raises LeaseLost."""
        self._close(Job.State.FAILED, "failed", error=error, failures=self.failures + 1)

    def retry(self, error: str, *, after: timedelta) -> None:
        """Count a failure and return the job to the queue, due after `after`. Raises LeaseLost."""
        due_at = self._clocks.queue() + after
        failures = self.failures + 1
        self._leave("retried", state=Job.State.QUEUED, ready=False, due_at=due_at, failures=failures, error=error)

    def postpone(self, reason: str, *, after: timedelta, priority: int | None = None) -> None:
        """Return the job to the queue without counting a failure, due after `after`. Raises LeaseLost.

        `priority` is the one of its next turn, by default the same.
        """
        due_at = self._clocks.queue() + after
        self._leave("postponed", state=Job.State.QUEUED, ready=False, due_at=due_at, error=reason, **_given(priority))

    def release(self, *, priority: int | None = None) -> None:
        """Return the job to the queue, due immediately. Raises LeaseLost. `priority`: see `postpone`."""
        self._leave("returned", state=Job.State.QUEUED, ready=True, **_given(priority))

    def renewed(self, until: datetime) -> None:
        """Another thread has renewed the lease (jobs/leases.py)."""
        self._leased_until = until

    def take_away(self) -> None:
        """The job is no longer this worker's. The handler gets LeaseLost at its next step."""
        self._taken_away = True

    def _close(self, state: Job.State, outcome: str, **changes: Any) -> None:
        self._leave(outcome, state=state, finished_at=self._clocks.now(), **changes)

    def _leave(self, outcome: str, **changes: Any) -> None:
        log = with_attempt(
            self._attempts_log,
            number=self.attempts,
            worker=self._worker,
            started_at=self._started_at,
            ended_at=self._clocks.now(),
            outcome=outcome,
            error=changes.get("error", ""),
        )
        if self._counting:
            self._add_counted()
            changes["channel_requests"] = self._channel_requests
        self._write(leased_until=None, attempts_log=log, **changes)
        self.closed, self.outcome = True, outcome

    def _update(self, **changes: Any) -> None:
        until = self._clocks.real() + self._lease
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


def _given(priority: int | None) -> dict[str, int]:
    return {} if priority is None else {"priority": priority}
