"""Periodic work: old events are purged, erased applications leave nothing, and no delivery stays without a job."""

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries, Settings

from jobs.models import Job
from jobs.queue import enqueue
from jobs.worker import JobWorker
from oauth.incidents import delete_application
from oauth.models import Application
from tests.environment import changed
from tests.jobs.doubles import Clock
from tests.webhooks.conftest import Record
from webhooks import purging
from webhooks.models import Event, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.outbox import record
from webhooks.services.endpoints import delete_endpoint
from webhooks.signing import current_secret

pytestmark = pytest.mark.django_db


def run(kind: str, worker: JobWorker, clock: Clock) -> None:
    job = enqueue(kind, now=clock())
    while Job.objects.filter(pk=job.pk, state="queued").exists():
        assert worker.run_one()


def test_events_are_purged_with_their_deliveries_after_the_retention_time(
    endpoint: WebhookEndpoint, happen: Record, worker: JobWorker, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "ROWS_PER_BATCH", 2)
    happen(1, 2, 3, 4, 5)
    worker.drain()
    clock.advance(days=29)
    (young,) = happen(6)
    worker.drain()
    assert WebhookAttempt.objects.count() == 6
    clock.advance(days=1)

    run("purge_events", worker, clock)

    assert Event.objects.get() == young
    assert WebhookAttempt.objects.get().delivery == WebhookDelivery.objects.get()


def test_a_deleted_endpoint_is_purged_when_its_deliveries_are(
    endpoint: WebhookEndpoint, happen: Record, worker: JobWorker, clock: Clock
) -> None:
    delete_endpoint(endpoint, now=clock())
    clock.advance(days=29)
    run("purge_events", worker, clock)
    assert WebhookEndpoint.objects.exists()
    clock.advance(days=1)

    run("purge_events", worker, clock)

    assert not WebhookEndpoint.objects.exists()


def test_the_endpoints_and_events_of_a_deleted_application_are_erased(
    application: Application, endpoint: WebhookEndpoint, happen: Record, worker: JobWorker, clock: Clock
) -> None:
    happen(1)
    delete_application(application, now=clock())
    worker.drain()
    assert WebhookDelivery.objects.get().state == WebhookDelivery.State.FAILED
    clock.advance(days=31)

    run("erase_deleted_applications", worker, clock)

    assert not Application.objects.filter(pk=application.pk).exists()
    assert not Event.objects.exists()
    assert not WebhookEndpoint.objects.exists()


def test_an_overdue_delivery_without_a_job_gets_one(
    endpoint: WebhookEndpoint, happen: Record, worker: JobWorker, clock: Clock
) -> None:
    happen(1)
    Job.objects.all().delete()  # as one that was given up after many deaths of its workers
    clock.advance(minutes=2)

    run("wake_webhook_endpoints", worker, clock)
    run("wake_webhook_endpoints", worker, clock)

    worker.drain()
    assert WebhookDelivery.objects.get().state == WebhookDelivery.State.SUCCEEDED
    assert Job.objects.filter(kind="deliver_events").count() == 1


def test_an_event_without_endpoints_costs_two_queries(
    application: Application, happen: Record, clock: Clock, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        record([], now=clock())
    with django_assert_num_queries(2):  # the events, the endpoints
        happen(1, 2, 3)


def test_an_event_for_an_endpoint_costs_at_most_three_queries_more(
    endpoint: WebhookEndpoint, happen: Record, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(5):  # the deliveries, the live jobs, a new job
        happen(1, 2, 3)
    with django_assert_num_queries(4):
        happen(1, 2, 3)


def test_secrets_move_to_the_first_key(endpoint: WebhookEndpoint, settings: Settings) -> None:
    secret = current_secret(endpoint)
    old, new = settings.ENVIRONMENT.credential_keys[0], Fernet.generate_key().decode()
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, credential_keys=(new, old))
    shown = StringIO()

    call_command("rotate_credential_keys", stdout=shown)

    assert "1 webhook endpoints are encrypted" in shown.getvalue()
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, credential_keys=(new,))
    endpoint.refresh_from_db()
    assert current_secret(endpoint) == secret
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, credential_keys=(old,))
    with pytest.raises(CommandError, match=f"webhook endpoints {endpoint.pk}"):
        call_command("rotate_credential_keys", stdout=StringIO())


def test_a_secret_never_appears_in_the_log(
    endpoint: WebhookEndpoint, happen: Record, worker: JobWorker, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    secret = current_secret(endpoint)
    with caplog.at_level("DEBUG"):
        happen(1)
        worker.drain()

    assert "deliver_events" in caplog.text
    assert secret not in caplog.text
    assert secret.removeprefix("whsec_") not in caplog.text
