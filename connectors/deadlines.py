"""An end to every exchange with a server that a partner named.

The client's timeouts are for silence, and a server that sends a byte now and then is never silent: it could hold a
process for days before its headers are complete.
"""

import ssl
import time
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

# Of a request's extensions: the instant of time.monotonic() when it has to be over, if that comes first.
ENDS_AT = "ends_at"

_ends_at: ContextVar[float] = ContextVar("ends_at", default=float("inf"))


class BoundedTransport(httpx.HTTPTransport):
    """No proxy. What is not over after `longest` seconds, connecting included, ends as a timeout."""

    def __init__(self, longest: float) -> None:
        super().__init__(trust_env=False)
        self._longest = longest
        # httpx hands no network backend on to the pool that it makes.
        self._pool._network_backend = _Network(httpcore.SyncBackend())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        ends_at = time.monotonic() + self._longest
        _ends_at.set(min(ends_at, request.extensions.get(ENDS_AT, ends_at)))  # also for the body, read after this
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
