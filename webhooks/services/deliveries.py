"""Rules of single deliveries."""

from datetime import datetime

from django.db import transaction

from audit.actions import Action
from audit.services import record
from jsonapi.refusals import NotThere
from webhooks.audited import audited_delivery
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services.endpoints import end_rest, refuse_disabled
from webhooks.services.queueing import queue_sending


@transaction.atomic
def replay(delivery: WebhookDelivery, *, now: datetime) -> WebhookDelivery:
    """Send the event of a delivery once more, with the same `webhook-id`; return the new delivery.

    The delivery may be in any state. The new one does not wait for others of its listing.

    Raises Conflict (409) if the endpoint is disabled, NotThere (404) if it was deleted.
    """
    endpoint = WebhookEndpoint.objects.select_for_update(no_key=True).filter(
        pk=delivery.endpoint_id, deleted_at=None
    ).first()  # fmt: skip
    if endpoint is None:
        raise NotThere(f"Webhook endpoint {delivery.endpoint_id} not found")
    refuse_disabled(endpoint)
    again = WebhookDelivery.objects.create(
        endpoint=endpoint, event_id=delivery.event_id, due_at=now, created_at=now
    )  # fmt: skip
    end_rest(endpoint, now)
    queue_sending(endpoint.application_id, [endpoint], now=now)
    changes = {"replayed_as": [None, again.pk]}
    record(Action.WEBHOOK_DELIVERY_REPLAYED, audited_delivery(delivery, endpoint), changes, now=now)
    return again
