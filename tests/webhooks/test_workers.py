"""Deliveries by real workers: threads and processes, on a shared database, with a real clock."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from jobs import handlers
from jobs.models import Job
from jobs.running import RunningJob
from jobs.worker import JobWorker
from oauth.models import Application
from tests.engines import ENGINES, engine_settings, url_of_the_database
from tests.factories import ApplicationFactory
from tests.queued import queue_errand
from tests.running_worker import PATIENCE, running, wait_until
from tests.webhooks.receiving import Received, Reply, TestReceiver, receiving
from webhooks.delivering import no_delivery_is_being_written
from webhooks.documents import body
from webhooks.models import Event, EventType, WebhookDelivery, WebhookEndpoint
from webhooks.outbox import record
from webhooks.receiver import Tuning
from webhooks.services.endpoints import create_endpoint

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

LEASE = 2  # seconds


@pytest.fixture
def only_deliveries(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Periodic work stays out of the way. Returns the times at which jobs of the kind `errand` ran."""
    ran: list[float] = []

    def errand(job: RunningJob) -> None:
        ran.append(time.monotonic())

    monkeypatch.setattr(handlers, "_kinds", {"deliver_events": handlers._kinds["deliver_events"]})
    handlers.register("errand", errand)
    return ran


def happen(application: Application, *listings: int) -> list[str]:
    now = timezone.now()
    events = [
        Event(application=application, listing_id=listing, type=EventType.LISTING_REFRESHED, body=body({}, {}),
              occurred_at=now)
        for listing in listings
    ]  # fmt: skip
    with transaction.atomic():
        record(events, now=now)
    return [event.webhook_id for event in events]


def all_succeeded() -> bool:
    return not WebhookDelivery.objects.exclude(state=WebhookDelivery.State.SUCCEEDED).exists()


def has_all(receiver: TestReceiver, names: set[str]) -> bool:
    return names <= set(receiver.ids)


def are_more_than(items: list[float], number: int) -> bool:
    return len(items) > number


def test_slow_receivers_hold_up_neither_a_quick_one_nor_other_work(
    only_deliveries: list[float], impatient: Tuning, settings: Settings
) -> None:
    settings.WEBHOOK_TUNING = replace(impatient, longest_silence=3.0, longest_exchange=3.0, turn=0.2)
    slow, quick = ApplicationFactory(), ApplicationFactory()
    with receiving() as dead, receiving() as alive, running(JobWorker(concurrency=4)):
        dead.answer = lambda received: Reply(after=4)
        for _ in range(6):
            create_endpoint(slow.pk, url=dead.url, now=timezone.now())
        create_endpoint(quick.pk, url=alive.url, now=timezone.now())
        happen(slow, *range(1, 20))
        wait_until(lambda: WebhookEndpoint.objects.filter(is_slow=True).count() >= 1)

        waits = []
        for number in range(5):
            began = time.monotonic()
            (name,) = happen(quick, number)
            queue_errand(now=timezone.now())
            wait_until(partial(has_all, alive, {name}))
            wait_until(partial(are_more_than, only_deliveries, number))
            waits.append(time.monotonic() - began)

        # A slow receiver that is not known as such may have the only place for quick ones until it times out.
        assert sorted(waits)[2] < 3.5
        assert max(waits) < 20


