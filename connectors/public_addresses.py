"""Connects to addresses that partners name, and never to our own networks.

A name is looked up once for each request. Every address of the name must be public, and the connection goes to one of
the checked addresses. So a name that changes its answer between check and connection (DNS rebinding) has no effect.
"""

import ipaddress
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cache, partial
from ipaddress import IPv4Address, IPv6Address
from socket import IPPROTO_TCP, SOCK_STREAM, getaddrinfo

import httpx

MOST_TRIED = 3  # addresses of a name; each attempt may take time
LONGEST_LOOKUP = 5.0  # seconds; the system's own limit applies to each of its name servers
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Protocol assignments and site-local addresses are not public, although Python calls some of them global.
SPECIAL = (ipaddress.IPv4Network("192.0.0.0/24"), ipaddress.IPv6Network("fec0::/10"))


class NotPublic(httpx.ConnectError):
    """The name leads to an address that is not public."""


@cache
def _lookups() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=8, thread_name_prefix="lookup")


def addresses_of(
    host: str, port: int, *, longest_lookup: float = LONGEST_LOOKUP, lookups: Executor | None = None
) -> Sequence[str]:
    """The addresses of `host`, which is a name or an address. A thread of `lookups` asks for them.

    Raises NotPublic. Raises OSError for an unknown name, and for a lookup that takes longer than `longest_lookup`
    seconds.
    """
    look_up = partial(getaddrinfo, host, port, type=SOCK_STREAM, proto=IPPROTO_TCP)
    found = (lookups or _lookups()).submit(look_up).result(longest_lookup)
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    for address in addresses:
        if not is_public(address):
            raise NotPublic(f"{host} is not a public address.")
    return addresses


def is_public(address: str) -> bool:
    """Whether the address is global. For an address that wraps an IPv4 address, that address must be global too."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(
        each.is_global
        and not each.is_multicast
        and not each.is_reserved
        and not any(each in network for network in SPECIAL)
        for each in _meant(ip)
    )


def _meant(ip: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    if isinstance(ip, IPv4Address):
        return [ip]
    if ip.ipv4_mapped:
        return [ip.ipv4_mapped]
    if ip in NAT64:
        return [IPv4Address(int(ip) & 0xFFFFFFFF)]
    return [ip, ip.sixtofour] if ip.sixtofour else [ip]


class PublicOnly(httpx.BaseTransport):
    """Sends to public addresses only, without a proxy. Certificates are checked against the name.

    With `lookups`, names are looked up in threads of its own, so that slow name servers hold up nobody else.
    """

    def __init__(
        self,
        transport: httpx.BaseTransport,
        *,
        longest_lookup: float = LONGEST_LOOKUP,
        lookups: Executor | None = None,
    ) -> None:
        self._transport = transport
        self._longest_lookup = longest_lookup
        self._lookups = lookups

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = _written(request.url)
        try:
            port = request.url.port or {"http": 80, "https": 443}[request.url.scheme]
            addresses = addresses_of(host, port, longest_lookup=self._longest_lookup, lookups=self._lookups)
        except OSError as error:
            raise httpx.ConnectError(f"{host} is not known.", request=request) from error
        # The request's own end limits all attempts together.
        *others, last = addresses[:MOST_TRIED]
        for address in others:
            try:
                return self._transport.handle_request(_pinned(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return self._transport.handle_request(_pinned(request, last))

    def close(self) -> None:
        self._transport.close()


def _written(url: httpx.URL) -> str:
    """The host as it is sent. `url.host` is for people, and older IDNA rules encode it as another name."""
    return url.raw_host.decode("ascii")


def _pinned(request: httpx.Request, address: str) -> httpx.Request:
    """The same request to an address. The Host header and the name in the TLS handshake do not change."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": _written(request.url)},
    )
