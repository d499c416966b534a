"""Webhook endpoints and deliveries over the API."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from jobs.models import Job
from tests.factories import EPOCH, CredentialFactory
from tests.partner import Answer, Partner
from webhooks.models import Event, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.services.endpoints import MOST_ENDPOINTS, create_endpoint
from webhooks.signing import valid_secrets

pytestmark = pytest.mark.django_db

URL = "https://receiver.example/hooks"
State = WebhookDelivery.State


@pytest.fixture
def endpoint(partner: Partner) -> WebhookEndpoint:
    return create_endpoint(partner.application.pk, url=URL, now=EPOCH)[0]


def deliver(endpoint: WebhookEndpoint, **values: Any) -> WebhookDelivery:
    event = Event.objects.create(
        application_id=endpoint.application_id, type="listing.created", body={}, occurred_at=EPOCH
    )
    created = values.pop("created_at", EPOCH)
    return WebhookDelivery.objects.create(
        **{"endpoint": endpoint, "event": event, "due_at": created, "created_at": created, **values}
    )


def create(partner: Partner, **attributes: Any) -> Answer:
    return partner.post("/webhook-endpoints/", "webhook-endpoints", **{"url": URL, **attributes})


class TestEndpoints:
    def test_the_secret_is_shown_once(self, partner: Partner) -> None:
        created = create(partner, **{"event-types": ["listing.created"], "description": "Prices"})

        assert created.status == 201
        secret = created.attributes["secret"]
        stored = WebhookEndpoint.objects.get()
        assert list(valid_secrets(stored, stored.created_at)) == [secret]
        path = f"/webhook-endpoints/{stored.pk}/"
        assert (created.header("Location") or "").endswith(f"/api/v1{path}")
        for shown in (
            partner.get(path),
            partner.get("/webhook-endpoints/"),
            partner.patch(path, "webhook-endpoints", stored.pk, description="New"),
        ):
            assert shown.status == 200
            assert b"secret" not in shown.response.content.replace(b"previous-secret-ends-at", b"")
            assert secret.encode() not in shown.response.content

    def test_a_list_is_newest_first_and_without_deleted_ones(
        self, partner: Partner, django_assert_num_queries: Any
    ) -> None:
        made = [
            create_endpoint(partner.application.pk, url=f"{URL}/{day}", now=EPOCH + timedelta(days=day))[0]
            for day in range(4)
        ]
        assert partner.delete(f"/webhook-endpoints/{made[1].pk}/").status == 204

        with django_assert_num_queries(3):  # the token, the count, the page
            answer = partner.get("/webhook-endpoints/")

        assert [one["id"] for one in answer.data] == [str(made[place].pk) for place in (3, 2, 0)]
        assert partner.get(f"/webhook-endpoints/{made[1].pk}/").status == 404
        assert partner.delete(f"/webhook-endpoints/{made[1].pk}/").status == 404

    def test_reading_one_costs_two_queries(
        self, partner: Partner, endpoint: WebhookEndpoint, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(2):  # the token, the endpoint
            answer = partner.get(f"/webhook-endpoints/{endpoint.pk}/")

        assert answer.attributes == {
            "url": URL,
            "event-types": [],
            "description": "",
            "enabled": True,
            "disabled-at": None,
            "disabled-reason": None,
            "failing-since": None,
            "previous-secret-ends-at": None,
            "created-at": "2030-01-01T00:00:00Z",
            "updated-at": "2030-01-01T00:00:00Z",
        }

    @pytest.mark.parametrize(
        ("attributes", "pointer"),
        [
            ({"url": "receiver"}, "url"),
            ({"url": 5}, "url"),
            ({"url": None}, "url"),
            ({"event-types": ["listing.sold"]}, "event-types/0"),
            ({"event-types": ["listing.created", "webhook_endpoint.test"]}, "event-types/1"),
            ({"event-types": "listing.created"}, "event-types"),
            ({"description": "x" * 256}, "description"),
            ({"secret": "whsec_mine"}, "secret"),
        ],
    )
    def test_bad_attributes_are_refused(
        self, partner: Partner, endpoint: WebhookEndpoint, attributes: Any, pointer: str
    ) -> None:
        for answer in (
            create(partner, **attributes),
            partner.patch(f"/webhook-endpoints/{endpoint.pk}/", "webhook-endpoints", endpoint.pk, **attributes),
        ):
            assert answer.status == 400
            assert answer.error["source"]["pointer"] == f"/data/attributes/{pointer}"
        assert WebhookEndpoint.objects.count() == 1

    def test_an_endpoint_needs_a_url(self, partner: Partner) -> None:
        answer = partner.post("/webhook-endpoints/", "webhook-endpoints", description="Prices")

        assert answer.status == 400
        assert answer.error["source"]["pointer"] == "/data/attributes/url"

    def test_the_number_of_endpoints_is_limited(self, partner: Partner) -> None:
        for _ in range(MOST_ENDPOINTS):
            create_endpoint(partner.application.pk, url=URL, now=EPOCH)

        assert create(partner).status == 409

    def test_a_change_keeps_what_is_not_sent(self, partner: Partner, endpoint: WebhookEndpoint) -> None:
        path = f"/webhook-endpoints/{endpoint.pk}/"
        answer = partner.patch(path, "webhook-endpoints", endpoint.pk, **{"event-types": ["account.created"]})
        assert (answer.attributes["url"], answer.attributes["event-types"]) == (URL, ["account.created"])

        disabled = partner.patch(path, "webhook-endpoints", endpoint.pk, enabled=False)
        assert (disabled.attributes["enabled"], disabled.attributes["disabled-reason"]) == (False, None)
        assert disabled.attributes["disabled-at"]

        enabled = partner.patch(path, "webhook-endpoints", endpoint.pk, enabled=True)
        assert (enabled.attributes["enabled"], enabled.attributes["disabled-at"]) == (True, None)

    def test_a_rotation_keeps_the_old_secret_for_a_while(self, partner: Partner, endpoint: WebhookEndpoint) -> None:
        path = f"/webhook-endpoints/{endpoint.pk}/rotate-secret/"
        (old,) = valid_secrets(endpoint, EPOCH)

        answer = partner.post(path)
        assert answer.status == 200
        stored = WebhookEndpoint.objects.get()
        assert set(valid_secrets(stored, stored.updated_at)) == {old, answer.attributes["secret"]}
        assert answer.attributes["previous-secret-ends-at"]
        assert stored.previous_secret_ends_at == stored.updated_at + timedelta(days=1)

        answer = partner.post(path, query={"overlap_minutes": 0})
        stored = WebhookEndpoint.objects.get()
        assert list(valid_secrets(stored, stored.updated_at)) == [answer.attributes["secret"]]
        assert answer.attributes["previous-secret-ends-at"] is None

    @pytest.mark.parametrize("overlap", ["-1", "x", "", "1.5", "10081", "9" * 30])
    def test_a_bad_overlap_is_refused(self, partner: Partner, endpoint: WebhookEndpoint, overlap: str) -> None:
        answer = partner.post(f"/webhook-endpoints/{endpoint.pk}/rotate-secret/", query={"overlap_minutes": overlap})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": "overlap_minutes"}

    def test_a_test_event_is_queued(self, partner: Partner, endpoint: WebhookEndpoint) -> None:
        answer = partner.post(f"/webhook-endpoints/{endpoint.pk}/test/")

        assert answer.status == 201
        assert answer.attributes["event-type"] == "webhook_endpoint.test"
        assert answer.attributes["state"] == "pending"
        assert (answer.header("Location") or "").endswith(f"/webhook-deliveries/{answer.data['id']}/")
        assert Job.objects.filter(kind="deliver_events").count() == 1

        WebhookEndpoint.objects.update(enabled=False, disabled_reason="It failed for three days.")
        refused = partner.post(f"/webhook-endpoints/{endpoint.pk}/test/")
        assert refused.status == 409
        assert "It failed for three days." in refused.error["detail"]


class TestDeliveries:
    def test_a_delivery_shows_its_attempts(
        self, partner: Partner, endpoint: WebhookEndpoint, django_assert_num_queries: Any
    ) -> None:
        delivery = deliver(endpoint, attempts_made=2, due_at=EPOCH + timedelta(minutes=5))
        for seconds, status in ((0, None), (9, 500)):
            WebhookAttempt.objects.create(
                delivery=delivery,
                at=EPOCH + timedelta(seconds=seconds),
                status=status,
                duration=20,
                answer="no" if status else "",
                error=None if status else "The receiver did not answer in time.",
            )

        with django_assert_num_queries(3):  # the token, the delivery with its event, the attempts
            answer = partner.get(f"/webhook-deliveries/{delivery.pk}/")

        assert answer.attributes == {
            "event-type": "listing.created",
            "webhook-id": f"evt_{delivery.event_id}",
            "state": "pending",
            "attempts-made": 2,
            "next-attempt-at": "2030-01-01T00:05:00Z",
            "created-at": "2030-01-01T00:00:00Z",
            "finished-at": None,
            "attempts": [
                {
                    "at": "2030-01-01T00:00:00Z", "status": None, "duration": 20, "answer": "",
                    "error": "The receiver did not answer in time.",
                },
                {"at": "2030-01-01T00:00:09Z", "status": 500, "duration": 20, "answer": "no", "error": None},
            ],
        }  # fmt: skip
        assert answer.data["relationships"] == {
            "endpoint": {"data": {"type": "webhook-endpoints", "id": str(endpoint.pk)}},
            "event": {"data": {"type": "events", "id": str(delivery.event_id)}},
        }

    def test_a_list_can_be_filtered(
        self, partner: Partner, endpoint: WebhookEndpoint, django_assert_num_queries: Any
    ) -> None:
        other, _ = create_endpoint(partner.application.pk, url=URL, now=EPOCH)
        made = [
            deliver(endpoint, created_at=datetime(2030, 5, 1, tzinfo=UTC)),
            deliver(endpoint, created_at=datetime(2030, 5, 1, 23, 59, 59, tzinfo=UTC), state=State.FAILED),
            deliver(other, created_at=datetime(2030, 5, 2, tzinfo=UTC)),
        ]

        def found(**filters: Any) -> list[int]:
            query = {f"filter[{name.replace('_', '-')}]": value for name, value in filters.items()}
            answer = partner.get("/webhook-deliveries/", query)
            assert answer.document["meta"]["pagination"]["count"] == len(answer.data)
            return [made.index(WebhookDelivery.objects.get(pk=one["id"])) for one in answer.data]

        with django_assert_num_queries(3):  # the token, the count, the page with its events
            partner.get("/webhook-deliveries/")
        assert found() == [2, 1, 0]
        assert found(endpoint=endpoint.pk) == [1, 0]
        assert found(event=made[2].event_id) == [2]
        assert found(state="failed") == [1]
        assert found(from_date="2030-05-02") == [2]
        assert found(to_date="2030-05-01") == [1, 0]
        assert found(to_date=str(date.max)) == [2, 1, 0]
        assert found(from_date="2030-05-01", to_date="2030-05-01", state="pending") == [0]

    @pytest.mark.parametrize(
        ("name", "value"),
        [("state", "lost"), ("endpoint", "x"), ("event", "0"), ("from-date", "yesterday"), ("to-date", "2030-13-01")],
    )
    def test_a_bad_filter_is_refused(self, partner: Partner, name: str, value: str) -> None:
        answer = partner.get("/webhook-deliveries/", {f"filter[{name}]": value})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": f"filter[{name}]"}

    def test_a_replay_is_a_new_delivery_of_the_same_event(self, partner: Partner, endpoint: WebhookEndpoint) -> None:
        delivery = deliver(endpoint, state=State.FAILED, finished_at=EPOCH)

        answer = partner.post(f"/webhook-deliveries/{delivery.pk}/replay/")

        assert answer.status == 201
        assert answer.data["id"] != str(delivery.pk)
        assert answer.attributes["webhook-id"] == f"evt_{delivery.event_id}"
        assert answer.attributes["state"] == "pending"
        assert Job.objects.filter(kind="deliver_events").count() == 1

        WebhookEndpoint.objects.update(enabled=False)
        assert partner.post(f"/webhook-deliveries/{delivery.pk}/replay/").status == 409

    def test_deliveries_end_with_their_endpoint(self, partner: Partner, endpoint: WebhookEndpoint) -> None:
        delivery = deliver(endpoint)
        partner.delete(f"/webhook-endpoints/{endpoint.pk}/")

        assert partner.get("/webhook-deliveries/").data == []
        assert partner.get(f"/webhook-deliveries/{delivery.pk}/").status == 404
        assert partner.post(f"/webhook-deliveries/{delivery.pk}/replay/").status == 404


def test_scopes_and_tokens(partner: Partner, endpoint: WebhookEndpoint) -> None:
    reading, someone = partner.with_scopes("webhooks:read"), CredentialFactory(user__application=partner.application)
    path = f"/webhook-endpoints/{endpoint.pk}/"

    assert reading.get(path).status == 200
    assert reading.delete(path).status == 403
    assert partner.with_scopes("webhooks:write").get(path).status == 403
    assert partner.as_user(someone).get(path).status == 403
