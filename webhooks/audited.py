"""How webhook endpoints and deliveries appear in the audit trail."""

from audit.services import Resource
from webhooks.models import WebhookDelivery, WebhookEndpoint


def audited_endpoint(endpoint: WebhookEndpoint) -> Resource:
    return Resource("webhook-endpoints", endpoint.pk, endpoint.application_id)


def audited_delivery(delivery: WebhookDelivery, endpoint: WebhookEndpoint) -> Resource:
    return Resource("webhook-deliveries", delivery.pk, endpoint.application_id)
