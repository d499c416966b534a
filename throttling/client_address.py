"""The address that a request comes from."""

import logging
from collections.abc import Mapping
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest

logger = logging.getLogger(__name__)

Address = IPv4Address | IPv6Address

_FORWARDED = frozenset({"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED"})


def request_address(request: HttpRequest) -> Address | None:
    """The caller's address behind the server's trusted proxies."""
    trusted_proxies = settings.ENVIRONMENT.trusted_proxies
    if comes_through_unknown_proxy(request):
        warn_of_proxy(trusted_proxies)
    return client_address(request.META, trusted_proxies=trusted_proxies)


def comes_through_unknown_proxy(request: HttpRequest) -> bool:
    """Whether the request was forwarded by other proxies than those that TRUSTED_PROXIES counts."""
    trusted_proxies = settings.ENVIRONMENT.trusted_proxies
    return not _FORWARDED.isdisjoint(request.META) and not 0 < trusted_proxies <= len(_entries(request.META))


@cache
def warn_of_proxy(trusted_proxies: int) -> None:
    """Log, once in each process, that the server seems to be behind proxies other than those of the setting."""
    logger.warning(
        "A request was forwarded (X-Forwarded-For or Forwarded) by other proxies than TRUSTED_PROXIES=%d says. If they "
        "are yours, all callers share their address, and rate limits and allowlists are wrong: see docs/production.md.",
        trusted_proxies,
    )


def client_address(meta: Mapping[str, Any], *, trusted_proxies: int) -> Address | None:
    """The caller's address from a WSGI environment, or None if it contains no valid address.

    Each trusted proxy appends the address that called it to X-Forwarded-For. The caller can write entries too, but only
    to the left of the entry that the outermost trusted proxy appended.
    """
    entries = _entries(meta)
    if not trusted_proxies or len(entries) < trusted_proxies:
        return _parse(meta.get("REMOTE_ADDR") or "")
    return _parse(entries[-trusted_proxies])


def _entries(meta: Mapping[str, Any]) -> list[str]:
    return [entry for entry in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if entry.strip()]


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
