"""Calls to Spotahome: the token as it is, errors told apart. Its legacy API names no limits, so none are kept."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from connectors.connection import Connection
from connectors.errors import BadCredential, ChannelRefused, ChannelUnavailable, CredentialsRefused
from connectors.payloads import Malformed

LONGEST_REASON = 200  # characters
LONGEST_EMAIL = 254  # characters, of our column


class NotFound(ChannelRefused):
    """There is no such listing or property, or not for this token."""


class Forbidden(ChannelRefused):
    """It is there and not for this token."""


class Session:
    def __init__(self, connection: Connection) -> None:
        self._http = connection.http
        self._headers = headers(connection.channel_credentials)

    def get(self, path: str) -> Any:
        """Raises ChannelUnavailable, CredentialsRefused, NotFound, Forbidden and other ChannelRefused."""
        return self._send("GET", path)

    def rows(self, path: str) -> Sequence[Any]:
        """As `get`, of an operation that answers with an array."""
        document = self.get(path)
        if not isinstance(document, list):
            raise malformed("an array is expected")
        return document

    def put(self, path: str, body: Any) -> None:
        """As `get`. Spotahome's PUTs used here are absolute: sent twice, they do what they do once."""
        self._send("PUT", path, body=body)

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._http.send(method, path, body=body, headers=self._headers)
        if answer.is_success:
            return answer.document
        if answer.status == 401:
            raise CredentialsRefused("Spotahome does not accept this token.")
        refusal = {403: Forbidden, 404: NotFound}.get(answer.status, ChannelRefused)
        raise refusal(f"Spotahome refused (HTTP {answer.status}){_reason(answer.document)}")


def headers(channel_credentials: Mapping[str, Any]) -> dict[str, str]:
    """No scheme goes before the token. Raises BadCredential for what cannot be one."""
    token = str(channel_credentials["token"]).strip()
    if not token or not token.isascii() or not token.isprintable():
        raise BadCredential("token", "token must be of ASCII characters.")
    requester = str(channel_credentials.get("requester") or "").strip()
    return {"Authorization": token, **({"Requester": _email(requester)} if requester else {})}


def _email(requester: str) -> str:
    try:
        validate_email(requester)
    except ValidationError:
        requester = ""
    if not requester.isascii() or not 0 < len(requester) <= LONGEST_EMAIL:
        raise BadCredential("requester", "requester must be an e-mail address.")
    return requester


def malformed(reason: Malformed | str) -> ChannelUnavailable:
    return ChannelUnavailable(f"Spotahome gave a malformed answer: {reason}.")


def _reason(problem: Any) -> str:
    """The channel's own words, for people: what it says of single fields, else of the whole."""
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
