"""Processor time that a worker spends on a sync, by step, while the channel sets no limits."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from bench.channel import connect, sandbox
from jobs.handlers import register
from jobs.kinds import SYNC_ACCOUNT
from jobs.models import Job
from jobs.running import RunningJob
from listings.models import Reservation
from sync import steps
from sync.models import AccountConnection
from sync.run import SyncRun, opened
from sync.services.accounts import enqueue_sync
from users.models import Account


def measure(client_id: int) -> list[dict[str, Any]]:
    """Return `{name, database, rows, ms}` of a first sync and of one that repeats it: milliseconds of one core per row.

    The time contains all that the worker does for a row: the request, decoding, validation, and the database driver.
    The database server's own time is not in it.
    """
    with sandbox(limited=False):
        account = connect(str(client_id))
        found: list[dict[str, Any]] = []
        for name in ("first sync", "repeated sync"):
            spent: dict[str, float] = {}
            register(SYNC_ACCOUNT, partial(timed_sync, spent=spent))
            if name == "repeated sync":
                begin_again(account)
            call_command("worker", drain=True)
            rows = {
                "listing": account.channel_listings.count(),
                "calendar of 730 nights": account.channel_listings.count(),
                "reservation": Reservation.objects.filter(account=account).count(),
            }
            found += [
                {
                    "name": f"{name}: {step}",
                    "database": connection.vendor,
                    "rows": rows[step],
                    "ms": round(1000 * seconds / rows[step], 3),
                }
                for step, seconds in spent.items()
            ]
        return found


def begin_again(account: Account) -> None:
    """Queue a sync that reads everything once more."""
    AccountConnection.objects.filter(account=account).update(cursor={})
    enqueue_sync(account, recent_sync_threshold_minutes=0, priority=Job.Priority.AWAITED, now=timezone.now())


def timed_sync(job: RunningJob, *, spent: dict[str, float]) -> None:
    account = Account.objects.select_related("user").get(pk=job.arguments["account_id"])
    with opened(job, account) as run:
        every: dict[str, Callable[[SyncRun], None]] = {
            "listing": steps.read_listings,
            "calendar of 730 nights": lambda run: steps.read_calendars(run, job.now()),
            "reservation": steps.read_reservations,
        }
        for name, step in every.items():
            begun = time.process_time()
            step(run)
            spent[name] = time.process_time() - begun
