"""Hostaway's webhooks, which a real server receives."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sandbox.hostaway.deliveries import POLL_SECONDS
from sandbox.server import RunningSandbox
from tests.sandbox.hostaway_client import Hostaway

PATH = "/webhooks/unifiedWebhooks"
STAY = {"channelId": 2000, "listingMapId": 100030001, "arrivalDate": "2026-11-02", "departureDate": "2026-11-05"}


class Receiver:
    """A server that records the events it receives. It answers with the statuses in `answers`, then with 200."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.authorizations: list[str | None] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.events.append(json.loads(body))
                receiver.authorizations.append(self.headers["Authorization"])
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                """Write no log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "The condition was not met in time."
        time.sleep(0.05)


def test_a_webhook_is_created_read_changed_and_deleted(hostaway: Hostaway) -> None:
    created = hostaway.result("POST", PATH, json={"url": "https://pms.example/hook", "isEnabled": 0})

    changed = hostaway.result("PUT", f"{PATH}/{created['id']}", json={"login": "me", "password": "secret"})

    assert created["isEnabled"] == 0
    assert changed == created | {"login": "me", "password": "secret"}
    assert hostaway.get(PATH) == [changed] == [hostaway.get(f"{PATH}/{created['id']}")]
    assert hostaway.result("DELETE", f"{PATH}/{created['id']}") == []
    assert hostaway.get(PATH) == []
    assert hostaway.refusal("GET", f"{PATH}/{created['id']}")[0] == 404


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "url is required."),
        ({"url": "javascript:alert(1)"}, "url must begin with http:// or https://."),
        ({"url": 5}, "url must be a text of at most 10000 characters."),
        ({"url": "https://pms.example", "isEnabled": "maybe"}, "isEnabled must be 0 or 1."),
    ],
)
def test_an_invalid_webhook_is_refused(hostaway: Hostaway, body: dict[str, Any], reason: str) -> None:
    assert hostaway.refusal("POST", PATH, json=body) == (400, reason)


def test_another_accounts_webhook_is_not_found(hostaway: Hostaway, bigger_hostaway: Hostaway) -> None:
    theirs = bigger_hostaway.result("POST", PATH, json={"url": "https://pms.example/hook", "isEnabled": 0})

    for method in ("GET", "PUT", "DELETE"):
        assert hostaway.refusal(method, f"{PATH}/{theirs['id']}", json={})[0] == 404


def test_a_webhook_receives_a_created_and_a_cancelled_reservation_and_both_are_logged(
    hostaway: Hostaway, receiver: Receiver
) -> None:
    webhook = hostaway.result("POST", PATH, json={"url": receiver.url, "login": "me", "password": "secret"})

    made = hostaway.result("POST", "/reservations", params={"forceOverbooking": 1}, json=STAY)
    wait_until(lambda: len(receiver.events) == 1)
    hostaway.result("PUT", f"/reservations/{made['id']}/statuses/cancelled", json={"cancelledBy": "guest"})
    wait_until(lambda: len(hostaway.get("/unifiedWebhookLogs")) == 2)

    assert [(event["data"]["id"], event["data"]["status"]) for event in receiver.events] == [
        (made["id"], "new"),
        (made["id"], "cancelled"),
    ]
    assert receiver.events[0]["event"] == "reservation.created"
    assert receiver.authorizations[0] == f"Basic {base64.b64encode(b'me:secret').decode()}"
    latest = hostaway.get("/unifiedWebhookLogs", unifiedWebhookId=webhook["id"], limit=1)[0]
    assert (latest["objectId"], latest["responseStatus"]) == (made["id"], 200)
    assert hostaway.get("/unifiedWebhookLogs", listingMapId=100030002) == []


def test_a_webhook_receives_bookings_that_arrive_as_the_clock_advances(
    hostaway: Hostaway, sandbox: RunningSandbox, receiver: Receiver
) -> None:
    hostaway.result("POST", PATH, json={"url": receiver.url})

    sandbox.clock.advance(86_400)

    expected = hostaway.http.get("/reservations", params={"latestActivityStart": "2026-03-14"}).json()["result"]
    news = {stay["id"] for stay in expected if stay["updatedOn"] >= "2026-03-14 12:00:00"}
    assert news
    wait_until(lambda: {event["data"]["id"] for event in receiver.events} == news)


def test_a_delivery_is_repeated_after_a_server_error_but_not_after_a_refusal(
    hostaway: Hostaway, sandbox: RunningSandbox, receiver: Receiver
) -> None:
    receiver.answers = [500, 400]
    hostaway.result("POST", PATH, json={"url": receiver.url})

    made = hostaway.result("POST", "/reservations", params={"forceOverbooking": 1}, json=STAY)
    wait_until(lambda: len(hostaway.get("/unifiedWebhookLogs")) == 1)
    assert len(receiver.events) == 1
    sandbox.clock.advance(61)
    wait_until(lambda: len(hostaway.get("/unifiedWebhookLogs")) == 2)
    sandbox.clock.advance(600)
    time.sleep(2 * POLL_SECONDS)

    assert [event["data"]["id"] for event in receiver.events[:2]] == [made["id"]] * 2
    ours = [entry for entry in hostaway.get("/unifiedWebhookLogs") if entry["objectId"] == made["id"]]
    assert [entry["responseStatus"] for entry in ours] == [400, 500]
