"""Putting work into the queue, and taking it out again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from jobs.models import LIVE_STATES, Job

if TYPE_CHECKING:
    from listings.models import Listing
    from users.models import Account


class AlreadyQueued(Exception):
    """The same work is queued or running already."""


def enqueue(
    kind: str,
    *,
    account: Account | None = None,
    listing: Listing | None = None,
    arguments: Mapping[str, Any] | None = None,
    now: datetime,
    due_at: datetime | None = None,
) -> Job:
    """Queues a job in the caller's transaction: it exists if and only if what caused it does.

    A kind with neither account nor listing is periodic work. Raises AlreadyQueued when a live job stands in
    the way (the constraints of jobs.models.Job), also when two callers race; the transaction stays usable.
    """
    try:
        with transaction.atomic():  # a savepoint inside the caller's transaction
            return Job.objects.create(
                kind=kind,
                account=account,
                listing=listing,
                arguments=dict(arguments or {}),
                due_at=due_at or now,
                created_at=now,
            )
    except IntegrityError as error:
        raise AlreadyQueued(kind) from error


def cancel_jobs(*, account_ids: Iterable[int] | QuerySet[Any, Any], now: datetime) -> int:
    """Closes the live jobs of accounts that are being disconnected; returns how many.

    A worker that is at one of them finds at its next step that the job is no longer its own, and stops.
    """
    return Job.objects.filter(account__in=account_ids, state__in=LIVE_STATES).update(
        state=Job.State.FAILED, finished_at=now, leased_until=None, error="The account was disconnected."
    )
