"""Clients that send slowly, or nothing, take no thread from the others."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.running_api import Api, running_api
from tests.serving.connections import Raw, head

pytestmark = pytest.mark.slow

TOKEN_HEAD = head("/o/token/", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 100")
SLOW = {
    "half a body": TOKEN_HEAD + b"g",
    "half a chunked body": head("/api/v1/users/", "Transfer-Encoding: chunked") + b"5\r\nab",
    "half of the headers": TOKEN_HEAD[:40],
    "nothing": b"",
}


@contextmanager
def slow_senders(api: Api, number: int, sent: bytes) -> Iterator[None]:
    connections = [Raw(api, sent) for _ in range(number)]
    try:
        yield
    finally:
        for connection in connections:
            connection.close()


@pytest.fixture(scope="module")
def patient() -> Iterator[Api]:
    """An API that waits as long as a test takes for bodies."""
    with running_api(BODY_TIMEOUT_SECONDS="60") as running:
        yield running


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
def test_the_others_are_answered_beside_500_slow_senders(patient: Api, sent: bytes) -> None:
    """`make attack` measures that they are answered as fast as without them."""
    headers = {"Authorization": f"Bearer {patient.token()}"}
    with (
        httpx.Client(base_url=patient.base_url, headers=headers, timeout=20) as client,
        slow_senders(patient, 500, sent),
    ):
        statuses = [client.get(page).status_code for page in ("/healthz", "/api/v1/listings/") * 20]

    assert statuses == [200] * 40


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/api/v1/users/", head("/api/v1/users/", "Content-Length: 100") + b"{"),
        ("/api/v1/users/", head("/api/v1/users/", "Content-Length: 1000000") + b"{"),
        ("/api/v1/users/", head("/api/v1/users/", "Transfer-Encoding: chunked") + b"5\r\nab"),
        ("/nowhere/", head("/nowhere/", "Content-Length: 100", method="DELETE")),
    ],
)
def test_a_body_that_does_not_arrive_in_time_is_a_408(api: Api, path: str, sent: bytes) -> None:
    status, headers, document = Raw(api, sent).response()

    assert (status, headers["connection"]) == (408, "close")
    assert document["errors"][0]["detail"] == "The body did not arrive within 2 seconds."
    assert {"x-request-id", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= headers.keys()


def test_the_token_endpoint_answers_a_slow_sender_in_its_own_format(api: Api) -> None:
    status, _, document = Raw(api, TOKEN_HEAD).response()

    assert status == 408
    assert document == {
        "error": "invalid_request",
        "error_description": "The body did not arrive within 2 seconds.",
    }


def test_a_body_that_arrives_byte_by_byte_in_time_is_read(api: Api) -> None:
    form = b"grant_type=client_credentials&client_id=nobody&client_secret=no"
    connection = Raw(api, head("/o/token/", "Content-Type: application/x-www-form-urlencoded", "Connection: close",
                               f"Content-Length: {len(form)}"))  # fmt: skip
    for byte in form:
        connection.send(bytes([byte]))
        time.sleep(0.01)

    assert connection.response()[0] == 401


def test_a_client_that_goes_away_leaves_no_line_in_the_log(api: Api) -> None:
    before = api.logged()

    Raw(api, TOKEN_HEAD + b"g").close()
    time.sleep(0.5)

    assert api.logged() == before
