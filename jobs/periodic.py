"""Periodic work: a kind is enqueued again when its interval has passed."""

from datetime import datetime, timedelta

from django.db import transaction

from jobs.handlers import periodic_kinds
from jobs.models import Schedule
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
        if kind not in started or started[kind] + interval <= now
    }


def start_once(name: str, interval: timedelta, now: datetime) -> bool:
    """Whether the caller is the one to start what is periodic; all others get False until the interval has passed."""
    due = Schedule.objects.filter(name=name, started_at__lte=now - interval)
    if due.update(started_at=now):
        return True
    if Schedule.objects.filter(name=name).exists():
        return False
    _, created = Schedule.objects.get_or_create(name=name, defaults={"started_at": now})
    return created
