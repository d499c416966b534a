"""Rules of webhook endpoints. The API and manage.py call these functions.

All of them are transactions, and lock the endpoint's row, so that changes of one endpoint come one after another.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from audit.actions import Action
from audit.services import HIDDEN, created, record
from jsonapi.refusals import Conflict, InvalidValues, NotThere, pointer_to
from oauth.encryption import Undecryptable
from oauth.models import Application
from webhooks.addresses import problem_with
from webhooks.audited import audited_endpoint
from webhooks.documents import body
from webhooks.models import Event, EventType, WebhookDelivery, WebhookEndpoint
from webhooks.services.queueing import queue_sending
from webhooks.signing import current_secret, encrypted, new_secret

MOST_ENDPOINTS = 20  # of one application
LONGEST_OVERLAP = timedelta(days=7)
LONGEST_DESCRIPTION = 255
# Those that an endpoint can choose. A test event goes to the endpoint that it was asked for.
CHOOSABLE = tuple(each.value for each in EventType if each != EventType.TEST)


@transaction.atomic
def create_endpoint(
    application_id: int, *, url: str, event_types: Sequence[str] = (), description: str = "", now: datetime
) -> tuple[WebhookEndpoint, str]:
    """Create an endpoint; return it and its secret, which cannot be read again. No `event_types` means all.

    Raises InvalidValues (400), Conflict (409) if the application has MOST_ENDPOINTS, NotThere (404) if it was deleted.
    """
    checked = _checked({"url": url, "event_types": event_types, "description": description})
    # Two requests at once would both find room for one more.
    if not Application.objects.select_for_update(no_key=True).filter(pk=application_id, deleted_at=None).exists():
        raise NotThere("The application was deleted.")
    if WebhookEndpoint.objects.filter(application=application_id, deleted_at=None).count() >= MOST_ENDPOINTS:
        raise Conflict(f"An application can have at most {MOST_ENDPOINTS} webhook endpoints. Delete one first.")
    secret = new_secret()
    endpoint = WebhookEndpoint.objects.create(
        application_id=application_id, encrypted_secrets=encrypted(secret), created_at=now, updated_at=now, **checked
    )
    record(Action.WEBHOOK_ENDPOINT_CREATED, audited_endpoint(endpoint), created(**checked), now=now)
    return endpoint, secret


@transaction.atomic
def change_endpoint(endpoint: WebhookEndpoint, changes: Mapping[str, Any], *, now: datetime) -> WebhookEndpoint:
    """Change some of `url`, `event_types`, `description` and `enabled`; return the endpoint as it is now.

    Enabling it, or giving it another URL, forgets earlier failures. Disabling it ends what is pending as failed.

    Raises InvalidValues (400), and NotThere (404) if the endpoint was deleted.
    """
    checked = _checked(changes)
    locked = _locked(endpoint)
    wanted = {name: value for name, value in checked.items() if getattr(locked, name) != value}
    if not wanted:
        return locked
    changes = {name: [getattr(locked, name), value] for name, value in wanted.items()}
    if "enabled" in wanted:
        wanted |= {"disabled_at": None if wanted["enabled"] else now, "disabled_reason": None}
    if wanted.get("enabled") or "url" in wanted:
        wanted |= {"failing_since": None, "rests_until": None, "is_slow": False}
        _bring_forward(locked, now)
    _set(locked, updated_at=now, **wanted)
    if "enabled" in wanted or "url" in wanted:
        queue_sending(locked.application_id, [locked], now=now)
    record(Action.WEBHOOK_ENDPOINT_CHANGED, audited_endpoint(locked), changes, now=now)
    return locked


@transaction.atomic
def delete_endpoint(endpoint: WebhookEndpoint, *, now: datetime) -> None:
    """Delete the endpoint and its secrets. What is pending ends as failed. Raises NotThere (404) if it was deleted."""
    locked = _locked(endpoint)
    _set(locked, deleted_at=now, updated_at=now, encrypted_secrets="", previous_secret_ends_at=None)
    queue_sending(locked.application_id, [locked], now=now)
    record(Action.WEBHOOK_ENDPOINT_DELETED, audited_endpoint(locked), {"url": [locked.url, None]}, now=now)


@transaction.atomic
def rotate_secret(endpoint: WebhookEndpoint, *, overlap: timedelta, now: datetime) -> str:
    """Give the endpoint a new secret, and return it. It cannot be read again.

    Deliveries are signed with the old secret as well until `overlap` has passed. An even older secret, of a rotation
    that is not over, ends now.

    Raises ValueError for an `overlap` below 0 or above LONGEST_OVERLAP, and NotThere (404) if the endpoint was deleted.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise ValueError(f"The overlap must be between 0 and {LONGEST_OVERLAP.days} days.")
    locked = _locked(endpoint)
    try:
        previous = current_secret(locked) if overlap else None
    except Undecryptable:
        previous = None  # It signs nothing any more, and a new secret is the way out.
    secret = new_secret()
    ends_at = now + overlap if previous else None
    changes: dict[str, Any] = {"secret": [HIDDEN, HIDDEN]}
    if locked.previous_secret_ends_at != ends_at:
        changes["previous_secret_ends_at"] = [locked.previous_secret_ends_at, ends_at]
    _set(
        locked,
        encrypted_secrets=encrypted(secret, previous),
        previous_secret_ends_at=ends_at,
        updated_at=now,
    )
    record(Action.WEBHOOK_ENDPOINT_SECRET_ROTATED, audited_endpoint(locked), changes, now=now)
    for name in ("encrypted_secrets", "previous_secret_ends_at", "updated_at"):
        setattr(endpoint, name, getattr(locked, name))
    return secret


