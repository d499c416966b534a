"""Queues the pushes of listings' prices to their channels."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from jobs.keys import key_of
from jobs.kinds import PUSH_LISTING
from jobs.models import Job
from jobs.parties import Party
from jobs.queue import NewJob, enqueue_unless_queued
from jobs.running import RunningJob
from listings.models import Listing

LISTINGS_PER_BATCH = 100  # listings that are locked at the same time


def queue_push(listing: Listing, now: datetime) -> None:
    """Queue a push of the listing if it is enabled. Call it in the transaction that changed its prices.

    `listing` must be locked by that transaction and read after it was locked. A running push takes the same lock and
    checks for changes before it closes its job. Therefore the running push sees the change, or its job is closed and
    a new job is queued.
    """
    if listing.enabled and listing.deleted_at is None:
        _enqueue([(listing.pk, listing.application_id, listing.owner_id)], Job.Priority.QUICK, now)


@transaction.atomic
def queue_pushes(listing_ids: Collection[int], now: datetime) -> None:
    """Lock the listings and queue a push of each listing that is enabled. Nobody waits for these pushes."""
    enabled = Listing.objects.select_for_update().filter(pk__in=listing_ids, enabled=True, deleted_at=None)
    rows = enabled.order_by("pk").values_list("pk", "application_id", "owner_id")
    _enqueue(rows, Job.Priority.REGULAR, now)


def _enqueue(listings: Iterable[tuple[int, int, int]], priority: Job.Priority, now: datetime) -> None:
    """`listings`: the ids of listings, their applications and their owners."""
    jobs = {
        key_of(PUSH_LISTING, pk): NewJob({"listing_id": pk}, Party(application_id, owner_id))
        for pk, application_id, owner_id in listings
    }
    enqueue_unless_queued(PUSH_LISTING, jobs, priority=priority, now=now)


def note_push_error(listing_id: int, error: str | None) -> None:
    """Store why the last push did not end well, for people; None if it did."""
    told = Listing.objects.filter(pk=listing_id)
    (told.exclude(push_error=None) if error is None else told).update(push_error=error)


def push_enabled_listings(job: RunningJob) -> None:
    """Handle the daily job `push_enabled_listings`: prices depend on the lead time, so they change every day."""
    after = 0
    enabled = Listing.objects.filter(enabled=True, deleted_at=None).order_by("pk")
    while ids := list(enabled.filter(pk__gt=after).values_list("pk", flat=True)[:LISTINGS_PER_BATCH]):
        job.keep_lease()
        queue_pushes(ids, job.now())
        after = ids[-1]
