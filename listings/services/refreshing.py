"""Queues the sync of one listing."""

from datetime import datetime

from django.db import transaction

from audit.actions import Action
from audit.services import record
from jobs.keys import key_of
from jobs.kinds import REFRESH_LISTING
from jobs.models import LIVE_STATES, Job
from jobs.parties import Party
from jobs.queue import AlreadyQueued, enqueue
from jobs.running import RunningJob
from jsonapi.refusals import NotThere
from listings.audited import audited_listing
from listings.models import Listing

# An argument that is added to a running job: sync again after it, because it may have read its data before the request.
ONCE_MORE = "once_more"
# An argument of a job that nobody waits for: it makes one attempt, on the channels where the listing failed.
RETRY = "retry"


@transaction.atomic(savepoint=False)
def refresh_listing(listing: Listing, *, now: datetime) -> None:
    """Queue a sync that reads details, availability and reservations, and computes the automatic base price.

    Only one sync of a listing runs at a time; a request during a sync causes another one after it. Raises NotThere if
    no valid account shows the listing.
    """
    live = listing.channel_listings.filter(removed_at=None, account__deleted_at=None, account__valid=True)
    if not live.exists():
        raise NotThere(f"Listing {listing.pk} is not on any connected channel")
    party = Party(listing.application_id, listing.owner_id)
    if not _queued(listing.pk, party, now):
        # A second failure means that another job started after the request and has already ended.
        _queued(listing.pk, party, now)
    record(Action.LISTING_REFRESH_REQUESTED, audited_listing(listing), now=now)


def _queued(listing_id: int, party: Party, now: datetime) -> bool:
    """Make sure that a sync will read the present state. Returns False if the live job has just ended; then retry."""
    try:
        _enqueue(listing_id, party, now)
    except AlreadyQueued:
        # While the job is locked it can neither start nor end, so it will see the added argument.
        key = key_of(REFRESH_LISTING, listing_id)
        job = Job.objects.select_for_update().filter(key=key, state__in=LIVE_STATES).first()
        if job is None:
            return False
        if job.state == Job.State.RUNNING:
            job.arguments |= {ONCE_MORE: True}
            job.save(update_fields=["arguments"])
        elif job.arguments.pop(RETRY, None):
            job.save(update_fields=["arguments"])
    return True


def refresh_once_more(job: RunningJob) -> None:
    """Queue another sync if one was requested while `job` ran. Call it in the transaction that closes the job."""
    arguments = Job.objects.values_list("arguments", flat=True).get(pk=job.id)
    if arguments.get(ONCE_MORE):
        _enqueue(arguments["listing_id"], job.party, job.now())


def _enqueue(listing_id: int, party: Party, now: datetime) -> None:
    enqueue(
        REFRESH_LISTING,
        key=key_of(REFRESH_LISTING, listing_id),
        arguments={"listing_id": listing_id},
        party=party,
        priority=Job.Priority.QUICK,
        now=now,
    )
