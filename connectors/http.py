"""JSON over HTTP to a channel: timeouts, limits kept on our side, retries of what is safe to retry, clear errors.

A connector receives either an Answer with the channel's own status, or ChannelUnavailable. ChannelUnavailable means
that no answer came, that it came too late or was malformed, or that every attempt was answered with 429 or 5xx.
"""

import math
import random
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from connectors.bodies import BadBody, Bounds, TooSlow, read_body
from connectors.deadlines import exchange
from connectors.decoding import NotJson, decode
from connectors.errors import ChannelUnavailable, NotAsked
from connectors.observing import Exchange, hold_back, observed, template
from connectors.pacing import Pace
from connectors.pauses import Pauses
from connectors.shares import ShareUsedUp

# A page of a hundred reservations has about a million bytes and thirty thousand values.
LARGE = Bounds(content=16 * 1024 * 1024, values=1_000_000)
# Within a request. A process answers nobody else while it parses.
SMALL = Bounds(content=2 * 1024 * 1024, values=100_000)
# An answer that only says that the channel failed or is busy.
FAILURE = Bounds(content=64 * 1024, values=10_000)
LONGEST_IN_TIMEOUTS = 2  # A whole answer may take at most this multiple of the timeout.
# A time-out says something about the channel if the channel had this time, or the client's time-out if that is shorter.
LONG_SILENCE = 5.0  # seconds
REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})  # Sending these twice has the effect of sending them once.


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is sent, how long a connector waits, and how large an answer may be. Times are in seconds.

    `altogether` limits all requests of one connection. The back-offs are the first waits after a failure and after a
    429 that names no time; each further wait is twice as long.
    """

    attempts: int
    longest_wait: float
    altogether: float = math.inf
    first_back_off: float = 0.5
    first_back_off_when_busy: float = 2.0
    bounds: Bounds = LARGE


WORKER = Patience(attempts=4, longest_wait=25.0)  # Longer waits would hold a place of the worker.
REQUEST = Patience(attempts=2, longest_wait=3.0, altogether=15.0, bounds=SMALL)  # A person waits for our answer.


@dataclass(frozen=True, slots=True)
class Answer:
    """A channel's answer. `document` is its JSON with decimals as Decimal, or None without a readable body."""

    status: int
    document: Any = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class ChannelHttp:
    """The wire to one channel for one account.

    `timeout` is the longest silence in seconds. A whole answer may take LONGEST_IN_TIMEOUTS times as long. `tick` is
    called before every request and at least once per second of waiting; an exception that it raises ends the call.
    Observers know the channel by `slug`, and see of a path the segments that are among `words`.
    """

    def __init__(
        self,
        name: str,
        client: httpx.Client,
        *,
        pace: Pace,
        pauses: Pauses | None = None,
        timeout: float,
        patience: Patience = WORKER,
        tick: Callable[[], None] = lambda: None,
        slug: str = "",
        words: Collection[str] = (),
    ) -> None:
        self._name = name
        self._slug = slug or name.lower()
        self._words = words
        self._client = client
        self._pace = pace
        self._pauses = pauses
        self._patience = patience
        self._tick = tick
        self._longest_answer = LONGEST_IN_TIMEOUTS * timeout
        self._long_silence = min(timeout, LONG_SILENCE)
        self._ends_at = time.monotonic() + patience.altogether

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: httpx.Auth | None = None,
        repeatable: bool | None = None,
        optional: bool = False,
    ) -> Answer:
        """Sends until an answer is below 500 and not 429. `path` is appended to the channel's base URL.

        `body` is sent as JSON. `auth` signs each attempt anew. `repeatable` says whether the request may be sent
        twice; by default the method decides. An `optional` request, whose answer the caller can do without, is sent
        again only if the channel was busy, and a time-out of it does not pause the channel: other requests may be
        answered.

        Raises ChannelUnavailable, and NotAsked if the channel is paused or its limits need a longer wait than allowed.
        """
        if repeatable is None:
            repeatable = method in REPEATABLE
        request = self._client.build_request(
            method, path, params=params, json=body, data=form, headers=dict(headers or {})
        )
        seen = Exchange(self._slug, method, self._client.base_url.host, template(path, self._words))
        attempt = 1
        failure: _Failed | None = None
        while True:
            try:
                self._keep_pace()
            except NotAsked:
                if failure is not None:
                    raise failure.error from failure.__cause__
                raise
            try:
                return self._once(request, auth, replace(seen, attempt=attempt, headers={}), optional=optional)
            except _Failed as failed:
                wait = failed.wait(attempt, self._patience)
                last = attempt >= self._patience.attempts or wait > min(self._patience.longest_wait, self._left())
                last = last or (optional and not failed.was_busy)
                if last or not (repeatable or failed.was_not_done):
                    raise failed.error from failed.__cause__
                self.pause(wait)
                attempt += 1
                failure = failed

    def pause(self, seconds: float) -> None:
        """Waits. Call it outside of any transaction."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._tick()
            time.sleep(min(left, 1.0))

    def _keep_pace(self) -> None:
        self._tick()
        waited = 0.0
        while wait := self._wait(waited):
            self.pause(wait)
            waited += wait

    def _wait(self, waited: float) -> float:
        """Seconds to wait before the next request. Raises NotAsked if that is longer than allowed."""
        longest = min(self._patience.longest_wait - waited, self._left())
        paused = self._pauses.current() if self._pauses else None
        if paused and paused.is_silent:
            hold_back(self._slug, "silent")
            raise NotAsked(f"{self._name} does not answer at the moment.", retry_after=paused.wait)
        if paused and paused.wait > longest:
            hold_back(self._slug, "busy")
            raise NotAsked(f"{self._name} is busy.", retry_after=paused.wait)
        try:
            wait = paused.wait if paused else self._pace.take()
        except ShareUsedUp as used_up:
            hold_back(self._slug, "share")
            reason = f"{self._name} is asked for other accounts as often as it allows."
            raise NotAsked(reason, retry_after=used_up.wait) from used_up
        if wait > longest:
            hold_back(self._slug, "busy" if paused else "limit")
            raise NotAsked(f"{self._name} is asked as often as it allows.", retry_after=wait)
        return wait

    def _left(self) -> float:
        return max(self._ends_at - time.monotonic(), 0.0)

    def _once(self, request: httpx.Request, auth: httpx.Auth | None, seen: Exchange, *, optional: bool) -> Answer:
        with observed(seen):
            request.headers.update(seen.headers)
            try:
                answer = self._exchange(request, auth, optional=optional)
            except _Failed as failed:
                seen.status, seen.failure = failed.error.status, failed.kind
                raise
            seen.status = answer.status
            return answer

    def _exchange(self, request: httpx.Request, auth: httpx.Auth | None, *, optional: bool) -> Answer:
        left = self._left()
        if not left:
            raise _Failed(ChannelUnavailable(f"{self._name} did not answer in time.", timed_out=True))
        request.extensions["timeout"] = {
            phase: left if seconds is None else min(seconds, left)
            for phase, seconds in self._client.timeout.as_dict().items()
        }
        began = time.monotonic()
        ends_at = min(self._ends_at, began + self._longest_answer)
        try:
            with exchange(ends_at, self._patience.bounds.content):
                response = self._client.send(request, auth=auth, stream=True)
                try:
                    document, malformed = self._read(response, ends_at)
                finally:
                    response.close()
        except (httpx.TimeoutException, TooSlow) as error:
            if not optional and time.monotonic() - began >= self._long_silence * 0.9:
                self._note_silence()
            raise _Failed(
                ChannelUnavailable(f"{self._name} did not answer in time.", timed_out=True),
                was_not_done=isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout),
            ) from error
        except BadBody as error:
            raise _Failed(ChannelUnavailable(f"{self._name} {error}.")) from error
        except httpx.RequestError as error:
            if isinstance(error, httpx.ConnectError):
                self._note_silence()
            raise _Failed(
                ChannelUnavailable(f"{self._name} cannot be reached."),
                was_not_done=isinstance(error, httpx.ConnectError),
                kind="unreachable",
            ) from error
        if self._pauses:
            self._pauses.answered()
        return self._checked(response, document, malformed)

    def _note_silence(self) -> None:
        if self._pauses:
            self._pauses.is_silent()

    def _read(self, response: httpx.Response, ends_at: float) -> tuple[Any, bool]:
        """The document, and whether it could not be read. A failure's document may be missing."""
        failed = response.status_code == 429 or response.status_code >= 500
        bounds = FAILURE if failed else self._patience.bounds
        try:
            content = read_body(
                response.iter_raw(), response.headers.get("content-encoding", ""), bounds, deadline=ends_at
            )
        except (BadBody, TooSlow, httpx.RequestError):
            if failed:
                return None, True
            raise
        return _parse(content, bounds.values)

    def _checked(self, response: httpx.Response, document: Any, malformed: bool) -> Answer:
        status = response.status_code
        if status == 429:
            wait = _retry_after(response, document)
            busy = ChannelUnavailable(f"{self._name} is busy.", retry_after=wait, status=status)
            if self._pauses and wait:
                self._pauses.is_busy(wait)
            raise _Failed(busy, was_busy=True)
        if status >= 500:
            raise _Failed(ChannelUnavailable(f"{self._name} failed (HTTP {status}).", status=status))
        if 300 <= status < 400 or (status < 300 and malformed):
            raise _Failed(ChannelUnavailable(f"{self._name} gave a malformed answer."))
        return Answer(status, document, response.headers)


