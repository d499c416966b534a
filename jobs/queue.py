"""Adds jobs to the queue and cancels them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from jobs.announcing import announce_after_commit
from jobs.models import LIVE_STATES, Job
from jobs.observing import current_cause
from jobs.parties import NOBODY, Party


class AlreadyQueued(Exception):
    """A queued or running job has the same key."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """One of many jobs of a kind (`enqueue_unless_queued`)."""

    arguments: Mapping[str, Any]
    party: Party


def enqueue(
    kind: str,
    *,
    key: str | None = None,
    arguments: Mapping[str, Any] | None = None,
    party: Party = NOBODY,
    priority: Job.Priority = Job.Priority.REGULAR,
    now: datetime,
    due_at: datetime | None = None,
) -> Job:
    """Enqueue a job in the caller's transaction, so that the job exists if and only if its cause is committed.

    The key defaults to the kind, as for periodic work. The job is due at `due_at`, by default immediately. `party` and
    `priority` decide when its turn comes.

    Raises AlreadyQueued if a live job has the same key, also if two callers race; the caller's transaction stays
    usable. A job that is queued with a lower priority gets the higher one, and is due no later than this one would be.
    """
    row = _row(kind, key, arguments or {}, party, priority, now, due_at)
    try:
        with transaction.atomic():  # a savepoint inside the caller's transaction
            job = Job.objects.create(**row)
    except IntegrityError as error:
        _bring_forward(Job(**row))
        raise AlreadyQueued(key or kind) from error
    announce_after_commit(int(job.ready))
    return job


def enqueue_unless_queued(
    kind: str, jobs: Mapping[str, NewJob], *, priority: Job.Priority = Job.Priority.REGULAR, now: datetime
) -> None:
    """Enqueue a job for each key of `jobs`, in one statement. Keys that have a live job are skipped.

    A job that is queued with a lower priority gets the higher one, and is due no later than this one would be.
    """
    rows = [Job(**_row(kind, key, new.arguments, new.party, priority, now, None)) for key, new in sorted(jobs.items())]
    if priority == Job.Priority.REGULAR:
        Job.objects.bulk_create(rows, ignore_conflicts=True)
    elif rows:
        _insert_or_bring_forward(rows)
    announce_after_commit(len(rows))


def accounts_with_work(kind: str, priorities: Collection[int], application_id: int) -> set[int]:
    """The account ids of the application for which a committed job of the kind is ready or running.

    Jobs that are due later are not counted.
    """
    # Literal values, because a prepared statement with parameters could not use the partial indexes.
    jobs = (
        f"SELECT account_id FROM {Job._meta.db_table} "  # noqa: S608  no input
        f"WHERE application_id = %s AND kind = %s AND priority IN ({', '.join(str(int(each)) for each in priorities)})"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"{jobs} AND state = 'queued' AND ready UNION {jobs} AND state = 'running'",
            [application_id, kind, application_id, kind],
        )
        return {account_id for (account_id,) in cursor.fetchall()}


def _row(
    kind: str,
    key: str | None,
    arguments: Mapping[str, Any],
    party: Party,
    priority: Job.Priority,
    now: datetime,
    due_at: datetime | None,
) -> dict[str, Any]:
    return {
        "kind": kind,
        "key": key or kind,
        "arguments": dict(arguments),
        "priority": priority,
        "application_id": party.application_id,
        "user_id": party.user_id,
        "account_id": party.account_id,
        "due_at": due_at or now,
        "ready": due_at is None or due_at <= now,
        "created_at": now,
        "traceparent": current_cause(),
    }


def bring_forward(key: str, *, priority: Job.Priority, now: datetime) -> None:
    """Give a queued job with this key the priority, if it has a lower one, and let it be due now."""
    _bring_forward(Job(key=key, priority=priority, due_at=now, ready=True))
    announce_after_commit(1)


def _bring_forward(new: Job) -> None:
    queued = Job.objects.filter(key=new.key, state=Job.State.QUEUED, priority__lt=new.priority)
    queued.update(priority=new.priority)
    # A job that has failed keeps its wait, which protects the channel.
    queued = Job.objects.filter(key=new.key, state=Job.State.QUEUED, priority=new.priority, failures=0)
    queued.filter(due_at__gt=new.due_at).update(due_at=new.due_at, ready=new.ready)


def _insert_or_bring_forward(rows: Sequence[Job]) -> None:
    """`_bring_forward` for many rows, in one statement. Django's own cannot name a partial unique index."""
    fields = [column for column in Job._meta.local_concrete_fields if not column.primary_key]
    columns = ", ".join(str(column.column) for column in fields)
    row = f"({', '.join(['%s'] * len(fields))})"
    values = [column.get_db_prep_save(getattr(job, column.attname), connection) for job in rows for column in fields]
    sooner = "jobs_job.failures = 0 AND jobs_job.due_at > excluded.due_at"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO jobs_job ({columns}) VALUES {', '.join([row] * len(rows))} "  # noqa: S608  no input
            "ON CONFLICT (key) WHERE state IN ('queued', 'running') DO UPDATE SET priority = excluded.priority, "
            f"due_at = CASE WHEN {sooner} THEN excluded.due_at ELSE jobs_job.due_at END, "
            f"ready = CASE WHEN {sooner} THEN excluded.ready ELSE jobs_job.ready END "
            "WHERE jobs_job.state = 'queued' AND jobs_job.priority < excluded.priority",
            values,
        )


def cancel_jobs(keys: Iterable[str], *, reason: str, now: datetime) -> int:
    """Close the live jobs with these keys as failed, with `reason` as their error; return their number.

    A worker that is running one of them gets LeaseLost at the next step of its handler.
    """
    return Job.objects.filter(key__in=list(keys), state__in=LIVE_STATES).update(
        state=Job.State.FAILED, finished_at=now, leased_until=None, error=reason
    )
