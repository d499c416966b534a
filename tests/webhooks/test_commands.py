"""The commands of manage.py about webhooks do what the API does, and leave an audit entry."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEntry
from oauth.models import Application
from tests.factories import EPOCH, ApplicationFactory
from webhooks.models import Event, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.services.endpoints import create_endpoint, send_test
from webhooks.signing import valid_secrets

pytestmark = pytest.mark.django_db

URL = "https://receiver.example/hooks"


@pytest.fixture
def application() -> Application:
    return ApplicationFactory(client_id="harbour")


@pytest.fixture
def endpoint(application: Application) -> WebhookEndpoint:
    return create_endpoint(application.pk, url=URL, now=EPOCH)[0]


def run(name: str, *args: Any, **options: Any) -> str:
    out = StringIO()
    call_command(name, *map(str, args), stdout=out, **options)
    return out.getvalue()


def audited() -> list[tuple[str, str, Any]]:
    """Action, resource and changes of what commands have done."""
    entries = AuditEntry.objects.exclude(command="").order_by("id")
    return [(entry.action, entry.resource, entry.changes) for entry in entries]


def test_create(application: Application) -> None:
    out = run("create_webhook_endpoint", "harbour", URL, "--events", "listing.created", "--description", "Prices")

    made = WebhookEndpoint.objects.get()
    (secret,) = valid_secrets(made, made.created_at)
    assert (made.application, made.url, made.event_types) == (application, URL, ["listing.created"])
    assert out.endswith(f"secret: {secret}\n")
    new = {"url": [None, URL], "event_types": [None, ["listing.created"]], "description": [None, "Prices"]}
    assert audited() == [("webhook_endpoint.created", f"webhook-endpoints/{made.pk}", new)]


@pytest.mark.parametrize(
    "arguments", [("harbour", "receiver"), ("harbour", URL, "--events", "listing.sold"), ("nobody", URL)]
)
def test_create_refuses_bad_values(application: Application, arguments: Any) -> None:
    with pytest.raises(CommandError):
        run("create_webhook_endpoint", *arguments)

    assert audited() == []


def test_list(endpoint: WebhookEndpoint) -> None:
    create_endpoint(ApplicationFactory().pk, url=URL, now=EPOCH)

    (shown,) = json.loads(run("list_webhook_endpoints", application="harbour", json=True))

    assert (shown["id"], shown["client_id"], shown["enabled"]) == (endpoint.pk, "harbour", True)
    assert not {name for name in shown if "secret" in name} - {"previous_secret_ends_at"}
    assert len(json.loads(run("list_webhook_endpoints", json=True))) == 2
    assert f"{endpoint.pk}  {URL}" in run("list_webhook_endpoints")


def test_change(endpoint: WebhookEndpoint) -> None:
    run("change_webhook_endpoint", endpoint.pk, "--events", "account.created", "--description", "Accounts")
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.event_types, endpoint.description) == (URL, ["account.created"], "Accounts")

    assert "events      all" in run("change_webhook_endpoint", endpoint.pk, "--all-events")
    assert [action for action, _, _ in audited()] == ["webhook_endpoint.changed"] * 2
    with pytest.raises(CommandError, match="URL"):
        run("change_webhook_endpoint", endpoint.pk, "--url", "nowhere")


def test_disable_enable_and_delete(endpoint: WebhookEndpoint) -> None:
    run("disable_webhook_endpoint", endpoint.pk)
    endpoint.refresh_from_db()
    assert not endpoint.enabled
    assert "disabled at" in run("list_webhook_endpoints")

    run("enable_webhook_endpoint", endpoint.pk)
    endpoint.refresh_from_db()
    assert endpoint.enabled

    run("delete_webhook_endpoint", endpoint.pk)
    assert run("list_webhook_endpoints") == ""
    with pytest.raises(CommandError, match="There is no webhook endpoint"):
        run("enable_webhook_endpoint", endpoint.pk)
    assert audited() == [
        ("webhook_endpoint.changed", f"webhook-endpoints/{endpoint.pk}", {"enabled": [True, False]}),
        ("webhook_endpoint.changed", f"webhook-endpoints/{endpoint.pk}", {"enabled": [False, True]}),
        ("webhook_endpoint.deleted", f"webhook-endpoints/{endpoint.pk}", {"url": [URL, None]}),
    ]


def test_rotate(endpoint: WebhookEndpoint) -> None:
    (old,) = valid_secrets(endpoint, EPOCH)

    secret = run("rotate_webhook_secret", endpoint.pk).removeprefix("secret: ").strip()

    endpoint.refresh_from_db()
    assert set(valid_secrets(endpoint, endpoint.updated_at)) == {old, secret}
    run("rotate_webhook_secret", endpoint.pk, "--overlap-hours", 0)
    endpoint.refresh_from_db()
    assert len(list(valid_secrets(endpoint, endpoint.updated_at))) == 1
    assert secret not in json.dumps(audited())
    with pytest.raises(CommandError, match="from 0 to 168"):
        run("rotate_webhook_secret", endpoint.pk, "--overlap-hours", 169)


def test_deliveries(endpoint: WebhookEndpoint) -> None:
    delivery = send_test(endpoint, now=EPOCH)
    WebhookAttempt.objects.create(delivery=delivery, at=EPOCH, status=500, duration=12, answer="no")
    other = create_endpoint(ApplicationFactory().pk, url=URL, now=EPOCH)[0]
    send_test(other, now=EPOCH)

    (shown,) = json.loads(run("list_webhook_deliveries", application="harbour", state="pending", json=True))
    assert (shown["id"], shown["event_type"], shown["state"]) == (delivery.pk, "webhook_endpoint.test", "pending")
    assert [(attempt["status"], attempt["duration_ms"]) for attempt in shown["attempts"]] == [(500, 12)]
    assert "12 ms  500 'no'" in run("list_webhook_deliveries", endpoint=endpoint.pk)
    assert json.loads(run("list_webhook_deliveries", event=delivery.event_id, state="failed", json=True)) == []
    assert len(json.loads(run("list_webhook_deliveries", limit=1, json=True))) == 1


def test_replay(endpoint: WebhookEndpoint) -> None:
    delivery = send_test(endpoint, now=EPOCH)

    run("replay_webhook_delivery", delivery.pk)

    again = WebhookDelivery.objects.latest("id")
    assert (again.event, again.state) == (Event.objects.get(), "pending")
    replayed = {"replayed_as": [None, again.pk]}
    assert audited() == [("webhook_delivery.replayed", f"webhook-deliveries/{delivery.pk}", replayed)]
    run("disable_webhook_endpoint", endpoint.pk)
    with pytest.raises(CommandError, match="disabled"):
        run("replay_webhook_delivery", delivery.pk)
    with pytest.raises(CommandError, match="There is no delivery"):
        run("replay_webhook_delivery", 0)
