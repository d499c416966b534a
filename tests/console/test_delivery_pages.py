"""Webhook deliveries in the console: what was sent, what the receiver said, and sending it once more."""

from datetime import timedelta
from typing import Any

import pytest

from tests.console.conftest import Person, page
from tests.factories import EPOCH, ApplicationFactory, UserFactory
from webhooks.models import Event, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.signing import encrypted, new_secret

LIST = "/console/webhooks/webhookdelivery/"


@pytest.fixture
def delivery(db: None) -> WebhookDelivery:
    """A delivery that has failed, to a receiver whose URL holds a token."""
    application = ApplicationFactory(name="Harbour")
    endpoint = WebhookEndpoint.objects.create(
        application=application, url="https://hooks.example.com/in?token=very-secret", created_at=EPOCH,
        updated_at=EPOCH, encrypted_secrets=encrypted(new_secret()),
    )  # fmt: skip
    event = Event.objects.create(
        application=application, user=UserFactory(application=application), type="account.created",
        body={"attributes": {"label": "<i>Seaside</i>"}, "relationships": {}}, occurred_at=EPOCH,
    )  # fmt: skip
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint, event=event, state="failed", attempts_made=1, due_at=EPOCH, created_at=EPOCH,
        finished_at=EPOCH + timedelta(minutes=1),
    )  # fmt: skip
    WebhookAttempt.objects.create(delivery=delivery, at=EPOCH, status=503, duration=812, answer="<script>busy</script>")
    return delivery


def test_a_delivery_shows_its_body_and_its_attempts(operator: Person, delivery: WebhookDelivery) -> None:
    shown = page(operator, f"{LIST}{delivery.pk}/change/")

    assert delivery.event.webhook_id in shown
    assert "&lt;i&gt;Seaside&lt;/i&gt;" in shown
    assert "812 ms" in shown
    assert "503" in shown
    assert "&lt;script&gt;busy" in shown
    assert "<script>busy" not in shown


def test_no_page_shows_a_signing_secret_or_the_query_of_a_url(operator: Person, delivery: WebhookDelivery) -> None:
    for path in (LIST, f"{LIST}{delivery.pk}/change/"):
        shown = page(operator, path)
        assert "hooks.example.com/in" in shown
        assert "very-secret" not in shown
        assert delivery.endpoint.encrypted_secrets not in shown
        assert "whsec_" not in shown


def test_deliveries_are_found_by_state_event_and_application(operator: Person, delivery: WebhookDelivery) -> None:
    def is_found(**query: str) -> bool:
        return f"{LIST}{delivery.pk}/change/" in page(operator, LIST, **query)

    assert is_found(state__exact="failed")
    assert not is_found(state__exact="succeeded")
    assert is_found(event="account.created")
    assert not is_found(event="listing.created")
    assert is_found(q="Harbour")
    assert not is_found(q="Lighthouse")


def test_an_operator_sends_the_event_once_more(operator: Person, delivery: WebhookDelivery) -> None:
    operator.browser.post(f"{LIST}{delivery.pk}/do/replay/")

    again = WebhookDelivery.objects.exclude(pk=delivery.pk).get()
    assert (again.event_id, again.endpoint_id, again.state) == (delivery.event_id, delivery.endpoint_id, "pending")


def test_a_disabled_endpoint_refuses_in_words(operator: Person, delivery: WebhookDelivery) -> None:
    WebhookEndpoint.objects.update(enabled=False, disabled_at=EPOCH, disabled_reason="It answered 410.")

    answer = operator.browser.post(f"{LIST}{delivery.pk}/do/replay/")

    assert answer.status_code == 200
    assert "disabled" in answer.content.decode()
    assert WebhookDelivery.objects.count() == 1


def test_a_viewer_cannot_replay(vera: Person, delivery: WebhookDelivery) -> None:
    assert vera.log_in().browser.post(f"{LIST}{delivery.pk}/do/replay/").status_code == 403
    assert WebhookDelivery.objects.count() == 1


def test_the_list_costs_the_same_number_of_queries_for_many_deliveries(
    operator: Person, delivery: WebhookDelivery, django_assert_max_num_queries: Any
) -> None:
    for _ in range(30):
        WebhookDelivery.objects.create(
            endpoint=delivery.endpoint, event=delivery.event, due_at=EPOCH, created_at=EPOCH
        )  # fmt: skip

    with django_assert_max_num_queries(9):
        page(operator, LIST)
