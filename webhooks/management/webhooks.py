"""What the commands about webhooks share: finding rows, and describing them."""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.core.management.base import CommandError

from jsonapi.refusals import Refusal
from webhooks.models import WebhookDelivery, WebhookEndpoint

Result = TypeVar("Result")


def add_endpoint(parser: ArgumentParser) -> None:
    parser.add_argument("endpoint_id", type=int, help="as list_webhook_endpoints prints it")


def find_endpoint(endpoint_id: int) -> WebhookEndpoint:
    """Raises CommandError if there is none, or if it was deleted."""
    found = (
        WebhookEndpoint.objects.select_related("application").filter(pk=endpoint_id, deleted_at=None).first()
    )  # fmt: skip
    if found is None:
        raise CommandError(f"There is no webhook endpoint {endpoint_id}. `list_webhook_endpoints` shows all of them.")
    return found


def carry_out(change: Callable[[], Result]) -> Result:
    """Carry out a change. Raises CommandError if a service refuses it."""
    try:
        return change()
    except Refusal as refusal:
        raise CommandError(str(refusal)) from refusal


def described(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """The endpoint as JSON, without secrets."""
    return {
        "id": endpoint.pk,
        "client_id": endpoint.application.client_id,
        "url": endpoint.url,
        "description": endpoint.description,
        "event_types": endpoint.event_types,
        "enabled": endpoint.enabled,
        "disabled_at": _instant(endpoint.disabled_at),
        "disabled_reason": endpoint.disabled_reason,
        "failing_since": _instant(endpoint.failing_since),
        "previous_secret_ends_at": _instant(endpoint.previous_secret_ends_at),
        "created_at": _instant(endpoint.created_at),
        "updated_at": _instant(endpoint.updated_at),
    }


def lines(shown: dict[str, Any]) -> list[str]:
    """The lines that a terminal shows for a `described` endpoint."""
    state = "enabled" if shown["enabled"] else f"disabled at {shown['disabled_at']}"
    return [
        f"{shown['id']}  {shown['url']}",
        f"    application {shown['client_id']}",
        *([f"    description {shown['description']}"] if shown["description"] else []),
        f"    state       {state}",
        *([f"    reason      {shown['disabled_reason']}"] if shown["disabled_reason"] else []),
        *([f"    failing     since {shown['failing_since']}"] if shown["failing_since"] else []),
        f"    events      {' '.join(shown['event_types']) or 'all'}",
        *(
            [f"    old secret  signs until {shown['previous_secret_ends_at']}"]
            if shown["previous_secret_ends_at"]
            else []
        ),
    ]


def described_delivery(delivery: WebhookDelivery) -> dict[str, Any]:
    """The delivery as JSON, with its attempts."""
    return {
        "id": delivery.pk,
        "endpoint_id": delivery.endpoint_id,
        "event_id": delivery.event_id,
        "event_type": delivery.event.type,
        "webhook_id": delivery.event.webhook_id,
        "state": delivery.state,
        "next_attempt_at": _instant(delivery.due_at) if delivery.state == WebhookDelivery.State.PENDING else None,
        "created_at": _instant(delivery.created_at),
        "finished_at": _instant(delivery.finished_at),
        "attempts": [
            {
                "at": _instant(attempt.at),
                "status": attempt.status,
                "duration_ms": attempt.duration,
                "answer": attempt.answer,
                "error": attempt.error,
            }
            for attempt in delivery.attempts.all()
        ],
    }


def _instant(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
