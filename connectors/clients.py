"""The HTTP clients of this process, one for each address of a channel, so that connections are reused."""

import atexit
import threading
from http.cookiejar import CookieJar
from typing import Any

import httpx

from connectors.deadlines import bounded, bounded_client
from connectors.public_addresses import PublicOnly

USER_AGENT = "partners-api"
MOST_CLIENTS = 32  # Each base URL that comes with credentials needs a client of its own.


class _NoCookies(CookieJar):
    """Accounts share the client but no cookies. What a channel sends is not even parsed."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        pass


class _Client(httpx.Client):
    """Closes when its last user drops it: a user of `Clients.get` may hold it longer than `Clients` does."""

    def __del__(self) -> None:
        self.close()


class Clients:
    """Keeps the `most` clients that were used last."""

    def __init__(self, most: int = MOST_CLIENTS) -> None:
        self._most = most
        self._clients: dict[tuple[str, float, bool], httpx.Client] = {}
        self._choosing = threading.Lock()

    def get(self, base_url: str, timeout: float, *, public_only: bool = False) -> httpx.Client:
        """The client for a base URL. It never follows a redirect. `timeout` is the longest silence in seconds."""
        key = (base_url, timeout, public_only)
        with self._choosing:
            client = self._clients.pop(key, None) or _new_client(*key)
            self._clients[key] = client  # The client that was used last is at the end.
            if len(self._clients) > self._most:
                del self._clients[next(iter(self._clients))]
        return client

    def close(self) -> None:
        while self._clients:
            self._clients.popitem()[1].close()


_of_this_process = Clients()
atexit.register(_of_this_process.close)
client_for = _of_this_process.get


def _new_client(base_url: str, timeout: float, public_only: bool) -> httpx.Client:
    client = _Client(
        transport=PublicOnly(bounded(httpx.HTTPTransport(trust_env=False))) if public_only else None,
        base_url=base_url,
        timeout=timeout,
        follow_redirects=False,
        headers={"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "gzip"},
        cookies=_NoCookies(),
    )
    return bounded_client(client)
