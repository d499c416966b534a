"""Webhook deliveries: which event goes where, what was sent, what the receiver answered; replay."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from unfold.decorators import display

from console.operations import Operation
from console.operator_admin import OperatorAdmin
from console.site import ConsoleSite
from console.tables import Table, instant, link, table
from jsonapi.refusals import Refusal
from webhooks.documents import document
from webhooks.models import EventType, WebhookDelivery
from webhooks.services.deliveries import replay

# The theme's colours of labels.
COLOURS = {"pending": "info", "succeeded": "success", "failed": "danger"}


class EventFilter(SimpleListFilter):
    title = "event"
    parameter_name = "event"

    def lookups(self, request: HttpRequest, admin: Any) -> Sequence[tuple[str, str]]:
        return [(name, name) for name in EventType.values]

    def queryset(self, request: HttpRequest, deliveries: QuerySet[WebhookDelivery]) -> QuerySet[WebhookDelivery]:
        return deliveries.filter(event__type=self.value()) if self.value() else deliveries


def _replay(delivery: WebhookDelivery, cleaned: Mapping[str, Any], now: datetime) -> str:
    again = replay(delivery, now=now)
    return f"The event is sent once more, as delivery {again.pk}."


class DeliveryAdmin(OperatorAdmin):
    list_display = ("id", "event_type", "receiver", "coloured_state", "attempts_made", "due", "ended")
    list_filter = ("state", EventFilter)
    list_per_page = 50
    list_select_related = ("endpoint__application", "event")
    ordering = ("-pk",)
    search_fields = ("=id", "=event__id", "=endpoint__id", "endpoint__url", "endpoint__application__name")
    search_help_text = "Id of a delivery, event or endpoint, URL, or application"
    fields = ("event_type", "webhook_id", "receiver", "application", "coloured_state", "attempts_made", "due", "ended",
              "body")  # fmt: skip
    readonly_fields = ("event_type", "webhook_id", "receiver", "application", "coloured_state", "due", "ended", "body")
    change_form_outer_after_template = "console/sections.html"
    operations = (
        Operation(
            "replay", "Replay", _replay, refusals=(Refusal,), in_lists=True,
            explanation="Sends the event once more with the same webhook-id, by which a receiver recognises it.",
        ),
    )  # fmt: skip

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        delivery = self.get_object(request, object_id) if object_id else None
        sections = [attempts_of(delivery)] if delivery else []
        return super().changeform_view(request, object_id, form_url, {"sections": sections, **(extra_context or {})})

    @display(description="Event", ordering="event__type")
    def event_type(self, delivery: WebhookDelivery) -> str:
        return delivery.event.type

    @display(description="webhook-id")
    def webhook_id(self, delivery: WebhookDelivery) -> str:
        return delivery.event.webhook_id

    @display(description="Receiver", ordering="endpoint__url")
    def receiver(self, delivery: WebhookDelivery) -> str:
        return without_secrets(delivery.endpoint.url)

    @display(description="Application")
    def application(self, delivery: WebhookDelivery) -> str:
        application = delivery.endpoint.application
        return link(application.name, "oauth_application_change", application.pk)

    @display(description="State", ordering="state", label=COLOURS)
    def coloured_state(self, delivery: WebhookDelivery) -> str:
        return delivery.state

    @display(description="Due", ordering="due_at")
    def due(self, delivery: WebhookDelivery) -> str:
        return instant(delivery.due_at)

    @display(description="Ended", ordering="finished_at")
    def ended(self, delivery: WebhookDelivery) -> str:
        return instant(delivery.finished_at)

    @display(description="Body")
    def body(self, delivery: WebhookDelivery) -> str:
        """As it is sent; `sent-at` differs between attempts."""
        sent = document(delivery.event, delivery.finished_at or delivery.due_at)
        return format_html("<pre class='whitespace-pre-wrap break-all'>{}</pre>", json.dumps(sent, indent=2))


def without_secrets(url: str) -> str:
    """The URL without its query, which can hold a token of the receiver."""
    scheme, host, path, query, _ = urlsplit(url)
    return urlunsplit((scheme, host, path, "…" if query else "", ""))


def attempts_of(delivery: WebhookDelivery) -> tuple[str, Table]:
    """The table of a delivery's attempts, oldest first, with its title."""
    return (
        "Attempts",
        table(
            ("At", "Status", "Duration", "Answer", "Error"),
            (
                (instant(each.at), each.status or "—", f"{each.duration} ms", each.answer or "—", each.error or "—")
                for each in delivery.attempts.order_by("at", "pk")
            ),
        ),
    )


def register(site: ConsoleSite) -> None:
    site.register(WebhookDelivery, DeliveryAdmin)
    site.add_to_menu("Operation", "Deliveries", "send", "webhooks_webhookdelivery_changelist")
