from datetime import timedelta

import pytest

from jobs import handlers
from jobs.worker import JobWorker
from tests.jobs.doubles import Clock, Errand


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker(clock: Clock) -> JobWorker:
    return JobWorker(clock=clock, lease=timedelta(seconds=60))


@pytest.fixture
def errand(monkeypatch: pytest.MonkeyPatch) -> Errand:
    """Registers a handler for the kind `errand` during the test."""
    errand = Errand()
    monkeypatch.setattr(handlers, "_kinds", dict(handlers._kinds))
    handlers.register("errand", errand)
    return errand
