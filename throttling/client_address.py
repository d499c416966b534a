"""The address that a request comes from."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address


def request_address(request: HttpRequest) -> Address | None:
    """The caller's address behind the server's trusted proxies."""
    return client_address(request.META, trusted_proxies=settings.ENVIRONMENT.trusted_proxies)


def client_address(meta: Mapping[str, Any], *, trusted_proxies: int) -> Address | None:
    """The caller's address from a WSGI environment, or None if it contains no valid address.

    Each trusted proxy appends the address that called it to X-Forwarded-For. The caller can write entries too, but only
    to the left of the entry that the outermost trusted proxy appended.
    """
    entries = [entry for entry in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if entry.strip()]
    if not trusted_proxies or len(entries) < trusted_proxies:
        return _parse(meta.get("REMOTE_ADDR") or "")
    return _parse(entries[-trusted_proxies])


def _parse(text: str) -> Address | None:
    """Parses `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1` and `[2001:db8::1]:443`.

    An IPv4 address that is mapped into IPv6 is returned as IPv4.
    """
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
