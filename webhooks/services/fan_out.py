"""Makes a delivery for each endpoint that an event is for."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from webhooks.models import Event, WebhookDelivery, WebhookEndpoint
from webhooks.services.queueing import queue_sending


def deliver_to_endpoints(events: Sequence[Event], *, now: datetime) -> None:
    """Make the deliveries of new events, in the caller's transaction, and queue the jobs that send them.

    An event goes to the enabled endpoints of its application that have chosen its type, or no types at all. Costs one
    query if there are none, and at most three more for each application if there are some. It never waits for another
    transaction that writes events.
    """
    by_application: dict[int, list[WebhookEndpoint]] = defaultdict(list)
    applications = {event.application_id for event in events}
    for endpoint in WebhookEndpoint.objects.filter(application__in=applications, enabled=True, deleted_at=None):
        by_application[endpoint.application_id].append(endpoint)
    deliveries = [
        WebhookDelivery(endpoint=endpoint, event=event, listing_id=event.listing_id, due_at=now, created_at=now)
        for event in events
        for endpoint in by_application[event.application_id]
        if not endpoint.event_types or event.type in endpoint.event_types
    ]
    if not deliveries:
        return
    WebhookDelivery.objects.bulk_create(deliveries)
    receivers = {delivery.endpoint for delivery in deliveries}
    for application_id, endpoints in by_application.items():
        if called := [endpoint for endpoint in endpoints if endpoint in receivers]:
            queue_sending(application_id, called, now=now)