class _Failed(Exception):
    """One attempt failed. `was_not_done`: the channel did nothing, so any method may be sent again.

    `kind` says why there is no readable answer (connectors/observing.py).
    """

    def __init__(
        self,
        error: ChannelUnavailable,
        *,
        was_not_done: bool = False,
        was_busy: bool = False,
        kind: str = "malformed",
    ) -> None:
        super().__init__(str(error))
        self.kind = "" if error.status else "timeout" if error.timed_out else kind
        self.error = error
        self.was_not_done = was_not_done or was_busy
        self.was_busy = was_busy

    def wait(self, attempt: int, patience: Patience) -> float:
        """Seconds before the next attempt: the time that the channel asks for, or a back-off within 25 %."""
        if self.error.retry_after is not None:
            return self.error.retry_after
        first = patience.first_back_off_when_busy if self.was_busy else patience.first_back_off
        return float(first * 2 ** (attempt - 1) * random.uniform(0.75, 1.25))  # noqa: S311 - not a secret


def _parse(content: bytes, most_values: int) -> tuple[Any, bool]:
    if not content or content.isspace():
        return None, False
    try:
        return decode(content, most_values=most_values), False
    except NotJson:
        return None, True


def _retry_after(response: httpx.Response, document: Any) -> float | None:
    stated = response.headers.get("retry-after")
    if stated is None and isinstance(document, dict):
        stated = document.get("retry_after")
    return waiting_time(stated)


def waiting_time(stated: Any) -> float | None:
    """The seconds that a channel asks us to wait, at most an hour. None for a value that is no number."""
    try:
        seconds = float(stated)
    except (TypeError, ValueError, OverflowError):
        return None
    return None if math.isnan(seconds) else min(max(seconds, 0.0), 3600.0)
