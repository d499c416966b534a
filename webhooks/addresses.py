"""Which URLs an endpoint may have. The addresses behind a name are checked when a delivery connects."""

import re
import socket
from urllib.parse import urlsplit

import httpx

from connectors.public_addresses import is_public

LONGEST_URL = 2048
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\]")
_REST = re.compile(r"[A-Za-z0-9._~%!$&'()*+,;=:@/?-]*")


def problem_with(url: object, *, public_only: bool) -> str | None:
    """Why the URL cannot be an endpoint's, as the end of a sentence about it; None if it can be.

    With `public_only`, it must be https, and a numeric address in it must be public.
    """
    if not isinstance(url, str) or len(url) > LONGEST_URL or not url.isascii():
        return f"must be a URL of at most {LONGEST_URL} ASCII characters"
    try:
        parts = urlsplit(url)
        port = parts.port
        httpx.URL(url).host.encode("idna")  # as httpx will read and look it up
    except (ValueError, httpx.InvalidURL):
        return "must be a URL"
    if parts.scheme not in (("https",) if public_only else ("https", "http")):
        return "must start with https://"
    if "@" in parts.netloc:
        return "must not contain a user name or a password"
    if "#" in url:
        return "must not have a fragment"
    host = parts.netloc.rpartition(":")[0] if port is not None else parts.netloc
    if not _HOST.fullmatch(host) or port == 0 or not _REST.fullmatch(f"{parts.path}?{parts.query}"):
        return "must be a URL with a host"
    if public_only and not _may_be_public(parts.hostname or ""):
        return "must lead to a public address"
    return None


def _may_be_public(host: str) -> bool:
    """Whether the host is a name, or a public address in any form that the resolver accepts, such as 0x7f.1."""
    try:
        written = socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        # Names that resolvers answer by themselves are refused early; all others when they are looked up.
        return host.rstrip(".").rpartition(".")[2].lower() != "localhost"
    return all(is_public(str(address[0])) for *_, address in written)
