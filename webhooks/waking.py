"""Finds deliveries that no job will send, as when a job was given up after many deaths of its workers."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from jobs.running import RunningJob
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services.queueing import queue_sending

OVERDUE = timedelta(minutes=1)


def wake_webhook_endpoints(job: RunningJob) -> None:
    """Handle the periodic job: queue a job for each endpoint that has overdue deliveries, and none that is at work."""
    overdue = WebhookDelivery.objects.filter(
        endpoint=OuterRef("pk"), state=WebhookDelivery.State.PENDING, due_at__lte=job.now() - OVERDUE
    )
    by_application: dict[int, list[WebhookEndpoint]] = {}
    for endpoint in WebhookEndpoint.objects.filter(Exists(overdue)):
        by_application.setdefault(endpoint.application_id, []).append(endpoint)
    for application_id, endpoints in by_application.items():
        job.keep_lease()
        with transaction.atomic():
            job.fence()
            queue_sending(application_id, endpoints, now=job.now())
