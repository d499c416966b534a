"""Writes events in the transaction that causes them, together with their deliveries."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from webhooks.models import Event
from webhooks.services.fan_out import deliver_to_endpoints


def record(events: Sequence[Event], *, now: datetime) -> None:
    """Store the events and queue their deliveries. Call it in the transaction that changes what they tell.

    Nothing is queried for an empty list.
    """
    if not events:
        return
    with transaction.atomic(savepoint=False):
        deliver_to_endpoints(Event.objects.bulk_create(events), now=now)
