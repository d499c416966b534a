"""Erases what is left of deleted users when their retention time is over (`RETENTION_DAYS`, docs/users.md).

Each room registers an erasing step when Django starts, because this room does not import the others.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from audit.services import erase_person
from jobs.one_by_one import one_by_one
from jobs.running import RunningJob
from users.models import Account, Credential, User

ERASE_DEPARTED_USERS = "erase_departed_users"
ROWS_PER_BATCH = 500

# Takes the id of a deleted user and a limit, erases at most that many rows, and returns their number: 0 at the end.
Erase = Callable[[int, int], int]

_steps: list[Erase] = []


def register(step: Erase) -> None:
    """Add a step. Call it from an app's `ready()`. Steps run before the rows of this room are erased."""
    _steps.append(step)


def erase_departed_users(job: RunningJob) -> None:
    """Handle the hourly job: erase every user whose retention time is over.

    Each batch is a transaction. After a crash, or when others wait, the next run continues with what is left.
    """
    due = departed_before(job.now() - retention())
    one_by_one(job, list(due.values_list("pk", flat=True)), partial(_erase, job), counted_as="users")


def retention() -> timedelta:
    """The time that deleted rows are kept."""
    return timedelta(days=settings.ENVIRONMENT.retention_days)


def departed_before(instant: datetime) -> QuerySet[User]:
    return User.objects.filter(deleted_at__lte=instant).order_by("deleted_at", "pk")


def _erase(job: RunningJob, user_id: int) -> int:
    for step in (*_steps, erase_person, _erase_own_rows):
        while _erase_batch(job, step, user_id):
            job.keep_lease()
            job.give_way_if_others_wait()
    return 1


@transaction.atomic
def _erase_batch(job: RunningJob, step: Erase, user_id: int) -> int:
    job.fence()
    return step(user_id, ROWS_PER_BATCH)


def _erase_own_rows(user_id: int, limit: int) -> int:
    return (
        erase_some(Account.objects.filter(user=user_id), limit)
        or erase_some(Credential.objects.filter(user=user_id), limit)
        or erase_some(User.objects.filter(pk=user_id, deleted_at__isnull=False), limit)
    )


def erase_some(rows: QuerySet[Any], limit: int) -> int:
    """Delete at most `limit` of the rows, with what depends on them; return how many there were."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
    if ids:
        rows.model._default_manager.filter(pk__in=ids).delete()
    return len(ids)
