"""Access tokens: from the environment, or by client credentials and then kept until they expire."""

import time
from collections.abc import Callable
from typing import Any, Protocol

from devtools.client.profiles import Profile, Profiles, SavedToken

_SECONDS_BEFORE_THE_END = 60


class Tokens(Protocol):
    def token(self) -> str: ...

    def renew(self) -> bool:
        """Forget the token, which the server has refused. Whether there can be another one."""


class GivenToken:
    """A token from the environment. It cannot be renewed."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self) -> str:
        return self._token

    def renew(self) -> bool:
        return False


class ClientTokens:
    """Tokens of an application. Those of a saved profile are kept in a file.

    `request` gets a token and returns the answer of the token endpoint.
    """

    def __init__(
        self,
        profile: Profile,
        request: Callable[[Profile], dict[str, Any]],
        profiles: Profiles | None,
        name: str,
    ) -> None:
        self._profile, self._request, self._profiles, self._name = profile, request, profiles, name
        self._current: SavedToken | None = None

    def token(self) -> str:
        if self._current is None and self._profiles:
            self._current = self._profiles.read_token(self._name)
        current = self._current
        if current is None or not current.is_of(self._profile) or current.expires_at < time.time():
            current = self._current = self._get()
        return current.access_token

    def renew(self) -> bool:
        self._current = self._get()
        return True

    def _get(self) -> SavedToken:
        answer = self._request(self._profile)
        ends = time.time() + float(answer.get("expires_in") or 0) - _SECONDS_BEFORE_THE_END
        token = SavedToken(self._profile.url, self._profile.client_id, str(answer["access_token"]), ends)
        if self._profiles:
            self._profiles.save_token(self._name, token)
        return token
