"""A channel that gives the answers written by a test over real HTTP, and records the requests."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Scripted:
    """An answer, sent after `hang` seconds with `drip` seconds between bytes. `cut` closes the connection instead."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: float = 0.0
    drip: float = 0.0
    cut: bool = False


def saying(document: Any, status: int = 200, **headers: str) -> Scripted:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Scripted(status, json.dumps(document).encode(), named)


@dataclass
class ScriptedChannel:
    """Gives the answers of `script` in their order, and repeats the last one.

    If `route` is set, it makes the answer from the path and the query instead.
    """

    base_url: str
    route: Callable[[str, Mapping[str, str]], Scripted] | None = None
    script: list[Scripted] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    asked_at: list[float] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)  # with names in lower case

    def next_answer(self, target: str) -> Scripted:
        if self.route is not None:
            url = urlsplit(target)
            return self.route(url.path, dict(parse_qsl(url.query)))
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@contextmanager
def scripted_channel() -> Iterator[ScriptedChannel]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            channel.asked.append((self.command, self.path))
            channel.asked_at.append(time.monotonic())
            channel.headers.append({name.lower(): value for name, value in self.headers.items()})
            answer = channel.next_answer(self.path)
            if answer.cut:
                self.close_connection = True
                return
            time.sleep(answer.hang)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if "Transfer-Encoding" not in answer.headers:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            try:
                self._write(answer)
            except OSError:
                self.close_connection = True  # the client closed the connection

        def _write(self, answer: Scripted) -> None:
            if not answer.drip:
                self.wfile.write(answer.body)
                return
            for byte in answer.body:
                self.wfile.write(bytes([byte]))
                time.sleep(answer.drip)

        do_GET = do_POST = do_PUT = answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    channel = ScriptedChannel(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield channel
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
