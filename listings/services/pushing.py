"""Asking for a listing's prices to be sent to its channels."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from jobs.queue import AlreadyQueued, enqueue
from jobs.running import RunningJob
from listings.models import Listing, PostedNights

# So many listings are locked at a time.
BATCH = 100


def queue_push(listing: Listing, now: datetime) -> None:
    """Queues a push of an enabled listing; call it in the transaction of whatever changed its prices."""
    queue_pushes([listing.pk], now)


@transaction.atomic
def queue_pushes(listing_ids: Collection[int], now: datetime) -> None:
    """The same for many; ids of listings that are not enabled are passed over.

    The rows stay locked until the caller's transaction ends. A push that is running takes the same lock and
    looks once more before it closes its job, so a change either comes before that look or finds no live job in
    its way.
    """
    enabled = Listing.objects.select_for_update().filter(pk__in=listing_ids, enabled=True, deleted_at=None)
    for listing in enabled.order_by("pk"):
        with suppress(AlreadyQueued):
            enqueue("push_listing", listing=listing, now=now)


def forget_posted_nights(listing: Listing) -> None:
    """All nights count as changed again: while a listing is disabled, the host may set any price at the channel.

    That a stay rule was sent is kept: one that was cleared meanwhile is to be taken back.
    """
    for posted in PostedNights.objects.filter(channel_listing__listing=listing):
        posted.nights = {night: [None, *rules] for night, (_, *rules) in posted.nights.items()}
        posted.save(update_fields=["nights"])


def push_enabled_listings(job: RunningJob) -> None:
    """The daily job: prices move with the lead time, so every enabled listing is looked at."""
    after = 0
    enabled = Listing.objects.filter(enabled=True, deleted_at=None).order_by("pk")
    while ids := list(enabled.filter(pk__gt=after).values_list("pk", flat=True)[:BATCH]):
        job.keep_lease()
        queue_pushes(ids, job.now())
        after = ids[-1]
