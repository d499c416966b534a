"""Sends single requests to the receiver of an endpoint, which may be slow, hostile, or inside our own networks."""

import ssl
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from connectors.deadlines import bounded, exchange
from connectors.observing import Exchange, observed
from connectors.public_addresses import NotPublic, PublicOnly

WEBHOOKS = "webhooks"  # in place of a channel, for observers
USER_AGENT = "partners-api-webhooks/1"
CONTENT_TYPE = "application/vnd.api+json"
ANSWER_BYTES = 2_000  # of an answer that are kept; the rest is not read
# A kept connection that is older may be closed by the receiver at the moment when it is used again.
KEPT_IDLE = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class Tuning:
    """How deliveries are sent. `settings.WEBHOOK_TUNING` may replace it, as tests do. Times are in seconds.

    `public_only`: receivers must be at public addresses, as in production. `concurrency` is the number of requests to
    one endpoint at the same time. `longest_silence` limits each wait for data, and `longest_exchange` all of a request.
    `turn` is the time after which an endpoint's job lets others have its place. A job that has nothing to send waits
    for `linger`, and looks for new deliveries at intervals of `poll`.
    """

    public_only: bool
    concurrency: int = 8
    longest_silence: float = 10.0
    longest_exchange: float = 15.0
    turn: float = 5.0
    linger: float = 0.5
    poll: float = 0.1


def tuning() -> Tuning:
    chosen: Tuning | None = getattr(settings, "WEBHOOK_TUNING", None)
    return chosen or Tuning(public_only=settings.ENVIRONMENT.is_production)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a request. `status` is None if there was no answer; then `error` says why. `duration` is in ms."""

    status: int | None
    duration: int
    answer: str = ""
    error: str | None = None
    retry_after: str | None = None
    failure: str = ""  # one word for `error` (connectors/observing.py)

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Receiver:
    """The receiver at one URL. Its connections are used for no other URL. Several threads may send at once."""

    def __init__(self, url: str, tuning: Tuning) -> None:
        self._url = url
        self._host = urlsplit(url).hostname or ""
        self._tuning = tuning
        limits = httpx.Limits(
            max_connections=tuning.concurrency,
            max_keepalive_connections=tuning.concurrency,
            keepalive_expiry=KEPT_IDLE,
        )
        transport = bounded(httpx.HTTPTransport(verify=_certificates(), trust_env=False, limits=limits))
        self._lookups = ThreadPoolExecutor(tuning.concurrency, thread_name_prefix="webhook lookup")
        self._transport = PublicOnly(transport, lookups=self._lookups) if tuning.public_only else transport

    def close(self) -> None:
        self._transport.close()
        self._lookups.shutdown(wait=False)

    def send(self, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """POST the body. Redirects are not followed, and no cookies are kept. Never raises an error of the network."""
        with observed(Exchange(WEBHOOKS, "POST", self._host, "")) as seen:
            outcome = self._send(body, {**headers, **seen.headers})
            seen.status, seen.failure = outcome.status, outcome.failure
        return outcome

    def _send(self, body: bytes, headers: Mapping[str, str]) -> Outcome:
        began = time.monotonic()
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), self._tuning.longest_silence)
        # Not through httpx.Client, which keeps cookies and costs more than the request itself.
        request = httpx.Request(
            "POST",
            self._url,
            content=body,
            headers={
                "User-Agent": USER_AGENT,
                "Accept": "*/*",
                "Accept-Encoding": "identity",
                "Content-Type": CONTENT_TYPE,
                **headers,
            },
            extensions={"timeout": timeout},
        )
        try:
            with exchange(began + self._tuning.longest_exchange, ANSWER_BYTES):
                response = self._transport.handle_request(request)
                response.request = request
                try:
                    answer = _beginning(response)
                finally:
                    response.close()
        except httpx.TimeoutException:
            return Outcome(None, _since(began), error="The receiver did not answer in time.", failure="timeout")
        except NotPublic:
            return Outcome(None, _since(began), error="The URL does not lead to a public address.", failure="private")
        except httpx.ConnectError as error:
            return Outcome(None, _since(began), error=f"The receiver cannot be reached: {error}", failure="unreachable")
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            return Outcome(
                None, _since(began), error=f"The receiver gave no valid answer: {reason}", failure="malformed"
            )
        return Outcome(
            response.status_code, _since(began), answer, retry_after=response.headers.get("retry-after")
        )  # fmt: skip


def _beginning(response: httpx.Response) -> str:
    """The first bytes of the answer as text. The status counts even if they do not come."""
    read = bytearray()
    try:
        for piece in response.iter_raw():
            read += piece
            if len(read) >= ANSWER_BYTES:
                break
    except httpx.TransportError:
        pass
    # PostgreSQL stores no NUL characters.
    return bytes(read[:ANSWER_BYTES]).decode("utf-8", "replace").replace("\x00", "\ufffd")


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


@cache
def _certificates() -> Any:
    """Loading the certificates takes longer than a delivery."""
    context: ssl.SSLContext = httpx.create_ssl_context(trust_env=False)
    return context
