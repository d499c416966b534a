"""The address of a Partners API server."""

import ipaddress
from dataclasses import dataclass

import httpx

from devtools.client.failures import UsageFailure
from devtools.start_conditions import HOST

DEFAULT_URL = f"http://{HOST}:8000"
API = "/api/v1"


@dataclass(frozen=True)
class Server:
    """`url` has no slash at its end."""

    url: str

    @property
    def is_local(self) -> bool:
        """Whether the server runs on this machine."""
        host = httpx.URL(self.url).host
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost" or host.endswith(".localhost")

    @property
    def is_encrypted(self) -> bool:
        return httpx.URL(self.url).scheme == "https"

    @property
    def sends_openly(self) -> bool:
        """Whether secrets would cross a network without encryption."""
        return not self.is_encrypted and not self.is_local

    @property
    def sandbox_url(self) -> str | None:
        """Where `make serve` starts the sandbox: at the next port of the same machine."""
        port = httpx.URL(self.url).port
        return f"http://{HOST}:{port + 1}" if self.is_local and port else None


def server_at(text: str) -> Server:
    """The server at an address that may end with `/` or `/api/v1/`. Raises UsageFailure."""
    url = http_url(text.strip())
    if url.userinfo or url.query or url.fragment:
        raise UsageFailure("The server's URL has neither a user name nor a query.")
    return Server(str(url).rstrip("/").removesuffix(API))


def http_url(text: str) -> httpx.URL:
    """Raises UsageFailure if the text is not the URL of a server."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise UsageFailure(f"{text!r} is no URL: {error}.") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise UsageFailure(f"A URL begins with https:// or http://, unlike {text!r}.")
    return url