@transaction.atomic
def send_test(endpoint: WebhookEndpoint, *, now: datetime) -> WebhookDelivery:
    """Send a test event to this endpoint only, whatever event types it has chosen; return the delivery.

    Raises Conflict (409) if the endpoint is disabled, NotThere (404) if it was deleted.
    """
    locked = _locked(endpoint)
    refuse_disabled(locked)
    event = Event.objects.create(
        application_id=locked.application_id,
        type=EventType.TEST,
        body=body(
            {"message": "This is a test event."}, {"webhook-endpoint": ("webhook-endpoints", locked.pk)}
        ),
        occurred_at=now,
    )  # fmt: skip
    delivery = WebhookDelivery.objects.create(endpoint=locked, event=event, due_at=now, created_at=now)
    end_rest(locked, now)
    queue_sending(locked.application_id, [locked], now=now)
    record(Action.WEBHOOK_ENDPOINT_TESTED, audited_endpoint(locked), {"delivery_id": [None, delivery.pk]}, now=now)
    return delivery


def refuse_disabled(endpoint: WebhookEndpoint) -> None:
    """Raises Conflict (409) if nothing is sent to the endpoint."""
    if not endpoint.enabled:
        reason = f" {endpoint.disabled_reason}" if endpoint.disabled_reason else ""
        raise Conflict(f"The webhook endpoint is disabled.{reason} Enable it first.")


def end_rest(endpoint: WebhookEndpoint, now: datetime) -> None:
    """Try a receiver that failed without waiting any longer: somebody asks for it."""
    if endpoint.rests_until is not None and endpoint.rests_until > now:
        _set(endpoint, rests_until=now)


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are stored. Raises InvalidValues."""
    checked = dict(values)
    problems = []
    if "url" in values:
        problem = problem_with(values["url"], public_only=settings.ENVIRONMENT.is_production)
        if problem:
            problems.append((pointer_to("url"), "invalid", f"The URL {problem}."))
    if "event_types" in values:
        checked["event_types"] = list(dict.fromkeys(values["event_types"]))
        problems += [
            (pointer_to("event-types", place), "invalid_choice", f"{name!r} is not one of {', '.join(CHOOSABLE)}.")
            for place, name in enumerate(values["event_types"])
            if name not in CHOOSABLE
        ]
    if len(values.get("description", "")) > LONGEST_DESCRIPTION:
        detail = f"The description has at most {LONGEST_DESCRIPTION} characters."
        problems.append((pointer_to("description"), "max_length", detail))
    if problems:
        raise InvalidValues(problems)
    return checked


def _locked(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    # Not the full lock: it would wait for every transaction that has written a delivery to the endpoint.
    found = WebhookEndpoint.objects.select_for_update(no_key=True).filter(pk=endpoint.pk, deleted_at=None).first()
    if found is None:
        raise NotThere(f"Webhook endpoint {endpoint.pk} not found")
    return found


def _set(endpoint: WebhookEndpoint, **values: Any) -> None:
    for name, value in values.items():
        setattr(endpoint, name, value)
    # Only these columns: a job that sends changes others.
    endpoint.save(update_fields=list(values))


def _bring_forward(endpoint: WebhookEndpoint, now: datetime) -> None:
    """Make what waits for a retry due. A delivery whose attempts are used up is not pending any more."""
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=WebhookDelivery.State.PENDING, due_at__gt=now)
    waiting.update(due_at=now)
