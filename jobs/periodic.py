"""Periodic work: a kind is enqueued again when its interval has passed."""

from datetime import datetime

from jobs.handlers import periodic_kinds
from jobs.models import Job
from jobs.queue import AlreadyQueued, enqueue


def enqueue_periodic(now: datetime) -> list[str]:
    """Enqueue the periodic kinds that are due and not live; return them.

    Several workers may call it at the same time, because the key of a live job is unique.
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
