"""The documents that receivers of events get (facts file, `webhooks`)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rest_framework.serializers import DateTimeField

from webhooks.models import Event

RESOURCE_TYPE = "events"
_instants = DateTimeField()


def document(event: Event, sent_at: datetime) -> dict[str, Any]:
    """The body of a delivery that is sent at `sent_at`. Its `data.id` is the id of the resource in /api/v1/events/."""
    return {
        "meta": {"type": event.type, "sent-at": timestamp(sent_at)},
        "data": {"type": RESOURCE_TYPE, "id": str(event.pk), **event.body},
    }


def body(attributes: Mapping[str, Any], relationships: Mapping[str, tuple[str, int | None]]) -> dict[str, Any]:
    """The `body` of an Event. `relationships` has a type and an id for each name; those without an id are left out."""
    return {
        "attributes": dict(attributes),
        "relationships": {
            name: {"data": {"type": kind, "id": str(pk)}} for name, (kind, pk) in relationships.items() if pk
        },
    }


def timestamp(instant: datetime | None) -> str | None:
    """An instant as the API shows it."""
    return None if instant is None else str(_instants.to_representation(instant))
