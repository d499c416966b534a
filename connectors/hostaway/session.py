"""Calls to Hostaway: all processes share an access token, envelopes are opened, and errors are told apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.connection import Connection
from connectors.errors import ChannelRefused, ChannelUnavailable, CredentialsRefused
from connectors.hostaway.payloads import AccessTokenPayload, Envelope
from connectors.http import Answer
from connectors.payloads import Malformed

REFUSED = (401, 403)  # 403 is documented for a token that is invalid or expired, 401 for a wrong key


class NotFound(ChannelRefused):
    """Hostaway does not have this id, or not for these credentials."""


@dataclass(frozen=True, slots=True)
class Page:
    """The opened envelope: its `result`, and the number of rows on all pages if Hostaway tells it."""

    result: Any
    count: int | None = None

    def rows(self) -> list[Any]:
        """Raises ChannelUnavailable when the result is no list."""
        if self.result is None:
            return []
        if not isinstance(self.result, list):
            raise malformed("result")
        return self.result


def malformed(what: object) -> ChannelUnavailable:
    return ChannelUnavailable(f"Hostaway gave a malformed answer ({what}).")


class Session:
    """One account's calls. Credentials are client id and secret; the token is kept in the connection's memory."""

    def __init__(self, connection: Connection, *, token_settles: timedelta) -> None:
        self._connection = connection
        self._token_settles = token_settles
        self._token = ""

    def get(self, path: str, params: Mapping[str, str | int] | None = None, *, optional: bool = False) -> Page:
        """Raises ChannelUnavailable, CredentialsRefused, NotFound; ChannelRefused with the channel's reason."""
        return self._opened(self._send("GET", path, params=params, optional=optional))

    def put(self, path: str, body: Any) -> Page:
        """As `get`. Hostaway's updates set absolute values, so they may be sent twice."""
        return self._opened(self._send("PUT", path, body=body))

    def issue(self) -> None:
        """Asks for a new token and remembers it; it is not usable at once.

        Raises CredentialsRefused and ChannelUnavailable.
        """
        channel_credentials = self._connection.channel_credentials
        form = {
            "grant_type": "client_credentials",
            "client_id": account_id(channel_credentials),
            "client_secret": str(channel_credentials["client_secret"]),
            "scope": "general",
        }
        answer = self._connection.http.send("POST", "/accessTokens", form=form, repeatable=True)
        if not answer.is_success:
            raise CredentialsRefused("Hostaway does not accept this client id and secret.")
        try:
            token, lifetime = _token(answer)
        except Malformed as error:
            raise malformed(error) from error
        now = self._connection.now()
        self._connection.remember(
            {
                "access_token": token,
                "usable_at": (now + self._token_settles).isoformat(),
                # A little early, so that a token does not expire between our check and its use.
                "expires_at": (now + lifetime * 0.95).isoformat(),
            }
        )

    def _send(self, method: str, path: str, **parts: Any) -> Answer:
        """Sends with the present token, then with one that another process stored, then with a new one."""
        token = self._token or self._kept_token() or self._new_token()
        answer = self._sent(token, method, path, **parts)
        if answer.status in REFUSED and (kept := self._kept_token()) not in ("", token):
            answer = self._sent(kept, method, path, **parts)
        if answer.status in REFUSED:
            answer = self._sent(self._new_token(), method, path, **parts)
        if answer.status in REFUSED:
            raise CredentialsRefused("Hostaway denies access with a token it has just issued.")
        return answer

    def _sent(self, token: str, method: str, path: str, **parts: Any) -> Answer:
        self._token = token
        authorization = {"Authorization": f"Bearer {token}"}
        return self._connection.http.send(method, path, headers=authorization, **parts)

    def _kept_token(self) -> str:
        """Waits until the stored token is usable and returns it; empty if there is none or it has expired."""
        kept = self._connection.recall()
        if not kept or datetime.fromisoformat(kept["expires_at"]) <= self._connection.now():
            return ""
        settling = datetime.fromisoformat(kept["usable_at"]) - self._connection.now()
        # No longer, even if a test clock was turned back meanwhile.
        self._connection.http.pause(min(settling, self._token_settles).total_seconds())
        return str(kept["access_token"])

    def _new_token(self) -> str:
        self.issue()
        return self._kept_token()

    def _opened(self, answer: Answer) -> Page:
        try:
            envelope = Envelope.read(answer.document)
        except Malformed as error:
            if not answer.is_success:
                raise ChannelRefused(f"Hostaway refused (HTTP {answer.status}).") from error
            raise malformed(error) from error
        if not answer.is_success or envelope.status == "fail":
            refusal = NotFound if answer.status == 404 else ChannelRefused
            raise refusal(f"Hostaway refused (HTTP {answer.status}){_reason(answer.document)}")
        if envelope.status != "success":
            raise malformed("status")
        return Page(envelope.result, envelope.count)


def account_id(channel_credentials: Mapping[str, Any]) -> str:
    """The client id is the account's id: a whole number, which may be written with leading zeros."""
    written = str(channel_credentials["client_id"]).strip()
    return str(int(written)) if written.isascii() and written.isdigit() and len(written) < 19 else written


def _token(answer: Answer) -> tuple[str, timedelta]:
    document = AccessTokenPayload.read(answer.document)
    token, seconds = document.access_token, document.expires_in
    # It is sent in a header unchanged.
    if token is None or not token.isascii() or not token.isprintable() or " " in token:
        raise Malformed("access_token")
    if seconds is None or seconds <= 0:
        raise Malformed("expires_in")
    return token, timedelta(seconds=seconds)


def _reason(document: Any) -> str:
    """The channel's own words, for people, cut to a reasonable length."""
    for name in ("result", "message"):
        if isinstance(reason := document.get(name), str) and reason.strip():
            return ": " + " ".join(reason.split())[:200]
    return "."