def test_no_delivery_is_missed_while_its_job_ends(only_deliveries: list[float]) -> None:
    application = ApplicationFactory()
    expected: list[str] = []

    def emit(seed: int) -> None:
        pauses = random.Random(seed)
        try:
            for _ in range(15):
                now = timezone.now()
                event = Event(
                    application=application, listing_id=seed, type=EventType.LISTING_REFRESHED, body=body({}, {}),
                    occurred_at=now,
                )  # fmt: skip
                with transaction.atomic():
                    record([event], now=now)
                    # On SQLite a transaction that writes keeps all others waiting.
                    time.sleep(pauses.random() * (0.05 if connection.vendor == "postgresql" else 0.002))
                expected.append(event.webhook_id)
                time.sleep(pauses.random() * 0.1)
        finally:
            connection.close()

    with receiving() as receiver, running(JobWorker()), running(JobWorker()):
        create_endpoint(application.pk, url=receiver.url, now=timezone.now())
        emitters = [threading.Thread(target=emit, args=(seed,)) for seed in range(1, 7)]
        for emitter in emitters:
            emitter.start()
        for emitter in emitters:
            emitter.join()
        wait_until(all_succeeded)

        assert Counter(receiver.ids) == Counter(expected)
        wait_until(lambda: not Job.objects.filter(state__in=["queued", "running"]).exists())


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_transactions_that_write_events_do_not_wait_for_each_other(receiver: TestReceiver) -> None:
    application = ApplicationFactory()
    create_endpoint(application.pk, url=receiver.url, now=timezone.now())
    written, over = threading.Event(), threading.Event()

    def write_and_stay() -> None:
        try:
            with transaction.atomic():
                happen(application, 1)
                written.set()
                over.wait(PATIENCE)
        finally:
            connection.close()

    other = threading.Thread(target=write_and_stay)
    other.start()
    try:
        assert written.wait(PATIENCE)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            happen(application, 1, 2)
    finally:
        over.set()
        other.join()
    assert Job.objects.count() == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_a_job_does_not_end_while_a_delivery_is_written_that_counts_on_it(receiver: TestReceiver) -> None:
    application = ApplicationFactory()
    endpoint = create_endpoint(application.pk, url=receiver.url, now=timezone.now())[0]
    written, over = threading.Event(), threading.Event()

    def write_and_stay() -> None:
        try:
            with transaction.atomic():
                happen(application, 1)
                written.set()
                over.wait(PATIENCE)
        finally:
            connection.close()

    with transaction.atomic():
        assert no_delivery_is_being_written(endpoint.pk)
    other = threading.Thread(target=write_and_stay)
    other.start()
    try:
        assert written.wait(PATIENCE)
        with transaction.atomic():
            assert not no_delivery_is_being_written(endpoint.pk)
    finally:
        over.set()
        other.join()


Spawn = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture(params=ENGINES)
def spawn(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Spawn]:
    """Return a function that starts `manage.py worker` with the tests' database, for each engine."""
    environment = (
        os.environ
        | engine_settings(request.param)
        | {
            "PROFILE": "development", "DATABASE_URL": url_of_the_database(), "DATA_DIR": str(tmp_path),
            "JOB_LEASE_SECONDS": str(LEASE), "WORKER_POLL_SECONDS": "0.1",
        }
    )  # fmt: skip
    manage = Path(__file__).parents[2] / "manage.py"
    workers: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        workers.append(subprocess.Popen([sys.executable, str(manage), "worker"], env=environment))  # noqa: S603
        return workers[-1]

    yield start
    for worker in workers:
        with suppress(ProcessLookupError):
            worker.kill()
        worker.wait()


def test_what_a_killed_worker_was_sending_is_sent_again_with_the_same_id(spawn: Spawn, receiver: TestReceiver) -> None:
    application = ApplicationFactory()
    create_endpoint(application.pk, url=receiver.url, now=timezone.now())
    receiver.answer = lambda received: Reply(after=5)
    (name,) = happen(application, 1)
    first = spawn()
    wait_until(lambda: receiver.ids)

    first.kill()
    receiver.answer = lambda received: Reply()
    spawn()
    wait_until(all_succeeded)

    assert receiver.ids == [name, name]
    assert Job.objects.get(kind="deliver_events").failures == 1


def test_a_worker_that_is_stopped_waits_for_requests_under_way(spawn: Spawn, receiver: TestReceiver) -> None:
    application = ApplicationFactory()
    create_endpoint(application.pk, url=receiver.url, now=timezone.now())
    stopped: list[float] = []

    def stop_the_worker(received: Received) -> Reply:
        if not stopped:
            stopped.append(time.monotonic())
            worker.send_signal(signal.SIGTERM)
        return Reply(after=1)

    receiver.answer = stop_the_worker
    happen(application, 1)
    worker = spawn()

    assert worker.wait(30) == 0
    assert len(receiver.ids) == 1
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempts_made) == (WebhookDelivery.State.SUCCEEDED, 1)
    assert Job.objects.get(kind="deliver_events").state == "queued"
    assert timezone.now() - delivery.created_at < timedelta(seconds=60)
