"""Asking for a sync of one listing."""

from datetime import datetime

from django.db import transaction

from jobs.keys import key_of
from jobs.kinds import REFRESH_LISTING
from jobs.models import LIVE_STATES, Job
from jobs.queue import AlreadyQueued, enqueue
from jobs.running import RunningJob
from jsonapi.refusals import NotThere
from listings.models import Listing

ONCE_MORE = "once_more"  # among the arguments of a running job: sync again after it, as it may have read too early


@transaction.atomic
def refresh_listing(listing: Listing, *, now: datetime) -> None:
    """Queues a sync of details and availability, then reservations, then the automatic base price.

    One runs at a time; a request that comes while one runs causes one more after it. Raises NotThere when no live
    account shows the listing.
    """
    live = listing.channel_listings.filter(removed_at=None, account__deleted_at=None, account__valid=True)
    if not live.exists():
        raise NotThere(f"Listing {listing.pk} is not on any connected channel")
    if not _queued(listing.pk, now):
        _queued(listing.pk, now)  # a job that is in the way now has begun after the request


def _queued(listing_id: int, now: datetime) -> bool:
    """Whether a sync that reads the present state is certain; not if the one in the way has just ended."""
    try:
        _enqueue(listing_id, now)
    except AlreadyQueued:
        # While it is locked the job can neither begin nor end, so it will see the note.
        key = key_of(REFRESH_LISTING, listing_id)
        job = Job.objects.select_for_update().filter(key=key, state__in=LIVE_STATES).first()
        if job is None:
            return False
        if job.state == Job.State.RUNNING:
            job.arguments |= {ONCE_MORE: True}
            job.save(update_fields=["arguments"])
    return True


def refresh_once_more(job: RunningJob) -> None:
    """Queues the next sync if one was asked for while `job` ran. Call it in the transaction that closes the job."""
    arguments = Job.objects.values_list("arguments", flat=True).get(pk=job.id)
    if arguments.get(ONCE_MORE):
        _enqueue(arguments["listing_id"], job.now())


def _enqueue(listing_id: int, now: datetime) -> None:
    enqueue(
        REFRESH_LISTING,
        key=key_of(REFRESH_LISTING, listing_id),
        arguments={"listing_id": listing_id},
        now=now,
    )
