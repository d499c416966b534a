"""Regular syncs of all accounts."""

from datetime import timedelta

from django.db.models import Exists, OuterRef

from jobs.keys import key_expression
from jobs.kinds import SYNC_ACCOUNT
from jobs.models import Job
from jobs.queue import AlreadyQueued
from jobs.running import RunningJob
from sync.services.accounts import DEFAULT_RECENT_SYNC_MINUTES, enqueue_sync
from users.models import Account

SYNC_EVERY = timedelta(hours=6)
# Spread over this time, because channels limit how often they may be asked.
SPREAD = timedelta(minutes=15)


def sync_stale_accounts(job: RunningJob) -> None:
    """Queues a sync of each live account that is not paused, if its last sync was queued more than SYNC_EVERY ago."""
    now = job.now()
    lately = Job.objects.filter(key=key_expression(SYNC_ACCOUNT, OuterRef("pk")), created_at__gt=now - SYNC_EVERY)
    live = Account.objects.filter(valid=True, deleted_at=None, user__deleted_at=None, connection__paused_at=None)
    stale = live.filter(~Exists(lately))
    seconds = int(SPREAD.total_seconds())
    for account in list(stale.order_by("pk").select_related("user").only("pk", "user__application_id")):
        job.keep_lease()
        due_at = now + timedelta(seconds=account.pk * 61 % seconds)
        try:
            enqueue_sync(
                account,
                recent_sync_threshold_minutes=DEFAULT_RECENT_SYNC_MINUTES,
                priority=Job.Priority.REGULAR,
                now=now,
                due_at=due_at,
            )
        except AlreadyQueued:
            continue
