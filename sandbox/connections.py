"""Access to a request's connection, so that a fault can reset it."""

import socket
import struct
from typing import Any

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

TRANSPORT = "sandbox.transport"
"""Key of the request's transport in its ASGI scope."""


class ResettableProtocol(H11Protocol):
    """HTTP/1.1 with the connection's transport in the scope of each request."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        # Head and body of an answer are two writes: without this, the second waits for the client's acknowledgement.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        app: Any = self.app

        async def app_with_transport(scope: Any, receive: Any, send: Any) -> None:
            scope[TRANSPORT] = transport
            await app(scope, receive, send)

        self.app = app_with_transport


async def reset_connection(scope: Scope, receive: Receive) -> None:
    """Send RST to the client, and return when the connection is gone."""
    transport = scope[TRANSPORT]
    connection = transport.get_extra_info("socket")
    # With a linger time of zero, the kernel sends RST instead of an orderly FIN.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
