"""Tells the engine that there is work. The database engine needs no telling: its workers look for themselves."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.db import transaction


def prepare() -> None:
    """Load at start what the first announcement needs. It does not connect to the broker."""
    if settings.ENVIRONMENT.job_engine == "celery":
        _announcer(settings.ENVIRONMENT.celery_broker_url)


def announce_after_commit(jobs: int) -> None:
    """Announce new jobs that are due when the caller's transaction is committed. Never fails and never waits."""
    if jobs and settings.ENVIRONMENT.job_engine == "celery":
        announce = _announcer(settings.ENVIRONMENT.celery_broker_url)
        transaction.on_commit(lambda: announce(jobs), robust=True)


@cache
def _announcer(broker_url: str) -> Callable[[int], None]:
    from jobs.celery_engine.sending import Announcer  # only this engine needs Celery

    return Announcer(broker_url).announce
