"""A server that accepts connections and never answers, like a host that hangs, until it is told to pass them on."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class SilentServer:
    """`connections` counts the connections that were made. With `target` set, new connections reach that port."""

    listener: socket.socket
    connections: int = 0
    target: int | None = None
    _kept: list[socket.socket] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                self._kept.append(connection)
                if self.target is not None:
                    other = socket.create_connection(("127.0.0.1", self.target))
                    self._kept.append(other)
                    for source, sink in ((connection, other), (other, connection)):
                        threading.Thread(target=_copy, args=(source, sink), daemon=True).start()

    def close(self) -> None:
        for each in (self.listener, *self._kept):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)


@contextmanager
def silent_server() -> Iterator[SilentServer]:
    server = SilentServer(socket.create_server(("127.0.0.1", 0)))
    threading.Thread(target=server.accept, daemon=True).start()
    try:
        yield server
    finally:
        server.close()
