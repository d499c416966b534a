"""Webhooks, received by a real server."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sandbox.hostaway.deliveries import POLL_SECONDS

PATH = "/webhooks/unifiedWebhooks"
STAY = {"channelId": 2000, "listingMapId": 100030001, "arrivalDate": "2026-11-02", "departureDate": "2026-11-05"}


class Receiver:
    """An endpoint that remembers what it is told; answers with the statuses given, then 200."""

    def __init__(self) -> None:
        self.told: list[dict] = []
        self.authorizations: list[str | None] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.told.append(json.loads(body))
                receiver.authorizations.append(self.headers["Authorization"])
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                """Quiet."""

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
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def test_a_webhook_is_created_read_changed_and_deleted(hostaway):
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
def test_a_webhook_that_makes_no_sense_is_refused(hostaway, body, reason):
    assert hostaway.refusal("POST", PATH, json=body) == (400, reason)


def test_somebody_elses_webhook_is_not_found(hostaway, bigger_hostaway):
    theirs = bigger_hostaway.result("POST", PATH, json={"url": "https://pms.example/hook", "isEnabled": 0})

    for method in ("GET", "PUT", "DELETE"):
        assert hostaway.refusal(method, f"{PATH}/{theirs['id']}", json={})[0] == 404


def test_a_webhook_is_told_of_a_reservation_made_and_cancelled_and_both_are_logged(hostaway, receiver):
    webhook = hostaway.result("POST", PATH, json={"url": receiver.url, "login": "me", "password": "secret"})

    made = hostaway.result("POST", "/reservations", params={"forceOverbooking": 1}, json=STAY)
    wait_until(lambda: len(receiver.told) == 1)
    hostaway.result("PUT", f"/reservations/{made['id']}/statuses/cancelled", json={"cancelledBy": "guest"})
    wait_until(lambda: len(hostaway.get("/unifiedWebhookLogs")) == 2)

    assert [(event["data"]["id"], event["data"]["status"]) for event in receiver.told] == [
        (made["id"], "new"),
        (made["id"], "cancelled"),
    ]
    assert receiver.told[0]["event"] == "reservation.created"
    assert receiver.authorizations[0] == f"Basic {base64.b64encode(b'me:secret').decode()}"
    latest = hostaway.get("/unifiedWebhookLogs", unifiedWebhookId=webhook["id"], limit=1)[0]
    assert (latest["objectId"], latest["responseStatus"]) == (made["id"], 200)
    assert hostaway.get("/unifiedWebhookLogs", listingMapId=100030002) == []


def test_a_webhook_is_told_of_bookings_that_the_clock_brings(hostaway, sandbox, receiver):
    hostaway.result("POST", PATH, json={"url": receiver.url})

    sandbox.clock.advance(86_400)

    expected = hostaway.http.get("/reservations", params={"latestActivityStart": "2026-03-14"}).json()["result"]
    news = {stay["id"] for stay in expected if stay["updatedOn"] >= "2026-03-14 12:00:00"}
    assert news
    wait_until(lambda: {event["data"]["id"] for event in receiver.told} == news)


def test_a_failing_endpoint_is_tried_again_after_a_minute_and_a_refusing_one_is_not(hostaway, sandbox, receiver):
    receiver.answers = [500, 400]
    hostaway.result("POST", PATH, json={"url": receiver.url})

    made = hostaway.result("POST", "/reservations", params={"forceOverbooking": 1}, json=STAY)
    wait_until(lambda: len(hostaway.get("/unifiedWebhookLogs")) == 1)
    assert len(receiver.told) == 1
    sandbox.clock.advance(61)
    wait_until(lambda: len(hostaway.get("/unifiedWebhookLogs")) == 2)
    sandbox.clock.advance(600)
    time.sleep(2 * POLL_SECONDS)

    assert [event["data"]["id"] for event in receiver.told[:2]] == [made["id"]] * 2
    ours = [entry for entry in hostaway.get("/unifiedWebhookLogs") if entry["objectId"] == made["id"]]
    assert [entry["responseStatus"] for entry in ours] == [400, 500]
