"""Periodic work: a kind is enqueued again when its interval has passed."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from jobs.handlers import periodic_kinds
from jobs.models import Job, Schedule
from jobs.queue import AlreadyQueued, enqueue


def enqueue_periodic(now: datetime) -> list[str]:
    """Enqueue the periodic kinds that are due and not live; return them.

    Any number of workers may call it at the same time, on any number of hosts: one of them enqueues the kind.
    """
    enqueued = []
    for kind, interval in due_kinds(now).items():
        try:
            with transaction.atomic():
                if not start_once(kind, interval, now):
                    continue
                enqueue(kind, now=now)
        except AlreadyQueued:
            continue  # The transaction is rolled back, so the kind is enqueued as soon as this job has ended.
        enqueued.append(kind)
    return enqueued


def due_kinds(now: datetime) -> dict[str, timedelta]:
    """The kinds whose interval has passed. One query, as this is asked often and mostly in vain."""
    started = dict(Schedule.objects.values_list("name", "started_at"))
    return {
        kind: interval
        for kind, interval in periodic_kinds().items()
        if kind not in started or not now - interval < started[kind] <= now + interval
    }


def start_once(name: str, interval: timedelta, now: datetime) -> bool:
    """Whether the caller is the one to start what is periodic; all others get False until the interval has passed.

    A start that is more than an interval in the future was before a test clock was turned back, and does not count.
    """
    due = Schedule.objects.filter(Q(started_at__lte=now - interval) | Q(started_at__gt=now + interval), name=name)
    if due.update(started_at=now):
        return True
    if Schedule.objects.filter(name=name).exists():
        return False
    _, created = Schedule.objects.get_or_create(name=name, defaults={"started_at": now})
    return created


def retry_soon(now: datetime) -> None:
    """Make jobs due that wait for an instant, because the clock was turned back and they could wait for very long."""
    Job.objects.filter(state=Job.State.QUEUED, ready=False).update(due_at=now)
