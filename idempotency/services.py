"""When keys and answers are deleted: after their time, and with the user that they are about."""

from datetime import datetime

from django.db import transaction

from idempotency.keeper import kept_for
from idempotency.models import IdempotencyKey
from jobs.running import RunningJob
from users.models import User
from users.services.erasure import erase_some

KEYS_PER_BATCH = 1000


def purge_idempotency_keys(job: RunningJob) -> None:
    """Handle the hourly job: delete the keys whose time is over, in batches, so that no lock is held for long."""
    old = IdempotencyKey.objects.filter(created_at__lte=job.real_now() - kept_for()).order_by("created_at")
    while _purge_batch(job, list(old.values_list("pk", flat=True)[:KEYS_PER_BATCH])):
        job.keep_lease()
        job.give_way_if_others_wait()


@transaction.atomic
def _purge_batch(job: RunningJob, ids: list[str]) -> int:
    job.fence()
    # A request may have taken the key over since, which makes it young.
    IdempotencyKey.objects.filter(pk__in=ids, created_at__lte=job.real_now() - kept_for()).delete()
    return len(ids)


def erase_answers_about(user: User, now: datetime) -> None:
    """The step of users.services.departure. The keys stay, so that a late repetition does not run again."""
    IdempotencyKey.objects.filter(user=user).update(encrypted_answer="")


def erase_keys_of(user_id: int, limit: int) -> int:
    """The step of users.services.erasure."""
    return erase_some(IdempotencyKey.objects.filter(user=user_id), limit)
