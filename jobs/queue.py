"""Adds jobs to the queue and cancels them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from jobs.models import LIVE_STATES, Job


class AlreadyQueued(Exception):
    """A queued or running job has the same key."""


def enqueue(
    kind: str,
    *,
    key: str | None = None,
    arguments: Mapping[str, Any] | None = None,
    now: datetime,
    due_at: datetime | None = None,
) -> Job:
    """Enqueue a job in the caller's transaction, so that the job exists if and only if its cause is committed.

    The key defaults to the kind, as for periodic work. The job is due at `due_at`, by default immediately. Raises
    AlreadyQueued if a live job has the same key, also if two callers race; the caller's transaction stays usable.
    """
    try:
        with transaction.atomic():  # a savepoint inside the caller's transaction
            return Job.objects.create(**_row(kind, key, arguments, now, due_at))
    except IntegrityError as error:
        raise AlreadyQueued(key or kind) from error


def enqueue_unless_queued(kind: str, arguments: Mapping[str, Mapping[str, Any]], *, now: datetime) -> None:
    """Enqueue a job for each key of `arguments`, in one statement. Keys that have a live job are skipped."""
    jobs = [Job(**_row(kind, key, each, now, None)) for key, each in sorted(arguments.items())]
    Job.objects.bulk_create(jobs, ignore_conflicts=True)


def _row(
    kind: str, key: str | None, arguments: Mapping[str, Any] | None, now: datetime, due_at: datetime | None
) -> dict[str, Any]:
    return {
        "kind": kind,
        "key": key or kind,
        "arguments": dict(arguments or {}),
        "due_at": due_at or now,
        "created_at": now,
    }


def cancel_jobs(keys: Iterable[str], *, reason: str, now: datetime) -> int:
    """Close the live jobs with these keys as failed, with `reason` as their error; return their number.

    A worker that is running one of them gets LeaseLost at the next step of its handler.
    """
    return Job.objects.filter(key__in=list(keys), state__in=LIVE_STATES).update(
        state=Job.State.FAILED, finished_at=now, leased_until=None, error=reason
    )
