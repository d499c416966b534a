"""Calls to Spotahome: the token in a header, and errors told apart. Its legacy API documents no rate limits."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.connection import Connection
from connectors.errors import BadCredential, ChannelRefused, ChannelUnavailable, CredentialsRefused
from connectors.payloads import Malformed

LONGEST_REASON = 200  # characters
LONGEST_EMAIL = 254  # characters, of our column
EMAIL = re.compile(
    r"[-!#$%&'*+/=?^_`{}|~0-9A-Z]+(\.[-!#$%&'*+/=?^_`{}|~0-9A-Z]+)*"  # the local part, without quotes
    r"@([A-Z0-9]([A-Z0-9-]{0,61}[A-Z0-9])?\.)+(?!-)([A-Z-]{2,63}|xn--[A-Z0-9]{1,59})(?<!-)",
    re.ASCII | re.IGNORECASE,
)


class NotFound(ChannelRefused):
    """Spotahome does not have this listing or property, or not for this token."""


class Forbidden(ChannelRefused):
    """The listing or property exists, but this token has no access to it."""


class Session:
    def __init__(self, connection: Connection) -> None:
        self._http = connection.http
        self._headers = headers(connection.channel_credentials)

    def get(self, path: str, *, optional: bool = False) -> Any:
        """Raises ChannelUnavailable, CredentialsRefused, NotFound, Forbidden and other ChannelRefused."""
        return self._send("GET", path, optional=optional)

    def rows(self, path: str) -> Sequence[Any]:
        """As `get`, for an operation that answers with an array."""
        document = self.get(path)
        if not isinstance(document, list):
            raise malformed("an array is expected")
        return document

    def put(self, path: str, body: Any) -> None:
        """As `get`. The PUTs used here set absolute values, so they may be sent twice."""
        self._send("PUT", path, body=body)

    def _send(self, method: str, path: str, body: Any = None, *, optional: bool = False) -> Any:
        answer = self._http.send(method, path, body=body, headers=self._headers, optional=optional)
        if answer.is_success:
            return answer.document
        if answer.status == 401:
            raise CredentialsRefused("Spotahome does not accept this token.")
        refusal = {403: Forbidden, 404: NotFound}.get(answer.status, ChannelRefused)
        raise refusal(f"Spotahome refused (HTTP {answer.status}){_reason(answer.document)}")


def headers(channel_credentials: Mapping[str, Any]) -> dict[str, str]:
    """The token is sent without a scheme. Raises BadCredential for a token that no header can carry."""
    token = str(channel_credentials["token"]).strip()
    if not token or not token.isascii() or not token.isprintable():
        raise BadCredential("token", "token must be of ASCII characters.")
    requester = str(channel_credentials.get("requester") or "").strip()
    return {"Authorization": token, **({"Requester": _email(requester)} if requester else {})}


def _email(requester: str) -> str:
    if len(requester) > LONGEST_EMAIL or not EMAIL.fullmatch(requester):
        raise BadCredential("requester", "requester must be an e-mail address.")
    return requester


def malformed(reason: Malformed | str) -> ChannelUnavailable:
    return ChannelUnavailable(f"Spotahome gave a malformed answer: {reason}.")


def _reason(problem: Any) -> str:
    """The channel's own words, for people: its messages about single fields, or else its general message."""
    if not isinstance(problem, dict):
        return "."
    messages = problem.get("validationMessages")
    named = [
        f"{field}: {message}"
        for field, rules in (messages.items() if isinstance(messages, dict) else ())
        for message in (rules.values() if isinstance(rules, dict) else ())
        if isinstance(message, str)
    ]
    said = "; ".join(named) or problem.get("detail")
    return ": " + " ".join(said.split())[:LONGEST_REASON] if isinstance(said, str) and said.strip() else "."
