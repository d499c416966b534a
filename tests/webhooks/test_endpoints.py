"""The services of webhook endpoints."""

from datetime import timedelta
from typing import Any

import pytest

from jobs.models import Job
from jsonapi.refusals import Conflict, InvalidValues, NotThere
from oauth.models import Application
from tests.factories import EPOCH as NOW
from tests.factories import ApplicationFactory
from webhooks.models import Event, EventType, WebhookDelivery, WebhookEndpoint
from webhooks.services import endpoints
from webhooks.services.deliveries import replay
from webhooks.signing import valid_secrets

pytestmark = pytest.mark.django_db

URL = "https://receiver.example/hooks?from=partners"


@pytest.fixture
def application() -> Application:
    return ApplicationFactory()


@pytest.fixture
def endpoint(application: Application) -> WebhookEndpoint:
    made, _ = endpoints.create_endpoint(application.pk, url=URL, now=NOW)
    return made


class TestCreating:
    def test_the_secret_is_returned_once_and_stored_encrypted(self, application: Application) -> None:
        _, secret = endpoints.create_endpoint(
            application.pk, url=URL, event_types=["listing.created"] * 2, description="Prices", now=NOW
        )

        stored = WebhookEndpoint.objects.get()
        assert (stored.url, stored.event_types, stored.description) == (URL, ["listing.created"], "Prices")
        assert secret.startswith("whsec_")
        assert secret not in stored.encrypted_secrets
        assert list(valid_secrets(stored, NOW)) == [secret]

    @pytest.mark.parametrize(
        "url",
        [
            "", "nothing", "ftp://receiver.example/", "https://", "https://user:word@receiver.example/",
            "https://user@receiver.example/", "https://receiver.example/#part", "https://receiver.example:0/",
            "https://receiver.example:99999/", "https://rec eiver.example/", "https://receiver.example/a b",
            "https://receiver.example/\r\nX: y", "https://" + "a" * 2048, "https://münchen.example/", None, 5,
        ],
    )  # fmt: skip
    def test_what_is_no_url_is_refused(self, application: Application, url: Any) -> None:
        with pytest.raises(InvalidValues) as refused:
            endpoints.create_endpoint(application.pk, url=url, now=NOW)

        assert [(pointer, code) for pointer, code, _ in refused.value.problems] == [("/data/attributes/url", "invalid")]

    def test_an_unknown_event_type_and_a_long_description_are_named(self, application: Application) -> None:
        with pytest.raises(InvalidValues) as refused:
            endpoints.create_endpoint(
                application.pk, url=URL, event_types=["listing.created", EventType.TEST], description="x" * 256, now=NOW
            )

        assert [(pointer, code) for pointer, code, _ in refused.value.problems] == [
            ("/data/attributes/event-types/1", "invalid_choice"),
            ("/data/attributes/description", "max_length"),
        ]

    def test_an_application_has_at_most_twenty(self, application: Application, endpoint: WebhookEndpoint) -> None:
        for _ in range(endpoints.MOST_ENDPOINTS - 1):
            endpoints.create_endpoint(application.pk, url=URL, now=NOW)

        with pytest.raises(Conflict):
            endpoints.create_endpoint(application.pk, url=URL, now=NOW)
        endpoints.delete_endpoint(endpoint, now=NOW)
        endpoints.create_endpoint(application.pk, url=URL, now=NOW)

    def test_a_deleted_application_gets_none(self, application: Application) -> None:
        Application.objects.update(deleted_at=NOW)

        with pytest.raises(NotThere):
            endpoints.create_endpoint(application.pk, url=URL, now=NOW)


