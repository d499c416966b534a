"""Keeps accounts fresh without anybody asking."""

from datetime import timedelta

from django.db.models import Exists, OuterRef

from jobs.models import Job
from jobs.queue import AlreadyQueued, enqueue
from jobs.running import RunningJob
from users.models import Account

SYNC_EVERY = timedelta(hours=6)
# Not all at once: channels ask for it, and so do their limits.
SPREAD = timedelta(minutes=15)


def sync_stale_accounts(job: RunningJob) -> None:
    """Queues a sync of every live account that has had none for six hours, spread over a quarter of an hour."""
    now = job.now()
    lately = Job.objects.filter(account=OuterRef("pk"), kind="sync_account", created_at__gt=now - SYNC_EVERY)
    stale = Account.objects.filter(~Exists(lately), valid=True, deleted_at=None, user__deleted_at=None)
    seconds = int(SPREAD.total_seconds())
    for account in list(stale.order_by("pk").only("pk")):
        job.keep_lease()
        due_at = now + timedelta(seconds=account.pk * 61 % seconds)
        try:
            enqueue("sync_account", account=account, now=now, due_at=due_at)
        except AlreadyQueued:
            continue
