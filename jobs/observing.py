"""What becomes known of each turn of a job: for logs, metrics and traces. The project registers the observers."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jobs.running import RunningJob

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Turn:
    """One attempt at a job. `outcome` is set at its end.

    It is one of `succeeded`, `failed` (for good), `retried` (after a counted failure), `postponed`, `returned` (the
    worker stops, or others wait), `lost` (another worker took the job, or it was cancelled) and `broken` (the end could
    not be stored).
    """

    job: RunningJob
    outcome: str = "broken"
    seconds: float = 0.0
    notes: dict[str, Any] = field(default_factory=dict)  # of observers


class Observer:
    """Is told of turns in the thread that runs the job. Its errors are logged and change nothing."""

    def works(self) -> None:
        """This process begins to work as a worker."""

    def begins(self, turn: Turn) -> None:
        """The handler is called next."""

    def ended(self, turn: Turn) -> None:
        """The job is closed or has left the worker."""


_observers: list[Observer] = []
_causes: list[Callable[[], str | None]] = []


def register(observer: Observer) -> None:
    """Add an observer of all jobs of this process."""
    _observers.append(observer)


def unregister(observer: Observer) -> None:
    """Remove an observer."""
    _observers.remove(observer)


def tell_cause(cause: Callable[[], str | None]) -> None:
    """Say how new jobs learn the `traceparent` of what causes them."""
    _causes.append(cause)


def current_cause() -> str | None:
    """The `traceparent` of what this thread does now; None without traces."""
    return _causes[-1]() if _causes else None


def tell_worker_begins() -> None:
    """Tell the observers that this process is a worker."""
    _tell("works")


@contextmanager
def observed(job: RunningJob) -> Iterator[Turn]:
    """Observes one turn, whose outcome is set inside."""
    turn = Turn(job)
    _tell("begins", turn)
    began = time.monotonic()
    try:
        yield turn
    finally:
        turn.seconds = time.monotonic() - began
        _tell("ended", turn)


def _tell(what: str, *arguments: Any) -> None:
    for observer in _observers:
        try:
            getattr(observer, what)(*arguments)
        except Exception:
            logger.exception("%s failed to observe a job", type(observer).__name__)
