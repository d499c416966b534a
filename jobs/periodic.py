"""What is done by the clock. Rooms add their kinds here, and the handlers in jobs/handlers.py."""

from datetime import datetime, timedelta

from jobs.models import Job
from jobs.queue import AlreadyQueued, enqueue
from jobs.running import RunningJob

# Kind to how long after one was enqueued the next one is.
PERIODIC = {
    "refresh_markets": timedelta(days=1),
    "push_enabled_listings": timedelta(days=1),
    "write_recommendations": timedelta(days=1),
    "compact_tallies": timedelta(days=1),
    "prune_jobs": timedelta(days=1),
    "purge_expired_tokens": timedelta(days=1),
    "sync_stale_accounts": timedelta(minutes=15),
}

KEPT_AFTER_THE_END = timedelta(days=30)


def enqueue_periodic(now: datetime) -> list[str]:
    """Enqueues what is due and neither queued nor running; returns the kinds. All workers may call it."""
    enqueued = []
    for kind, interval in PERIODIC.items():
        latest = Job.objects.filter(kind=kind, account=None, listing=None).order_by("-id").first()
        if latest is not None and latest.created_at + interval > now:
            continue
        try:
            enqueue(kind, now=now)
        except AlreadyQueued:
            continue
        enqueued.append(kind)
    return enqueued


def prune_jobs(job: RunningJob) -> None:
    """Deletes jobs that ended a month ago."""
    Job.objects.filter(finished_at__lt=job.now() - KEPT_AFTER_THE_END).delete()
