"""JSON over HTTP to a channel: timeouts, limits kept on our side, retries of what is safe to retry, clear errors.

A connector sees an Answer with the channel's own status, or ChannelUnavailable: what never came, came late, came
broken, or came with 429 or 5xx to the end of our patience.
"""

import atexit
import json
import math
import random
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx
from django.conf import settings

from connectors.deadlines import ENDS_AT, BoundedTransport
from connectors.errors import ChannelUnavailable
from connectors.pacing import Pace
from connectors.public_addresses import PublicOnly

USER_AGENT = "partners-api"
LARGEST_ANSWER = 32 * 1024 * 1024  # bytes; a page of a hundred reservations has about one
LONGEST_IN_TIMEOUTS = 2  # so many times as long as a silence may an answer take
REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})  # sent twice, they do what they do once
MOST_CLIENTS = 32  # channels whose address comes with the credentials have one each
FIRST_BACK_OFF = 0.5  # seconds
FIRST_BACK_OFF_WHEN_BUSY = 2.0  # seconds; after a 429 that says nothing


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is sent at most, how long one wait may be, and all requests together (seconds)."""

    attempts: int
    longest_wait: float
    altogether: float = math.inf


WORKER = Patience(attempts=4, longest_wait=60.0)
REQUEST = Patience(attempts=2, longest_wait=3.0, altogether=15.0)  # somebody waits for our answer


@dataclass(frozen=True, slots=True)
class Answer:
    """A channel's answer. `document` is its JSON with decimals as Decimal; None without a (readable) body."""

    status: int
    document: Any = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class ChannelHttp:
    """The wire to one channel for one account.

    `tick` is called before every request and at least every second of waiting; it may raise to break off.
    """

    def __init__(
        self,
        name: str,
        client: httpx.Client,
        *,
        pace: Pace,
        patience: Patience = WORKER,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._client = client
        self._pace = pace
        self._patience = patience
        self._tick = tick
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
    ) -> Answer:
        """Sends until there is an answer below 500 that is not 429; `path` is added to the channel's base URL.

        `body` goes out as JSON. `auth` signs each attempt anew. `repeatable` tells whether sending twice does no
        harm, where the method does not.

        Raises ChannelUnavailable.
        """
        if repeatable is None:
            repeatable = method in REPEATABLE
        request = self._client.build_request(
            method, path, params=params, json=body, data=form, headers=dict(headers or {})
        )
        attempt = 1
        while True:
            self._keep_pace()
            try:
                return self._once(request, auth)
            except _Failed as failed:
                wait = failed.wait(attempt)
                last = attempt >= self._patience.attempts or wait > min(self._patience.longest_wait, self._left())
                if last or not (repeatable or failed.was_not_done):
                    raise failed.error from failed.__cause__
                self.pause(wait)
                attempt += 1

    def pause(self, seconds: float) -> None:
        """Waits, as a channel may ask for. Outside of any transaction."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._tick()
            time.sleep(min(left, 1.0))

    def _keep_pace(self) -> None:
        self._tick()
        while wait := self._pace.take():
            if wait > min(self._patience.longest_wait, self._left()):
                raise ChannelUnavailable(f"{self._name} is asked as often as it allows.", retry_after=wait)
            self.pause(wait)

    def _left(self) -> float:
        return max(self._ends_at - time.monotonic(), 0.0)

    def _once(self, request: httpx.Request, auth: httpx.Auth | None) -> Answer:
        left = self._left()
        if not left:
            raise _Failed(ChannelUnavailable(f"{self._name} did not answer in time.", timed_out=True))
        request.extensions["timeout"] = {
            phase: left if seconds is None else min(seconds, left)
            for phase, seconds in self._client.timeout.as_dict().items()
        }
        request.extensions[ENDS_AT] = self._ends_at
        try:
            response = self._client.send(request, auth=auth, stream=True)
            try:
                content = self._read(response)
            finally:
                response.close()
        except httpx.TimeoutException as error:
            raise _Failed(
                ChannelUnavailable(f"{self._name} did not answer in time.", timed_out=True),
                was_not_done=isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout),
            ) from error
        except zlib.error as error:
            raise _Failed(ChannelUnavailable(f"{self._name} gave a malformed answer.")) from error
        except httpx.RequestError as error:
            raise _Failed(
                ChannelUnavailable(f"{self._name} cannot be reached."),
                was_not_done=isinstance(error, httpx.ConnectError),
            ) from error
        return self._checked(response, content)

    def _read(self, response: httpx.Response) -> bytes:
        # The client's timeout is for silence; an answer that drips for ever is cut off here.
        longest = LONGEST_IN_TIMEOUTS * settings.ENVIRONMENT.channel_timeout_seconds
        deadline = time.monotonic() + min(longest, self._left())
        decode = self._decoder(response.headers.get("content-encoding", "identity"))
        content = bytearray()
        for chunk in response.iter_raw():
            content += decode(chunk, LARGEST_ANSWER + 1 - len(content))
            if len(content) > LARGEST_ANSWER:
                raise _Failed(ChannelUnavailable(f"{self._name} answered more than is believable."))
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("The answer did not end.", request=response.request)
        return bytes(content)

    def _decoder(self, encoding: str) -> Callable[[bytes, int], bytes]:
        """A function from a chunk and the most bytes that may come out. httpx's own knows no most."""
        if encoding == "gzip":
            return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress
        if encoding == "identity":
            return lambda chunk, _: chunk
        raise _Failed(ChannelUnavailable(f"{self._name} answered in an encoding that was not asked for."))

    def _checked(self, response: httpx.Response, content: bytes) -> Answer:
        status = response.status_code
        document, malformed = _parse(content)
        if status == 429:
            busy = ChannelUnavailable(f"{self._name} is busy.", retry_after=_retry_after(response, document))
            raise _Failed(busy, was_busy=True)
        if status >= 500:
            raise _Failed(ChannelUnavailable(f"{self._name} failed (HTTP {status})."))
        if 300 <= status < 400 or (status < 300 and malformed):
            raise _Failed(ChannelUnavailable(f"{self._name} gave a malformed answer."))
        return Answer(status, document, response.headers)


