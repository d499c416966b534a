"""A receiver of events: a real HTTP server that answers as a test wants, and keeps what it received."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """A request. `at` is a value of time.monotonic()."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def webhook_id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, sent after `after` seconds. `drip` is the wait between two pieces of the body."""

    status: int = 204
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    after: float = 0.0
    drip: float = 0.0


@dataclass
class TestReceiver:
    """Answers each request with `answer`, which may be replaced at any time."""

    __test__ = False
    url: str
    answer: Callable[[Received], Reply] = lambda received: Reply()
    received: list[Received] = field(default_factory=list)
    most_at_once: int = 0

    @property
    def ids(self) -> list[str]:
        return [each.webhook_id for each in self.received]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@contextmanager
def receiving() -> Iterator[TestReceiver]:
    at_once, counting = 0, threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def do_POST(self) -> None:
            nonlocal at_once
            body = self.rfile.read(int(self.headers["content-length"]))
            with counting:
                at_once += 1
                receiver.most_at_once = max(receiver.most_at_once, at_once)
            headers = {name.lower(): value for name, value in self.headers.items()}
            received = Received(self.path, headers, body, time.monotonic())
            receiver.received.append(received)
            reply = receiver.answer(received)
            time.sleep(reply.after)
            with counting:
                at_once -= 1
            try:
                self._send(reply)
            except OSError:
                self.close_connection = True  # the sender did not wait

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            pieces = [reply.body] if not reply.drip else [bytes([each]) for each in reply.body]
            for piece in pieces:
                time.sleep(reply.drip)
                self.wfile.write(piece)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    receiver = TestReceiver(f"http://127.0.0.1:{server.server_address[1]}/hooks")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
