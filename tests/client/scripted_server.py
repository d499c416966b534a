"""A server that gives prepared answers, such as no Partners API gives them, and notes the requests."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = {"access_token": "token-1", "expires_in": 3600, "token_type": "Bearer", "scope": "user:read"}


@dataclass(frozen=True)
class Prepared:
    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    breaks_off: bool = False
    """The connection ends without an answer."""

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]


class ScriptedServer:
    """Answers each path with its prepared answers, one after the other, and the last one again and again."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.received: list[Received] = []
        self._answers: dict[str, list[Prepared]] = {"/o/token/": [Prepared(TOKEN)]}
        self._otherwise: Callable[[], Prepared] = lambda: Prepared({"data": []})

    def answer(self, path: str, *answers: Prepared) -> None:
        self._answers[path] = list(answers)

    def answer_everything(self, answer: Prepared) -> None:
        self._otherwise = lambda: answer

    def requests(self, path: str) -> list[Received]:
        return [request for request in self.received if request.path.partition("?")[0] == path]

    def next_answer(self, request: Received) -> Prepared:
        self.received.append(request)
        answers = self._answers.get(request.path.partition("?")[0])
        if not answers:
            return self._otherwise()
        return answers.pop(0) if len(answers) > 1 else answers[0]


@contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            prepared = scripted.next_answer(Received(self.command, self.path, dict(self.headers)))
            if prepared.breaks_off:
                self.close_connection = True
                return
            content = prepared.content()
            self.send_response(prepared.status)
            for name, value in {"Content-Type": "application/vnd.api+json", **prepared.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    scripted = ScriptedServer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield scripted
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
