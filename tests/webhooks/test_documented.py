"""The programs of docs/webhooks.md that verify signatures accept what is sent, and nothing else."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import WebhookVerificationError

from jobs.worker import JobWorker
from oauth.models import Application
from tests.documented import DOCS, blocks
from tests.jobs.doubles import Clock
from tests.webhooks.conftest import Record
from tests.webhooks.receiving import Received, TestReceiver
from webhooks.receiver import ANSWER_BYTES, USER_AGENT, Tuning
from webhooks.retrying import WAITS
from webhooks.services import endpoints

pytestmark = pytest.mark.django_db

PAGE = (DOCS / "webhooks.md").read_text()
PROGRAMS = [text for language, text in blocks("webhooks.md") if language == "python"]
UNITS = {"s": "seconds", "min": "minutes", "h": "hours"}


@pytest.fixture(params=PROGRAMS, ids=["standardwebhooks", "svix"])
def event_of(request: pytest.FixtureRequest) -> Callable[..., Any]:
    program: dict[str, Any] = {}
    exec(request.param, program)  # noqa: S102  a program of our own documentation
    found: Callable[..., Any] = program["event_of"]
    return found


@pytest.fixture
def received(
    application: Application, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock
) -> tuple[Received, str, str]:
    """A delivery during a rotation, with the new and the old secret."""
    clock.instant = timezone.now()  # The libraries refuse old timestamps.
    endpoint, old = endpoints.create_endpoint(application.pk, url=receiver.url, now=clock())
    new = endpoints.rotate_secret(endpoint, overlap=timedelta(hours=1), now=clock())
    happen(1)
    worker.drain()
    (arrived,) = receiver.received
    return arrived, new, old


def test_the_programs_accept_both_secrets_and_refuse_what_was_changed(
    event_of: Callable[..., Any], received: tuple[Received, str, str]
) -> None:
    arrived, new, old = received

    for secret in (new, old):
        assert event_of(arrived.body, arrived.headers, secret) == arrived.document
    stale = {**arrived.headers, "webhook-timestamp": str(int(arrived.headers["webhook-timestamp"]) - 301)}
    for body, headers, secret in (
        (arrived.body + b" ", arrived.headers, new),
        (arrived.body, {**arrived.headers, "webhook-id": "evt_0"}, new),
        (arrived.body, stale, new),
        (arrived.body, arrived.headers, "whsec_" + "A" * 32),
    ):
        with pytest.raises(WebhookVerificationError):
            event_of(body, headers, secret)


def test_the_table_of_waits_is_that_of_the_code() -> None:
    (row,) = re.findall(r"^\| wait \| (.*)$", PAGE, re.MULTILINE)
    cells = re.findall(r"(\d+) (s|min|h)\b", row)

    assert tuple(timedelta(**{UNITS[unit]: int(number)}) for number, unit in cells) == WAITS


def test_the_limits_are_those_of_the_code() -> None:
    limits = dict(re.findall(r"^\| ([^|]+) \| (?:the first )?([\d,]+)", PAGE, re.MULTILINE))
    tuning = Tuning(public_only=True)

    assert limits["endpoints of an application"] == str(endpoints.MOST_ENDPOINTS)
    assert limits["requests to an endpoint at the same time"] == str(tuning.concurrency)
    assert limits["silence of the receiver"] == f"{tuning.longest_silence:g}"
    assert limits["a whole request, with connecting"] == f"{tuning.longest_exchange:g}"
    assert limits["answer that is kept for you to read"] == f"{ANSWER_BYTES:,}"
    assert f"`{USER_AGENT}`" in PAGE
