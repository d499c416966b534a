"""Reads events as a receiver gets them, and checks them against the `webhooks` of the published schema."""

from datetime import UTC, datetime
from typing import Any

import jsonschema_rs

from openapi.events import EVENTS
from partners.documentation import openapi
from webhooks.documents import document
from webhooks.models import Event

COMPONENT = {kind: component for component, kind, _ in EVENTS.values()}
SENT_AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def told(kind: str | None = None) -> list[dict[str, Any]]:
    """The documents of all events, or of those of a kind, in the order of their ids."""
    events = Event.objects.order_by("pk")
    documents = [document(event, SENT_AT) for event in (events.filter(type=kind) if kind else events)]
    for each in documents:
        check(each)
    return documents


def attributes(kind: str) -> list[dict[str, Any]]:
    return [each["data"]["attributes"] for each in told(kind)]


def check(event: dict[str, Any]) -> None:
    """Fails unless the document has exactly the members of its schema."""
    components = _closed(openapi("3.1")["components"]["schemas"])
    schema = {**components[COMPONENT[event["meta"]["type"]]], "components": {"schemas": components}}
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(event)


def _closed(schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        name: schema | {"additionalProperties": False} if "Event" in name or name.startswith("_") else schema
        for name, schema in schemas.items()
    }
