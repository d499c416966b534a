"""Reaching an address that a partner gave us, and nothing on our own networks through it.

A name is looked up once for each request, every address it has must be public, and the connection goes to an address
that was checked: a name that answers otherwise the next moment (DNS rebinding) leads nowhere else.
"""

import ipaddress
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from ipaddress import IPv4Address, IPv6Address
from socket import IPPROTO_TCP, SOCK_STREAM, getaddrinfo

import httpx

MOST_TRIED = 3  # of a name's addresses; each may keep us waiting
LONGEST_LOOKUP = 5.0  # seconds; the system's own limit is for each of its name servers
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Protocol assignments and site-local addresses: not for everybody, though Python calls some or all of them global.
SPECIAL = (ipaddress.IPv4Network("192.0.0.0/24"), ipaddress.IPv6Network("fec0::/10"))


class NotPublic(httpx.ConnectError):
    """The name leads to an address that is not for everybody."""


@cache
def _lookups() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=8, thread_name_prefix="lookup")


def addresses_of(host: str, port: int, *, longest_lookup: float = LONGEST_LOOKUP) -> Sequence[str]:
    """The addresses of `host`, which is a name or an address.

    Raises NotPublic. Raises OSError for an unknown name, and for a lookup that takes longer than `longest_lookup`
    seconds.
    """
    look_up = partial(getaddrinfo, host, port, type=SOCK_STREAM, proto=IPPROTO_TCP)
    found = _lookups().submit(look_up).result(longest_lookup)
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    for address in addresses:
        if not is_public(address):
            raise NotPublic(f"{host} is not a public address.")
    return addresses


def is_public(address: str) -> bool:
    """Whether everybody on the internet means the same host by it, also where it only wraps an IPv4 address."""
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
    """Sends to public addresses only, by a transport without a proxy; certificates are checked against the name."""

    def __init__(self, transport: httpx.BaseTransport, *, longest_lookup: float = LONGEST_LOOKUP) -> None:
        self._transport = transport
        self._longest_lookup = longest_lookup

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host = _written(request.url)
        try:
            port = request.url.port or {"http": 80, "https": 443}[request.url.scheme]
            addresses = addresses_of(host, port, longest_lookup=self._longest_lookup)
        except OSError as error:
            raise httpx.ConnectError(f"{host} is not known.", request=request) from error
        # Together they take no longer than the request's own end allows.
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
    """The host as it goes over the wire; `url.host` is for people, and another name to older rules of IDNA."""
    return url.raw_host.decode("ascii")


def _pinned(request: httpx.Request, address: str) -> httpx.Request:
    """The same request to an address; its Host header and the name in its TLS handshake stay."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": _written(request.url)},
    )
