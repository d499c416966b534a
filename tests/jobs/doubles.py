"""A clock and a job handler that tests control."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jobs.running import RunningJob
from tests.factories import EPOCH


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    instant: datetime = EPOCH

    def __call__(self) -> datetime:
        return self.instant

    def advance(self, **span: float) -> None:
        """Move the clock forward by a span in the terms of timedelta, like `seconds=30`."""
        self.instant += timedelta(**span)


@dataclass
class Errand:
    """The handler of the kind `errand`. It calls `does` with the running job and records the attempts."""

    does: Callable[[RunningJob], None] = lambda job: None
    attempts: list[int] = field(default_factory=list)

    def __call__(self, job: RunningJob) -> None:
        self.attempts.append(job.attempts)
        self.does(job)
