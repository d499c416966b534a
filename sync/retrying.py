"""Tries failed listings again, each at its own growing intervals."""

from datetime import timedelta

from django.db import transaction

from jobs.keys import key_of
from jobs.kinds import REFRESH_LISTING
from jobs.parties import Party
from jobs.queue import NewJob, enqueue_unless_queued
from jobs.running import RunningJob
from listings.models import ChannelListing
from listings.services.refreshing import RETRY

MOST_AT_ONCE = 500  # listings
# An attempt that never reports its end, because of an error of this server, is repeated after this time.
UNREPORTED = timedelta(hours=1)


@transaction.atomic
def retry_failed_listings(job: RunningJob) -> None:
    """The handler: queues a refresh of each failed listing whose time has come."""
    job.fence()
    now = job.now()
    due = ChannelListing.objects.filter(
        retry_at__lte=now,
        removed_at=None,
        account__valid=True,
        account__connection__paused_at=None,
        account__deleted_at=None,
        account__user__deleted_at=None,
        listing__deleted_at=None,
    ).order_by("retry_at")
    rows = list(
        due.values_list("pk", "listing_id", "listing__application_id", "listing__owner_id", "account_id")[:MOST_AT_ONCE]
    )
    ChannelListing.objects.filter(pk__in=[row[0] for row in rows]).update(retry_at=now + UNREPORTED)
    jobs = {
        key_of(REFRESH_LISTING, listing_id): NewJob(
            {"listing_id": listing_id, RETRY: True}, Party(application_id, owner_id, account_id)
        )
        for _, listing_id, application_id, owner_id, account_id in rows
    }
    enqueue_unless_queued(REFRESH_LISTING, jobs, now=now)
