"""Events, webhook endpoints and deliveries as the API shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework_json_api import serializers as json_api

from jsonapi.fields import StrictBooleanField, StrictTextField
from jsonapi.serializers import StrictMembers
from webhooks.models import Event, EventType, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.relations import Link
from webhooks.services.endpoints import CHOOSABLE, LONGEST_DESCRIPTION

URL = "Where events are sent by POST: `https://…`, with a host that has a public address."
EVENT_TYPES = "The types of events that are sent. An empty list means all, also those that are added later."
DESCRIPTION = "The endpoint's name, for people."
ENABLED = "False: nothing is sent. What was pending has failed, and can be replayed."
SECRET = "The signing secret, `whsec_…`. It is shown only this once."  # noqa: S105


class EventSerializer(json_api.ModelSerializer):
    event_type = serializers.ChoiceField(source="type", choices=EventType.choices, help_text="What happened.")
    occurred_at = serializers.DateTimeField(help_text="When it happened, UTC.")
    webhook_id = serializers.CharField(
        help_text="The header `webhook-id` of every delivery of the event, by which receivers recognise repetitions."
    )
    payload = serializers.SerializerMethodField(
        help_text="The `data.attributes` of its deliveries. Their relationships are those of this resource."
    )
    user = Link("users", "user_id", help_text="The user whom the event is about.")
    account = Link("accounts", "account_id", help_text="The account that the event is about.")
    listing = Link("listings", "listing_id", help_text="The listing that the event is about.")

    class Meta:
        model = Event
        resource_name = "events"
        fields = ("event_type", "occurred_at", "webhook_id", "payload", "user", "account", "listing")

    @extend_schema_field({"type": "object", "additionalProperties": {}})
    def get_payload(self, event: Event) -> dict[str, Any]:
        attributes: dict[str, Any] = event.body["attributes"]
        return attributes


class WebhookEndpointSerializer(json_api.ModelSerializer):
    url = serializers.CharField(help_text=URL)
    event_types = serializers.ListField(child=serializers.ChoiceField(choices=CHOOSABLE), help_text=EVENT_TYPES)
    description = serializers.CharField(help_text=DESCRIPTION)
    enabled = serializers.BooleanField(help_text=ENABLED)
    disabled_at = serializers.DateTimeField(allow_null=True, help_text="When it was disabled, UTC; null if enabled.")
    disabled_reason = serializers.CharField(
        allow_null=True, help_text="Why the server disabled it, for people; null if you did."
    )
    failing_since = serializers.DateTimeField(
        allow_null=True,
        help_text="Since when every attempt has failed, UTC. After three days the server disables the endpoint.",
    )
    previous_secret_ends_at = serializers.DateTimeField(
        allow_null=True, help_text="Until when deliveries are signed with the previous secret as well, UTC."
    )
    created_at = serializers.DateTimeField(help_text="When it was created, UTC.")
    updated_at = serializers.DateTimeField(help_text="When it was changed last, UTC.")

    class Meta:
        model = WebhookEndpoint
        resource_name = "webhook-endpoints"
        fields: tuple[str, ...] = (
            "url",
            "event_types",
            "description",
            "enabled",
            "disabled_at",
            "disabled_reason",
            "failing_since",
            "previous_secret_ends_at",
            "created_at",
            "updated_at",
        )


class WebhookEndpointWithSecretSerializer(WebhookEndpointSerializer):
    secret = serializers.CharField(help_text=SECRET)

    class Meta(WebhookEndpointSerializer.Meta):
        fields = ("secret", *WebhookEndpointSerializer.Meta.fields)


# The services check URLs and types of events, with the same words for manage.py.
class WebhookEndpointCreateSerializer(StrictMembers, serializers.Serializer[Any]):
    url = StrictTextField(max_length=2048, trim_whitespace=False, help_text=URL)
    event_types = serializers.ListField(
        child=StrictTextField(max_length=64), required=False, max_length=len(EventType), help_text=EVENT_TYPES
    )
    description = StrictTextField(
        required=False, allow_blank=True, max_length=LONGEST_DESCRIPTION, help_text=DESCRIPTION
    )

    class Meta:
        resource_name = "webhook-endpoints"


class WebhookEndpointPatchSerializer(WebhookEndpointCreateSerializer):
    url = StrictTextField(required=False, max_length=2048, trim_whitespace=False, help_text=URL)
    enabled = StrictBooleanField(required=False, help_text=f"{ENABLED} True forgets earlier failures.")


class WebhookAttemptSerializer(serializers.ModelSerializer[WebhookAttempt]):
    at = serializers.DateTimeField(help_text="When the request was sent, UTC.")
    status = serializers.IntegerField(allow_null=True, help_text="The HTTP status of the answer; null without one.")
    duration = serializers.IntegerField(help_text="Milliseconds until the answer, or until the attempt was given up.")
    answer = serializers.CharField(help_text="The first bytes of the answer, as text.")
    error = serializers.CharField(allow_null=True, help_text="Why no answer came, for people.")

    class Meta:
        model = WebhookAttempt
        fields = ("at", "status", "duration", "answer", "error")


class WebhookDeliverySerializer(json_api.ModelSerializer):
    event_type = serializers.ChoiceField(source="event.type", choices=EventType.choices, help_text="What happened.")
    webhook_id = serializers.CharField(source="event.webhook_id", help_text="The header `webhook-id` of all attempts.")
    state = serializers.ChoiceField(
        choices=WebhookDelivery.State.choices,
        help_text="`pending` until the receiver has accepted the event (`succeeded`) or the attempts are over "
        "(`failed`).",
    )
    attempts_made = serializers.IntegerField(help_text="Number of attempts.")
    next_attempt_at = serializers.SerializerMethodField(help_text="When the next attempt is due, UTC; null if none is.")
    created_at = serializers.DateTimeField(help_text="When the event was queued for the endpoint, UTC.")
    finished_at = serializers.DateTimeField(allow_null=True, help_text="When it succeeded or failed, UTC.")
    endpoint = Link("webhook-endpoints", "endpoint_id", help_text="The endpoint that the event is sent to.")
    event = Link("events", "event_id", help_text="The event.")

    class Meta:
        model = WebhookDelivery
        resource_name = "webhook-deliveries"
        fields: tuple[str, ...] = (
            "event_type",
            "webhook_id",
            "state",
            "attempts_made",
            "next_attempt_at",
            "created_at",
            "finished_at",
            "endpoint",
            "event",
        )

    @extend_schema_field({"type": "string", "format": "date-time", "nullable": True})
    def get_next_attempt_at(self, delivery: WebhookDelivery) -> Any:
        return delivery.due_at if delivery.state == WebhookDelivery.State.PENDING else None


class WebhookDeliveryDetailSerializer(WebhookDeliverySerializer):
    attempts = WebhookAttemptSerializer(many=True, help_text="The attempts, oldest first.")

    class Meta(WebhookDeliverySerializer.Meta):
        fields = (*WebhookDeliverySerializer.Meta.fields, "attempts")
