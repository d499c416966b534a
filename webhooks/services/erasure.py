"""Erases the events of deleted users, and the endpoints and events of deleted applications."""

from users.services.erasure import erase_some
from webhooks.models import Event, WebhookDelivery, WebhookEndpoint


def erase_events_of(user_id: int, limit: int) -> int:
    """The step of users.services.erasure: the events of a deleted user, with their deliveries."""
    return erase_some(Event.objects.filter(user=user_id), limit)


def erase_endpoints_of(application_id: int, limit: int) -> int:
    """The step of oauth.incidents: the events, deliveries and endpoints of a deleted application."""
    return (
        erase_some(Event.objects.filter(application=application_id), limit)
        or erase_some(WebhookDelivery.objects.filter(endpoint__application=application_id), limit)
        or erase_some(WebhookEndpoint.objects.filter(application=application_id), limit)
    )
