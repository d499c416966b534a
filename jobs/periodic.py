"""Periodic work: each kind is enqueued again once its interval has passed."""

from datetime import datetime

from jobs.handlers import periodic_kinds
from jobs.models import Job
from jobs.queue import AlreadyQueued, enqueue


def enqueue_periodic(now: datetime) -> list[str]:
    """Enqueues the periodic work that is due and neither queued nor running; returns the kinds.

    All workers may call it: the key of the job is unique while it is live.
    """
    enqueued = []
    for kind, interval in periodic_kinds().items():
        latest = Job.objects.filter(key=kind).order_by("-id").first()
        if latest is not None and latest.created_at + interval > now:
            continue
        try:
            enqueue(kind, now=now)
        except AlreadyQueued:
            continue
        enqueued.append(kind)
    return enqueued
