from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from jobs.worker import JobWorker
from oauth.models import Application
from tests.factories import ApplicationFactory
from tests.jobs.doubles import Clock
from tests.webhooks.receiving import TestReceiver, receiving
from webhooks.documents import body
from webhooks.models import Event, EventType, WebhookEndpoint
from webhooks.outbox import record
from webhooks.receiver import Tuning
from webhooks.services.endpoints import create_endpoint

Record = Callable[..., list[Event]]


@pytest.fixture(autouse=True)
def impatient(settings: Settings) -> Tuning:
    """Jobs do not wait for more deliveries, so that a test may run them one after another."""
    tuning = Tuning(public_only=False, longest_silence=0.5, longest_exchange=1.0, linger=0.0, poll=0.01)
    settings.WEBHOOK_TUNING = tuning
    return tuning


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker(clock: Clock) -> JobWorker:
    return JobWorker(clock=clock, lease=timedelta(seconds=60))


@pytest.fixture
def receiver() -> Iterator[TestReceiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def application(db: None) -> Application:
    return ApplicationFactory()


@pytest.fixture
def endpoint(application: Application, receiver: TestReceiver, clock: Clock) -> WebhookEndpoint:
    made, _ = create_endpoint(application.pk, url=receiver.url, now=clock())
    return made


@pytest.fixture
def happen(application: Application, clock: Clock) -> Record:
    """Records events of the listings with these ids, in one transaction; 0 is none."""

    def happen(*listings: int, type: str = EventType.LISTING_REFRESHED, **columns: Any) -> list[Event]:
        columns = {"application": application, "occurred_at": clock(), **columns}
        events = [
            Event(type=type, listing_id=listing, body=body({"number": place}, {}), **columns)
            for place, listing in enumerate(listings)
        ]
        record(events, now=clock())
        return events

    return happen
