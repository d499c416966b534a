"""The IP allowlist of an application."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network

from throttling.client_address import Address


def allows(cidrs: Iterable[str], address: Address | None) -> bool:
    """Whether a caller at `address` may use the application whose allowlist is `cidrs`.

    An empty list allows every caller. Any other list allows only addresses inside one of its networks; an unknown
    address (None) is then refused. Raises ValueError for an entry that is not a CIDR.
    """
    networks = _networks(tuple(cidrs))
    return not networks or (address is not None and any(address in network for network in networks))


@lru_cache(maxsize=1024)
def _networks(cidrs: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(cidr) for cidr in cidrs)
