"""Queue jobs as the services do, for tests that need a job without its usual cause."""

from datetime import datetime
from itertools import count
from typing import Any

from jobs.keys import key_of
from jobs.kinds import PUSH_LISTING, REFRESH_LISTING, SYNC_ACCOUNT
from jobs.models import Job
from jobs.parties import NOBODY, Party
from jobs.queue import enqueue
from listings.models import Listing
from users.models import Account

_numbers = count(1)


def queue_errand(
    *,
    now: datetime,
    due_at: datetime | None = None,
    arguments: dict[str, Any] | None = None,
    party: Party = NOBODY,
    priority: Job.Priority = Job.Priority.REGULAR,
) -> Job:
    """Queue a job of the kind `errand`, with a key that no other job has."""
    key = key_of("errand", next(_numbers))
    return enqueue("errand", key=key, arguments=arguments, party=party, priority=priority, now=now, due_at=due_at)


def queue_sync(account: Account, *, now: datetime, arguments: dict[str, Any] | None = None) -> Job:
    arguments = {"account_id": account.pk, **(arguments or {})}
    return enqueue(SYNC_ACCOUNT, key=key_of(SYNC_ACCOUNT, account.pk), arguments=arguments, now=now)


def queue_refresh(listing: Listing, *, now: datetime) -> Job:
    return enqueue(
        REFRESH_LISTING, key=key_of(REFRESH_LISTING, listing.pk), arguments={"listing_id": listing.pk}, now=now
    )


def queue_push_job(listing: Listing, *, now: datetime) -> Job:
    return enqueue(PUSH_LISTING, key=key_of(PUSH_LISTING, listing.pk), arguments={"listing_id": listing.pk}, now=now)


def pushes_of(listing: Listing) -> Any:
    return Job.objects.filter(key=key_of(PUSH_LISTING, listing.pk))


def syncs_of(account: Account) -> Any:
    return Job.objects.filter(key=key_of(SYNC_ACCOUNT, account.pk))
