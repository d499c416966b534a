"""Asking for a listing to be read from its channel again."""

from datetime import datetime

from django.db import transaction

from jobs.models import LIVE_STATES, Job
from jobs.queue import AlreadyQueued, enqueue
from jobs.running import RunningJob
from jsonapi.refusals import NotThere
from listings.models import Listing

KIND = "refresh_listing"
ONCE_MORE = "once_more"  # among a running job's arguments: it was asked for again, and may have read too early


@transaction.atomic
def refresh_listing(listing: Listing, *, now: datetime) -> None:
    """Queues details and availability, then reservations, then the automatic base price; once at a time.

    Asked for while one runs, it is done once more after that. Raises NotThere when no live account shows the listing.
    """
    live = listing.channel_listings.filter(removed_at=None, account__deleted_at=None, account__valid=True)
    if not live.exists():
        raise NotThere(f"Listing {listing.pk} is not on any connected channel")
    if not _queued(listing, now):
        _queued(listing, now)  # whatever stands in the way now has begun after the call


def _queued(listing: Listing, now: datetime) -> bool:
    """Whether a refresh will read all that is there by now; not if the one in the way has ended meanwhile."""
    try:
        enqueue(KIND, listing=listing, now=now)
    except AlreadyQueued:
        # Locked, it cannot begin or end until it has our note.
        job = Job.objects.select_for_update().filter(kind=KIND, listing=listing, state__in=LIVE_STATES).first()
        if job is None:
            return False
        if job.state == Job.State.RUNNING:
            job.arguments |= {ONCE_MORE: True}
            job.save(update_fields=["arguments"])
    return True


def refresh_once_more(job: RunningJob) -> None:
    """Queues the next refresh if one was asked for while `job` ran; call it in the transaction that closes it."""
    ended = Job.objects.select_related("listing").get(pk=job.id)
    if ended.listing is not None and ended.arguments.get(ONCE_MORE):
        enqueue(KIND, listing=ended.listing, now=job.now())
