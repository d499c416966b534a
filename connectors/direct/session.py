"""Calls of the protocol: requests are signed, and errors are told apart."""

import hashlib
import hmac
import time
import uuid
from collections.abc import Callable, Generator, Mapping
from typing import Any

import httpx

from connectors.connection import Connection
from connectors.direct.credentials import Key, read_key
from connectors.direct.payloads import Problem
from connectors.errors import ChannelRefused, ChannelUnavailable, CredentialsRefused, UnknownListings
from connectors.http import Answer
from connectors.payloads import Malformed


class CursorExpired(ChannelRefused):
    """The system no longer knows the cursor. The feed must be read from its beginning."""


class WrongCurrency(ChannelRefused):
    """The listing is sold in another currency."""


class Signature(httpx.Auth):
    """Signs the bytes of each attempt anew, with the time of this machine."""

    requires_request_body = True

    def __init__(self, key: Key, clock: Callable[[], float] = time.time) -> None:
        self._key = key
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        timestamp = str(int(self._clock()))
        request.headers["X-Channel-Key"] = self._key.id
        request.headers["X-Channel-Timestamp"] = timestamp
        request.headers["X-Channel-Signature"] = sign(
            self._key.secret,
            timestamp=timestamp,
            method=request.method,
            target=request.url.raw_path,
            idempotency_key=request.headers.get("Idempotency-Key", ""),
            body=request.content,
        )
        yield request


def sign(secret: str, *, timestamp: str, method: str, target: bytes, idempotency_key: str, body: bytes) -> str:
    """`v1=` and the HMAC-SHA256 in hex. `target` is path and query as in the request line."""
    digest = hashlib.sha256(body).hexdigest().encode()
    lines = (timestamp.encode(), method.encode(), target, idempotency_key.encode(), digest)
    return "v1=" + hmac.new(secret.encode(), b"\n".join(lines), hashlib.sha256).hexdigest()


class Session:
    """One account's calls. Raises BadCredential for a malformed key."""

    def __init__(self, connection: Connection) -> None:
        self._http = connection.http
        self._signature = Signature(read_key(connection.channel_credentials))

    def get(self, path: str, params: Mapping[str, str | int] | None = None, *, listing_id: str = "") -> Any:
        """The document. Raises UnknownListings with `listing_id` for a listing that the system does not have."""
        return self._opened(self._http.send("GET", path, params=params, auth=self._signature), listing_id)

    def put(self, path: str, body: Any, *, listing_id: str) -> Any:
        """As `get`. All attempts have the same idempotency key, so the system acts once."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        answer = self._http.send("PUT", path, body=body, headers=headers, auth=self._signature)
        return self._opened(answer, listing_id)

    def _opened(self, answer: Answer, listing_id: str) -> Any:
        if answer.is_success:
            if not isinstance(answer.document, dict):
                raise malformed("an object is expected")
            return answer.document
        code, message = _error(answer)
        if answer.status == 401:
            raise CredentialsRefused(f"The system does not accept the key ({code}).")
        if answer.status == 404 and listing_id:
            raise UnknownListings("The system does not have this listing.", [listing_id])
        refusals = {"cursor_expired": CursorExpired, "wrong_currency": WrongCurrency}
        raise refusals.get(code, ChannelRefused)(f"The system refused: {message}")


def malformed(error: Malformed | str) -> ChannelUnavailable:
    return ChannelUnavailable(f"The system gave a malformed answer: {error}.")


def _error(answer: Answer) -> tuple[str, str]:
    """Code and message, cut to a reasonable length."""
    document = answer.document if isinstance(answer.document, dict) else {}
    problem = Problem.read_optional(document.get("error")) or Problem()
    unnamed = f"HTTP {answer.status}"
    return (problem.code or unnamed)[:64], " ".join((problem.message or unnamed).split())[:200]
