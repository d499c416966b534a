"""Limits the whole duration of an exchange with a channel, and the bytes that it may send.

The client's timeouts limit only silence. A server that sends single bytes is never silent, and could occupy a thread
for days before its headers are complete. A server that sends interim answers (1xx) without an end is not silent either.
"""

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

# Bytes of headers, interim answers, TLS and chunks beside the content.
MOST_BESIDE = 1024 * 1024


@dataclass(slots=True)
class _Exchange:
    ends_at: float  # a value of time.monotonic()
    bytes_left: float


_exchange: ContextVar[_Exchange | None] = ContextVar("exchange", default=None)


@contextmanager
def exchange(ends_at: float, most_content: float) -> Iterator[None]:
    """Requests of bounded clients time out in this context at `ends_at`, a value of time.monotonic().

    They fail once they have received more than `most_content` bytes, and a margin for everything beside the content.
    """
    token = _exchange.set(_Exchange(ends_at, most_content + MOST_BESIDE))
    try:
        yield
    finally:
        _exchange.reset(token)


def bounded(transport: httpx.BaseTransport) -> httpx.BaseTransport:
    """The same transport, whose connections keep the limits of `exchange`."""
    # httpx offers no argument for the network backend of the pool that it creates.
    pool = transport._pool  # type: ignore[attr-defined]
    pool._network_backend = _Network(pool._network_backend)
    return transport


def bounded_client(client: httpx.Client) -> httpx.Client:
    """The same client, whose connections keep the limits of `exchange`, through a proxy too."""
    for transport in (client._transport, *client._mounts.values()):
        if isinstance(transport, httpx.HTTPTransport):
            bounded(transport)
    return client


def _left(timeout: float | None) -> float | None:
    current = _exchange.get()
    if current is None:
        return timeout
    left = current.ends_at - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("The exchange did not end.")
    return left if timeout is None else min(timeout, left)


class _Network(httpcore.NetworkBackend):
    def __init__(self, network: httpcore.NetworkBackend) -> None:
        self._network = network

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._network.connect_tcp(host, port, _left(timeout), local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, _left(timeout))
        if (current := _exchange.get()) is not None:
            current.bytes_left -= len(data)
            if current.bytes_left < 0:
                raise httpcore.ReadError("The exchange has more bytes than are believable.")
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
