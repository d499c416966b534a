"""Limits the whole duration of an exchange with a server that a partner named.

The client's timeouts limit only silence. A server that sends single bytes is never silent, and could occupy a process
for days before its headers are complete.
"""

import ssl
import time
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

# A request's extension: the value of time.monotonic() at which the exchange must be over, if it comes first.
ENDS_AT = "ends_at"

_ends_at: ContextVar[float] = ContextVar("ends_at", default=float("inf"))


class BoundedTransport(httpx.HTTPTransport):
    """Uses no proxy. An exchange that takes longer than `longest` seconds, connecting included, times out."""

    def __init__(self, longest: float) -> None:
        super().__init__(trust_env=False)
        self._longest = longest
        # httpx offers no argument for the network backend of the pool that it creates.
        self._pool._network_backend = _Network(httpcore.SyncBackend())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        ends_at = time.monotonic() + self._longest
        _ends_at.set(
            min(ends_at, request.extensions.get(ENDS_AT, ends_at))
        )  # It also limits the body, which is read later.
        return super().handle_request(request)


def _left(timeout: float | None) -> float:
    left = _ends_at.get() - time.monotonic()
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
        return self._stream.read(max_bytes, _left(timeout))

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
