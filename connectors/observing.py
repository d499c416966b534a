"""What becomes known of each request to a channel: for logs, metrics, traces, and the job that sends it.

Observers see no ids, no query strings, no headers and no bodies: some channels put tokens there, and guests have names.
"""

import logging
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

logger = logging.getLogger(__name__)

LEFT_OUT = "{}"  # stands for a segment of a path that differs between accounts or listings


@dataclass(slots=True)
class Exchange:
    """One attempt of a request. `path` is a template such as `/listings/{}/calendar`, without the base URL's own path.

    `status` is the HTTP status, also of a failure, or None without a readable answer. Then `failure` is one of
    `timeout`, `unreachable`, `malformed` and `error`. An observer that begins may add to `headers`, which are sent.
    """

    channel: str  # its slug
    method: str
    host: str
    path: str
    attempt: int = 1
    status: int | None = None
    failure: str = ""
    seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    notes: dict[str, Any] = field(default_factory=dict, init=False, repr=False)  # of observers

    @property
    def outcome(self) -> str:
        """The status or the failure, as one word."""
        return str(self.status) if self.status else self.failure

    @property
    def is_failure(self) -> bool:
        """Whether the channel failed to answer, or answered that it is busy or has failed."""
        return self.status is None or self.status == 429 or self.status >= 500


class Observer:
    """Is told of requests in the thread that sends them. Its errors are logged and change nothing."""

    def begins(self, exchange: Exchange) -> None:
        """The attempt is sent next."""

    def ended(self, exchange: Exchange) -> None:
        """The attempt has its outcome."""

    def held_back(self, channel: str, reason: str) -> None:
        """A request was not sent: the channel is `silent` or `busy`, or our `share` or the `limit` is used up."""


_of_process: list[Observer] = []
_of_run: ContextVar[tuple[Observer, ...]] = ContextVar("observers_of_this_run", default=())


def register(observer: Observer) -> None:
    """Add an observer of all requests of this process."""
    if observer not in _of_process:
        _of_process.append(observer)


@contextmanager
def also(observer: Observer) -> Iterator[None]:
    """The observer is told of the requests that this thread sends inside."""
    token = _of_run.set((*_of_run.get(), observer))
    try:
        yield
    finally:
        _of_run.reset(token)


@contextmanager
def observed(exchange: Exchange) -> Iterator[Exchange]:
    """Observes one attempt, whose outcome is set inside. An exception without an outcome counts as an `error`."""
    _tell("begins", exchange)
    began = time.monotonic()
    try:
        yield exchange
    finally:
        exchange.seconds = time.monotonic() - began
        if exchange.status is None and not exchange.failure:
            exchange.failure = "error"
        _tell("ended", exchange)


def hold_back(channel: str, reason: str) -> None:
    """Tell the observers that a request was not sent."""
    _tell("held_back", channel, reason)


def _tell(what: str, *arguments: Any) -> None:
    for observer in (*_of_process, *_of_run.get()):
        try:
            getattr(observer, what)(*arguments)
        except Exception:
            logger.exception("%s failed to observe a request to a channel", type(observer).__name__)


def template(path: str, words: Collection[str]) -> str:
    """The path with `{}` for each segment that is not among the words, so that it holds no id and no secret."""
    segments = path.partition("?")[0].strip("/").split("/")
    return "/" + "/".join(segment if segment in words else LEFT_OUT for segment in segments if segment)


class Tally(Observer):
    """Counts the requests of one run. `earlier` is the summary of runs before, which it continues."""

    def __init__(self, channel: str, earlier: Mapping[str, Any] | None = None) -> None:
        earlier = earlier or {}
        self._channel = channel
        self._requests: int = earlier.get("requests", 0)
        self._seconds: float = earlier.get("seconds", 0.0)
        self._longest: float = earlier.get("longest_seconds", 0.0)
        self._statuses: Counter[str] = Counter(earlier.get("statuses", {}))

    def ended(self, exchange: Exchange) -> None:
        self._requests += 1
        self._seconds += exchange.seconds
        self._longest = max(self._longest, exchange.seconds)
        self._statuses[exchange.outcome] += 1

    def summary(self) -> dict[str, Any]:
        """A JSON object: `{"channel": "hostaway", "requests": 12, "seconds": 3.1, "longest_seconds": 0.9,
        "statuses": {"200": 11, "timeout": 1}}`.
        """
        return {
            "channel": self._channel,
            "requests": self._requests,
            "seconds": round(self._seconds, 3),
            "longest_seconds": round(self._longest, 3),
            "statuses": dict(sorted(self._statuses.items())),
        }