class TestChanging:
    def test_only_what_is_given_changes(self, endpoint: WebhookEndpoint) -> None:
        later = NOW + timedelta(hours=1)

        changed = endpoints.change_endpoint(endpoint, {"description": "Other"}, now=later)

        assert (changed.description, changed.url, changed.updated_at) == ("Other", URL, later)
        assert not Job.objects.exists()

    def test_a_change_to_the_same_values_is_none(self, endpoint: WebhookEndpoint) -> None:
        changed = endpoints.change_endpoint(endpoint, {"url": URL, "enabled": True}, now=NOW + timedelta(hours=1))

        assert changed.updated_at == NOW

    def test_enabling_forgets_failures_and_sends_at_once(self, endpoint: WebhookEndpoint) -> None:
        delivery = endpoints.send_test(endpoint, now=NOW)
        WebhookDelivery.objects.update(due_at=NOW + timedelta(hours=9))
        Job.objects.all().delete()
        WebhookEndpoint.objects.update(
            enabled=False,
            disabled_at=NOW,
            disabled_reason="It failed.",
            failing_since=NOW,
            rests_until=NOW,
            is_slow=True,
        )

        changed = endpoints.change_endpoint(endpoint, {"enabled": True}, now=NOW)

        assert changed.enabled
        forgotten = (changed.disabled_at, changed.disabled_reason, changed.failing_since, changed.rests_until)
        assert forgotten == (None, None, None, None)
        delivery.refresh_from_db()
        assert delivery.due_at == NOW
        assert Job.objects.get().priority == Job.Priority.DELIVERY

    def test_disabling_says_when(self, endpoint: WebhookEndpoint) -> None:
        changed = endpoints.change_endpoint(endpoint, {"enabled": False}, now=NOW)

        assert (changed.enabled, changed.disabled_at, changed.disabled_reason) == (False, NOW, None)
        with pytest.raises(Conflict):
            endpoints.send_test(endpoint, now=NOW)

    def test_a_deleted_endpoint_is_not_there(self, endpoint: WebhookEndpoint) -> None:
        endpoints.delete_endpoint(endpoint, now=NOW)

        assert WebhookEndpoint.objects.get().encrypted_secrets == ""
        for change in (
            lambda: endpoints.change_endpoint(endpoint, {"enabled": False}, now=NOW),
            lambda: endpoints.delete_endpoint(endpoint, now=NOW),
            lambda: endpoints.rotate_secret(endpoint, overlap=timedelta(0), now=NOW),
            lambda: endpoints.send_test(endpoint, now=NOW),
        ):
            with pytest.raises(NotThere):
                change()


class TestRotating:
    def test_both_secrets_sign_during_the_overlap(self, application: Application) -> None:
        endpoint, old = endpoints.create_endpoint(application.pk, url=URL, now=NOW)
        new = endpoints.rotate_secret(endpoint, overlap=timedelta(hours=24), now=NOW)

        assert list(valid_secrets(endpoint, NOW + timedelta(hours=23))) == [new, old]
        assert list(valid_secrets(endpoint, NOW + timedelta(hours=24))) == [new]

        newest = endpoints.rotate_secret(endpoint, overlap=timedelta(hours=24), now=NOW)
        assert list(valid_secrets(endpoint, NOW)) == [newest, new]

    def test_without_an_overlap_the_old_secret_ends_now(self, endpoint: WebhookEndpoint) -> None:
        new = endpoints.rotate_secret(endpoint, overlap=timedelta(0), now=NOW)

        assert list(valid_secrets(endpoint, NOW)) == [new]

    @pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=7, seconds=1)])
    def test_the_overlap_is_bounded(self, endpoint: WebhookEndpoint, overlap: timedelta) -> None:
        with pytest.raises(ValueError, match="overlap"):
            endpoints.rotate_secret(endpoint, overlap=overlap, now=NOW)


def test_a_test_event_goes_to_its_endpoint_only(application: Application, endpoint: WebhookEndpoint) -> None:
    endpoints.create_endpoint(application.pk, url=URL, now=NOW)

    delivery = endpoints.send_test(endpoint, now=NOW)

    assert WebhookDelivery.objects.get() == delivery
    assert delivery.event.type == EventType.TEST
    assert Job.objects.get().arguments == {"endpoint_id": endpoint.pk}


def test_a_replay_is_a_new_delivery_of_the_same_event(endpoint: WebhookEndpoint) -> None:
    first = endpoints.send_test(endpoint, now=NOW)

    again = replay(first, now=NOW)

    assert again.pk != first.pk
    assert (again.event_id, again.state) == (first.event_id, WebhookDelivery.State.PENDING)
    assert Event.objects.count() == 1
    assert Job.objects.count() == 1
