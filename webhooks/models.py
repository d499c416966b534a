"""Events, the endpoints of applications that receive them, and the deliveries (contract, *Events and webhooks*)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from users.models import Account, User
from webhooks.ordering import TransactionField


class EventType(models.TextChoices):
    """The events of the contract, and one of ours: the test event that a partner asks for."""

    ACCOUNT_CREATED = "account.created"
    ACCOUNT_REFRESHED = "account.refreshed"
    LISTING_CREATED = "listing.created"
    LISTING_REFRESHED = "listing.refreshed"
    LISTING_BASE_PRICE_CHANGED = "listing.base_price_changed"
    LISTING_IN_ACTIVE_MARKET_CHANGED = "listing.in_active_market_changed"
    TEST = "webhook_endpoint.test"


class Event(models.Model):
    """Something that happened, written in the transaction that caused it. Never changed later; kept 30 days.

    `body` has the `attributes` and `relationships` of the document that receivers get (webhooks/documents.py makes the
    document from it). `user` is None for a test event. `listing_id` is
    0 for events that are not about a listing; it is a plain number, because the room of listings is above this one.
    """

    application = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="events")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    listing_id = models.BigIntegerField(default=0)
    type = models.CharField(max_length=64, choices=EventType.choices)
    body = models.JSONField()
    occurred_at = models.DateTimeField()
    transaction_id = TransactionField(default=0, editable=False, help_text="For the order (webhooks/ordering.py).")

    application_path, user_path = "application", "user"

    class Meta:
        indexes = [
            models.Index(fields=["application", "transaction_id", "id"], name="event_of_application"),
            models.Index(fields=["occurred_at"], name="event_by_age"),
        ]

    @property
    def webhook_id(self) -> str:
        """The `webhook-id` of all deliveries of the event, on all attempts."""
        return f"evt_{self.pk}"

    def __str__(self) -> str:
        return f"Event #{self.pk}"


class WebhookEndpoint(models.Model):
    """Where an application receives events. `encrypted_secrets` is written and read by oauth/encryption.py only.

    While `disabled_at` is set, nothing is sent; `disabled_reason` tells its owner why.
    """

    application = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, on_delete=models.CASCADE, related_name="webhook_endpoints"
    )
    url = models.URLField(max_length=2048)
    description = models.CharField(max_length=255, blank=True, default="")
    event_types = models.JSONField(default=list, help_text="Types of events that are sent. An empty list means all.")
    enabled = models.BooleanField(default=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.TextField(null=True, blank=True, help_text="For people.")
    failing_since = models.DateTimeField(
        null=True, blank=True, help_text="The first failed attempt since the last one that succeeded."
    )
    rests_until = models.DateTimeField(
        null=True, blank=True, help_text="Nothing is sent before, because several attempts failed one after another."
    )
    is_slow = models.BooleanField(
        default=False, help_text="Its receiver fails or answers slowly, so its jobs use places of their own."
    )
    sender_job_id = models.BigIntegerField(default=0, help_text="The job that sends now: one at a time.")
    encrypted_secrets = models.TextField(help_text="The signing secret, and the previous one while it is valid.")
    previous_secret_ends_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    application_path, user_path = "application", "application"

    class Meta:
        indexes = [
            models.Index(
                fields=["application", "-created_at", "-id"], condition=Q(deleted_at=None), name="endpoint_newest"
            )
        ]

    def __str__(self) -> str:
        return f"Webhook endpoint #{self.pk}"


class WebhookDelivery(models.Model):
    """One event on its way to one endpoint. A replay is a new delivery of the same event."""

    class State(models.TextChoices):
        PENDING = "pending"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    listing_id = models.BigIntegerField(default=0, help_text="The event's; deliveries of a listing keep their order.")
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    attempts_made = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(help_text="When the next attempt is due.")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    application_path, user_path = "endpoint__application", "endpoint__application"

    class Meta:
        verbose_name_plural = "webhook deliveries"
        indexes = [
            models.Index(fields=["endpoint", "due_at", "id"], condition=Q(state="pending"), name="delivery_due"),
            models.Index(
                fields=["endpoint", "listing_id", "id"], condition=Q(state="pending"), name="delivery_in_order"
            ),
            models.Index(fields=["endpoint", "-created_at", "-id"], name="delivery_newest"),
        ]

    def __str__(self) -> str:
        return f"Webhook delivery #{self.pk}"


class WebhookAttempt(models.Model):
    """One request of a delivery, and what the receiver answered. `status` is None if no answer came."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    status = models.PositiveIntegerField(null=True, blank=True)
    duration = models.PositiveIntegerField(help_text="Milliseconds until the answer, or until it was given up.")
    answer = models.TextField(blank=True, default="", help_text="The first bytes of the answer, as text.")
    error = models.TextField(null=True, blank=True, help_text="Why no answer came, for people.")

    def __str__(self) -> str:
        return f"Attempt #{self.pk}"
