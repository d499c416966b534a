"""An API and a worker with a channel and a receiver of events that this process plays, and secrets everywhere."""

import gzip
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from partners.serving.command import APPLICATION
from tests.connectors.scripted_server import Scripted, ScriptedChannel, saying, scripted_channel
from tests.running_api import DATABASE, MANAGE, Api, running_api
from tests.running_server import CLIENT, ROOT

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
KEY = "key_7.planted-channel-secret-0123456789"
# All begin with this word, in any case, or are known only when they were given out (`House.secrets`).
PLANTED = "planted"
LISTING = {"id": "A-1", "name": "Flat", "currency": "EUR", "city": "Lisbon", "country": "PT", "base_price": 12000}
RESERVATION = {
    "id": "R-1",
    "listing_id": "A-1",
    "status": "booked",
    "check_in": "2031-04-04",
    "check_out": "2031-04-09",
    "units": "planted@guest.example",  # cannot be read
    "guest_name": "Planted Guestname",
    "guest_email": "planted.guest@example.com",
    "booked_at": "planted time",
}


def pms(path: str, query: Any) -> Scripted:
    """A small `direct` system, and a receiver of events, which refuses the first delivery."""
    what = path.rpartition("/")[2]
    answers: dict[str, Any] = {
        "account": {"id": "7", "name": "Planted Hosts", "email": "planted.owner@example.com"},
        "listings": {"listings": [LISTING], "next_cursor": None},
        "A-1": LISTING,
        "calendar": {"currency": "EUR", "nights": []},
        "reservations": {"reservations": [RESERVATION], "cursor": "planted-cursor-token", "has_more": False},
    }
    if what in answers:
        return saying(answers[what])
    if what == "hook":
        return Scripted(200, b"planted answer of the receiver")
    return saying({"error": {"code": "invalid", "message": f"Bad key {KEY}, planted.echo@example.com"}}, 422)


@dataclass
class Collector:
    """An OTLP/HTTP receiver that keeps the spans."""

    url: str
    raw: list[bytes] = field(default_factory=list)

    def spans(self) -> list[Span]:
        found = []
        for body in list(self.raw):
            request = ExportTraceServiceRequest.FromString(body)
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    found += scope.spans
        return found


@contextmanager
def collecting() -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/v1/traces" and self.headers["content-type"] == "application/x-protobuf":
                packed = self.headers.get("content-encoding") == "gzip"
                collector.raw.append(gzip.decompress(body) if packed else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class House:
    api: Api
    channel: ScriptedChannel
    variables: dict[str, str]
    secrets: list[str] = field(default_factory=list)
    token: str = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        own = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/vnd.api+json"}
        return httpx.request(method, f"{self.api.base_url}{path}", json=body, headers={**own, **headers}, timeout=30)

    def create(self, kind: str, path: str, attributes: dict[str, Any], **headers: str) -> dict[str, Any]:
        document = {"data": {"type": kind, "attributes": attributes}}
        answer = self.call("POST", f"/api/v1{path}", document, **headers)
        assert answer.is_success, answer.text
        created: dict[str, Any] = answer.json()["data"]
        return created

    def onboard(self) -> None:
        """A user with an account and a receiver of events. The account belongs to the trace TRACE."""
        self.token = self.api.token()
        self.secrets.append(self.token)
        hook = self.channel.base_url.replace("/v1", "/hook?key=planted-hook-key")
        endpoint = self.create("webhook-endpoints", "/webhook-endpoints/", {"url": hook})
        self.secrets.append(endpoint["attributes"]["secret"].removeprefix("whsec_"))
        person = {"first-name": "Planted", "last-name": "Lastname", "email": "planted.user@example.com"}
        user = self.create("users", "/users/", person)
        account = {"channel": "direct", "credentials": {"api_key": KEY, "base_url": self.channel.base_url}}
        trace = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
        self.create("accounts", f"/users/{user['id']}/accounts/", account, **trace)

    def misbehave(self) -> None:
        """Requests that are refused, with secrets wherever a caller can put them."""
        person = {"first-name": "Planted", "last-name": "x", "email": "planted.user@example.com"}
        self.call("POST", "/api/v1/users/", {"data": {"type": "users", "attributes": person}})
        self.call("POST", "/api/v1/users/", {"data": {"type": "planted", "attributes": {"planted": 1}}})
        self.call("GET", "/api/v1/users/?access_token=planted-in-query&filter[email]=planted.filter@example.com")
        self.call("GET", "/api/v1/users/planted.path@example.com/")
        self.call("GET", "/planted/path/secret", **{"User-Agent": "planted agent", "Referer": "http://x/planted"})
        self.call("GET", "/api/v1/users/", Authorization="Bearer planted-bearer-token", Cookie="planted=1")
        self.call("GET", "/api/v1/users/", **{"X-Request-ID": "planted request id"})
        form = {"grant_type": "client_credentials", "client_id": CLIENT["client_id"], "client_secret": "planted-wrong"}
        httpx.post(f"{self.api.base_url}/o/token/", data=form)
        httpx.post(f"{self.api.base_url}/o/token/", auth=("planted-id", "planted-secret"), data={"grant_type": "x"})
        httpx.post(f"{self.api.base_url}/o/revoke_token/", data={**CLIENT, "token": "planted-token"})

    @contextmanager
    def working(self) -> Iterator[Path]:
        """A worker process; gives the file of its log."""
        log = self.api.log.parent / "worker.log"
        with log.open("ab") as file:
            process = subprocess.Popen(  # noqa: S603
                [*MANAGE, "worker"], cwd=ROOT, env=self.variables, stdout=file, stderr=file
            )
        try:
            yield log
        finally:
            process.terminate()
            process.wait(60)


@contextmanager
def house(**environment: str) -> Iterator[House]:
    with scripted_channel() as channel:
        channel.route = pms
        with running_api(processes=1, application=APPLICATION, before=lambda port: None, **environment) as api:
            folder = api.log.parent
            variables = {
                **os.environ,
                "PROFILE": "development",
                "DATA_DIR": str(folder),
                "DATABASE_URL": f"sqlite:///{folder}/{DATABASE}",
                "REDIS_URL": "",
                **environment,
            }
            yield House(api, channel, variables)


def eventually(condition: Any, seconds: float = 90.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "the condition did not become true in time"
        time.sleep(0.1)
    return found
