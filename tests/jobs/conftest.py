from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from jobs import handlers
from jobs.running import RunningJob
from jobs.worker import JobWorker
from tests.factories import EPOCH


@dataclass
class Clock:
    """Stands still until a test moves it."""

    instant: datetime = EPOCH

    def __call__(self) -> datetime:
        return self.instant

    def advance(self, **span: float) -> None:
        self.instant += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker(clock) -> JobWorker:
    return JobWorker(clock=clock, lease=timedelta(seconds=60))


@dataclass
class Deed:
    """A kind of job whose doing a test decides: `does` is called with the running job, and every taking is noted."""

    does: Callable[[RunningJob], None] = lambda job: None
    takings: list[int] = field(default_factory=list)

    def __call__(self, job: RunningJob) -> None:
        self.takings.append(job.attempts)
        self.does(job)


@pytest.fixture
def errand(monkeypatch) -> Deed:
    """The handler of the kind `errand`."""
    deed = Deed()
    monkeypatch.setattr(handlers, "_kinds", dict(handlers._kinds))
    handlers.register("errand", deed)
    return deed
