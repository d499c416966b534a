"""Where a request comes from, as far as that can be believed."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

Address = IPv4Address | IPv6Address


def client_address(meta: Mapping[str, Any], *, trusted_proxies: int) -> Address | None:
    """The caller's address from a WSGI environment, None when there is none to be read.

    Each trusted proxy appends the address it was called from to X-Forwarded-For. The entry of the outermost one is
    therefore the last that the caller cannot forge; whatever stands further left is hearsay.
    """
    entries = [entry for entry in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if entry.strip()]
    if not trusted_proxies or len(entries) < trusted_proxies:
        return _parse(meta.get("REMOTE_ADDR") or "")
    return _parse(entries[-trusted_proxies])


def _parse(text: str) -> Address | None:
    """Reads `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1` and `[2001:db8::1]:443`; an IPv4 address in IPv6 is IPv4."""
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
