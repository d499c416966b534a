"""Deletes events and deliveries when their retention time is over (`EVENT_RETENTION_DAYS`)."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from jobs.running import RunningJob
from users.services.erasure import erase_some
from webhooks.models import Event, WebhookDelivery, WebhookEndpoint

ROWS_PER_BATCH = 500


def purge_events(job: RunningJob) -> None:
    """Handle the hourly job: delete old events with their deliveries, and endpoints that were deleted long ago.

    Each batch is a transaction. After a crash, or when others wait, the next run continues with what is left.
    """
    oldest = job.now() - timedelta(days=settings.ENVIRONMENT.event_retention_days)
    deliveries = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"))
    purged = 0
    for rows in (
        # By age, so that the index on it is used: ids grow with age.
        Event.objects.filter(occurred_at__lte=oldest),
        WebhookEndpoint.objects.filter(~Exists(deliveries), deleted_at__lte=oldest),
    ):
        while True:
            job.keep_lease()
            with transaction.atomic():
                job.fence()
                count = erase_some(rows, ROWS_PER_BATCH)
            purged += count
            if count < ROWS_PER_BATCH:
                break
            job.give_way_if_others_wait()
    job.report(rows=purged)
