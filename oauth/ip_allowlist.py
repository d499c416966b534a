"""The IP allowlist of an application."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network

from throttling.client_address import Address


def allows(cidrs: Iterable[str], address: Address | None) -> bool:
    """An empty list allows every caller; any other list only addresses inside it, and never an unknown one."""
    networks = _networks(tuple(cidrs))
    return not networks or (address is not None and any(address in network for network in networks))


@lru_cache(maxsize=1024)
def _networks(cidrs: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(cidr) for cidr in cidrs)
