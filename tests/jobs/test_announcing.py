"""Messages to real brokers: sent on commit, without secrets, and never in the way of a request."""

import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

import pytest
from django.db import transaction
from kombu import Connection, Queue
from pytest_django import Settings

from jobs.celery_engine.app import QUEUE
from jobs.celery_engine.sending import Announcer, Sender
from jobs.models import Job
from jobs.parties import Party
from jobs.queue import NewJob, enqueue, enqueue_unless_queued
from tests.engines import BROKERS, running_broker
from tests.environment import changed
from tests.factories import EPOCH

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PATIENCE = 30.0  # seconds
SECRET = "a-secret-of-a-channel"


@pytest.fixture(params=BROKERS)
def broker_url(request: pytest.FixtureRequest) -> str:
    """A broker with an empty queue."""
    url = running_broker(request.param)
    with Connection(url) as connection, suppress(*connection.channel_errors):  # a new broker has no queue yet
        Queue(QUEUE, channel=connection.default_channel).bind(connection.default_channel).purge()
    return url


@pytest.fixture
def celery_engine(settings: Settings, broker_url: str) -> str:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, job_engine="celery", celery_broker_url=broker_url)
    return broker_url


def received(broker_url: str, *, within: float = PATIENCE) -> list[str]:
    """The texts of the messages that come until none comes any more: headers and body."""
    texts: list[str] = []
    with Connection(broker_url) as connection:
        queue = connection.SimpleQueue(QUEUE)
        while True:
            try:
                message = queue.get(timeout=within)
            except queue.Empty:
                return texts
            message.ack()
            texts.append(f"{message.headers} {message.body!r}")
            within = 0.5


def test_a_message_is_sent_when_the_cause_is_committed_and_tells_nothing(celery_engine: str) -> None:
    with transaction.atomic():
        enqueue("errand", key="one", arguments={"secret": SECRET}, party=Party(1, 2, 3), now=EPOCH)

    messages = received(celery_engine)

    assert len(messages) == 1
    assert SECRET not in messages[0]
    assert "errand" not in messages[0]


def test_each_job_of_a_batch_is_announced(celery_engine: str) -> None:
    jobs = {f"job {number}": NewJob({}, Party()) for number in range(3)}

    enqueue_unless_queued("errand", jobs, priority=Job.Priority.QUICK, now=EPOCH)

    assert len(received(celery_engine)) == 3


def test_nothing_is_sent_for_a_change_that_is_rolled_back(celery_engine: str) -> None:
    with transaction.atomic():
        enqueue("errand", key="one", now=EPOCH)
        transaction.set_rollback(True)

    assert received(celery_engine, within=1) == []


def test_messages_are_counted(broker_url: str) -> None:
    sender = Sender(broker_url)

    assert sender.waiting() == 0
    sender.send(2)
    assert sender.waiting() == 2
    sender.close()


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield server.getsockname()[1]


@contextmanager
def closed_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    yield port


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
@pytest.mark.parametrize("port", [silent_server, closed_port])
def test_a_broker_that_is_away_or_silent_costs_the_caller_nothing(
    scheme: str, port: Callable[[], AbstractContextManager[int]], caplog: pytest.LogCaptureFixture
) -> None:
    with port() as number, caplog.at_level(logging.INFO):
        announcer = Announcer(f"{scheme}://127.0.0.1:{number}/")

        begun = time.monotonic()
        for _ in range(200):
            announcer.announce()
        assert time.monotonic() - begun < 2

        end = time.monotonic() + PATIENCE
        while "the broker is unavailable" not in caplog.text:
            assert time.monotonic() < end
            time.sleep(0.05)
        announcer.announce()
        time.sleep(0.5)
    assert caplog.text.count("the broker is unavailable") == 1
    assert "Traceback" not in caplog.text
