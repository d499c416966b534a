"""Calls to Template: the key in a header, and its errors told apart."""

from typing import Any

from connectors.connection import Connection
from connectors.errors import BadCredential, ChannelRefused, ChannelUnavailable, CredentialsRefused
from connectors.payloads import Malformed


class NotFound(ChannelRefused):
    """Template does not have the object, or not for this key."""


class Session:
    """One account's calls. Raises BadCredential for a key that cannot be sent."""

    def __init__(self, connection: Connection) -> None:
        key = str(connection.channel_credentials["api_key"])
        if not key.isascii() or not key.isprintable():
            raise BadCredential("api_key", "api_key must consist of ASCII characters.")
        self._http = connection.http
        self._headers = {"Authorization": f"Bearer {key}"}

    def get(self, path: str) -> Any:
        """Raises ChannelUnavailable, CredentialsRefused, NotFound and other ChannelRefused."""
        answer = self._http.send("GET", path, headers=self._headers)
        if answer.is_success:
            return answer.document
        if answer.status == 401:
            raise CredentialsRefused("Template does not accept this key.")
        refusal = NotFound if answer.status == 404 else ChannelRefused
        raise refusal(f"Template refused (HTTP {answer.status}).")


def malformed(error: Malformed) -> ChannelUnavailable:
    return ChannelUnavailable(f"Template gave a malformed answer: {error}.")