class _Failed(Exception):
    """One attempt. `was_not_done`: the channel surely did nothing, so that any method may be sent again."""

    def __init__(self, error: ChannelUnavailable, *, was_not_done: bool = False, was_busy: bool = False) -> None:
        super().__init__(str(error))
        self.error = error
        self.was_not_done = was_not_done or was_busy
        self.was_busy = was_busy

    def wait(self, attempt: int) -> float:
        """Seconds before the next attempt: what the channel asked for, or a back-off; a quarter more or less."""
        if self.error.retry_after is not None:
            return self.error.retry_after
        first = FIRST_BACK_OFF_WHEN_BUSY if self.was_busy else FIRST_BACK_OFF
        return float(first * 2 ** (attempt - 1) * random.uniform(0.75, 1.25))  # noqa: S311 - not a secret


def _parse(content: bytes) -> tuple[Any, bool]:
    if not content.strip():
        return None, False
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_refuse_constant), False
    except (ValueError, RecursionError):
        return None, True


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _retry_after(response: httpx.Response, document: Any) -> float | None:
    stated = response.headers.get("retry-after")
    if stated is None and isinstance(document, dict):
        stated = document.get("retry_after")
    return waiting_time(stated)


def waiting_time(stated: Any) -> float | None:
    """Seconds that a channel asks to wait, taken for an hour at most; None for what is no number."""
    try:
        seconds = float(stated)
    except (TypeError, ValueError, OverflowError):
        return None
    return None if math.isnan(seconds) else min(max(seconds, 0.0), 3600.0)


class _Client(httpx.Client):
    """Closes once nobody holds it any more: whoever got it from `client_for` may still be using it."""

    def __del__(self) -> None:
        self.close()


_clients: dict[tuple[str, float, bool], httpx.Client] = {}
_choosing = threading.Lock()


def client_for(base_url: str, timeout: float, *, public_only: bool = False) -> httpx.Client:
    """The process's client for a channel: its connections are reused, and it never follows a redirect."""
    key = (base_url, timeout, public_only)
    with _choosing:
        client = _clients.pop(key, None) or _new_client(*key)
        _clients[key] = client  # the last used at the end
        if len(_clients) > MOST_CLIENTS:
            del _clients[next(iter(_clients))]
    return client


@atexit.register
def close_clients() -> None:
    while _clients:
        _clients.popitem()[1].close()


def _new_client(base_url: str, timeout: float, public_only: bool) -> httpx.Client:
    return _Client(
        transport=PublicOnly(BoundedTransport(LONGEST_IN_TIMEOUTS * timeout)) if public_only else None,
        base_url=base_url,
        timeout=timeout,
        follow_redirects=False,
        headers={"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "gzip"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # accounts share the client, and nothing else
    )
