"""A small receiver of events, as a partner would run one: it verifies each delivery and keeps what arrived."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from devtools.start_conditions import HOST

MOST_BYTES = 1 << 20
SILENCE_SECONDS = 30


@dataclass(frozen=True)
class Arrival:
    """A delivery whose signature is valid. Names of headers are in lower case."""

    body: bytes
    headers: dict[str, str]
    event: Any


class EventReceiver:
    """`secret` is set when the endpoint has been created. `events` are the documents of verified deliveries by id.

    `answer` is called for each verified delivery, in a thread of its own, and returns the status of the answer.
    """

    def __init__(self, url: str, answer: Callable[[Arrival], int]) -> None:
        self.url = url
        self.secret = ""
        self.events: dict[str, Any] = {}
        self.refused = 0
        self.arrived = threading.Condition()
        self._answer = answer

    def receive(self, body: bytes, headers: dict[str, str]) -> int:
        """The status of the answer."""
        try:
            event = Webhook(self.secret).verify(body, headers)
        except (WebhookVerificationError, ValueError, RuntimeError):
            with self.arrived:
                self.refused += 1
                self.arrived.notify_all()
            return 400
        with self.arrived:
            # An event may arrive twice.
            self.events.setdefault(headers["webhook-id"], event)
            self.arrived.notify_all()
        return self._answer(Arrival(body, headers, event))

    def wait_for(self, types: set[str], seconds: float) -> bool:
        """Wait until an event of each type has arrived. Return whether it has."""
        with self.arrived:
            return self.arrived.wait_for(lambda: types <= self.types(), seconds)

    def types(self) -> set[str]:
        return {event["meta"]["type"] for event in self.events.values()}


class _Server(ThreadingHTTPServer):
    daemon_threads = True  # a sender that is silent does not delay the end

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that breaks off is its own matter; everything else is a fault."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


@contextmanager
def event_receiver(*, port: int = 0, answer: Callable[[Arrival], int] = lambda arrival: 204) -> Iterator[EventReceiver]:
    """Run a receiver at a port of this machine, by default a free one. Raises OSError if the port is in use."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = SILENCE_SECONDS

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not (length.isascii() and length.isdigit() and len(length) < 10 and int(length) <= MOST_BYTES):
                self.close_connection = True
                self._answer(413 if length.isdigit() else 411)
                return
            body = self.rfile.read(int(length))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._answer(receiver.receive(body, headers))

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = _Server((HOST, port), Handler)
    receiver = EventReceiver(f"http://{HOST}:{server.server_address[1]}/events", answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
