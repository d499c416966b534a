"""The channel credentials of an account: its key, and the address of its system, which may be hostile."""

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from connectors.direct.configuration import DirectConfiguration
from connectors.errors import BadCredential
from connectors.public_addresses import NotPublic, addresses_of, is_public

KEY = re.compile(r"(?P<id>[A-Za-z0-9_-]{1,64})\.(?P<secret>[!-~]{16,512})")
LONGEST_URL = 500
HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\]")
PATH = re.compile(r"[A-Za-z0-9._~/-]*")


@dataclass(frozen=True, slots=True)
class Key:
    """An API key is `<key id>.<secret>`. The id is sent, and the secret signs."""

    id: str
    secret: str = field(repr=False)


def read_key(channel_credentials: Mapping[str, Any]) -> Key:
    """Raises BadCredential."""
    key = KEY.fullmatch(str(channel_credentials.get("api_key")))
    if key is None:
        raise BadCredential("api_key", "api_key is a key id, a dot, and a secret of at least 16 letters and digits.")
    return Key(key["id"], key["secret"])


def read_base_url(channel_credentials: Mapping[str, Any], configuration: DirectConfiguration) -> str:
    """The base URL without a slash at its end. With `public_only` it is https and no address of our own networks.

    Names are looked up when they are used (connectors.public_addresses). Raises BadCredential.
    """
    written = channel_credentials.get("base_url")
    if written in (None, "", []):
        if not configuration.base_url:
            raise BadCredential("base_url", "base_url is required.")
        return configuration.base_url
    problem = _problem(written, configuration)
    if problem:
        raise BadCredential("base_url", f"base_url {problem}.")
    return str(written).rstrip("/")


def check_reachable(channel_credentials: Mapping[str, Any], configuration: DirectConfiguration) -> None:
    """Looks the name up, so that a person who connects an account learns the reason. Raises BadCredential."""
    url = urlsplit(read_base_url(channel_credentials, configuration))
    try:
        addresses_of(url.hostname or "", url.port or 443)
    except NotPublic as error:
        raise BadCredential("base_url", "base_url must lead to a public address.") from error
    except (OSError, UnicodeError) as error:
        raise BadCredential("base_url", "The host of base_url is not known.") from error


def _problem(written: Any, configuration: DirectConfiguration) -> str | None:
    if not isinstance(written, str) or len(written) > LONGEST_URL or not written.isascii():
        return f"is a URL of at most {LONGEST_URL} letters"
    try:
        url = urlsplit(written)
        port = url.port
        httpx.URL(written).host.encode("idna")  # as httpx will read and look it up
    except (ValueError, httpx.InvalidURL):
        return "is not a URL"
    host = url.netloc.rpartition(":")[0] if port is not None else url.netloc
    if not HOST.fullmatch(host) or not PATH.fullmatch(url.path) or port == 0 or "?" in written or "#" in written:
        return "is a scheme, a host, a port if need be, and a path"
    if ".." in url.path:
        return "has no .. in its path"
    if url.scheme not in ("http", "https"):
        return "starts with https://"
    if configuration.public_only:
        return _problem_in_public(url.scheme, url.hostname or "")
    return None


def _problem_in_public(scheme: str, host: str) -> str | None:
    if scheme != "https":
        return "starts with https://"
    try:
        # Every form that the resolver takes for an address without a look-up, such as 0x7f.1 and 2130706433.
        written = socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return None
    addresses = [str(address[0]) for *_, address in written]
    return None if all(map(is_public, addresses)) else "must lead to a public address"
