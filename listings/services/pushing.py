"""Asking for a listing's prices to be pushed to its channels."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from jobs.keys import key_of
from jobs.kinds import PUSH_LISTING
from jobs.queue import enqueue_unless_queued
from jobs.running import RunningJob
from listings.models import Listing

BATCH = 100  # listings that are locked together


def queue_push(listing: Listing, now: datetime) -> None:
    """Queues a push of an enabled listing. Call it in the transaction that changed its prices.

    `listing` must be locked by that transaction, and no older than the lock. A running push takes the same lock and
    looks for changes once more before it closes its job. So a change either comes before that look, or finds no live
    job in its way.
    """
    if listing.enabled and listing.deleted_at is None:
        _enqueue([listing.pk], now)


@transaction.atomic
def queue_pushes(listing_ids: Collection[int], now: datetime) -> None:
    """The same for many listings, which it locks. Those that are not enabled are passed over."""
    enabled = Listing.objects.select_for_update().filter(pk__in=listing_ids, enabled=True, deleted_at=None)
    _enqueue(enabled.order_by("pk").values_list("pk", flat=True), now)


def _enqueue(listing_ids: Iterable[int], now: datetime) -> None:
    enqueue_unless_queued(PUSH_LISTING, {key_of(PUSH_LISTING, pk): {"listing_id": pk} for pk in listing_ids}, now=now)


def push_enabled_listings(job: RunningJob) -> None:
    """The daily job: prices move with the lead time, so every enabled listing is looked at."""
    after = 0
    enabled = Listing.objects.filter(enabled=True, deleted_at=None).order_by("pk")
    while ids := list(enabled.filter(pk__gt=after).values_list("pk", flat=True)[:BATCH]):
        job.keep_lease()
        queue_pushes(ids, job.now())
        after = ids[-1]
