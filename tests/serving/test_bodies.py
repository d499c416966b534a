"""Bodies in chunks, and bodies that are too large or malformed."""

import socket

import httpx
import pytest

from tests.running_api import Api
from tests.running_server import CLIENT
from tests.serving.connections import Raw, head

pytestmark = pytest.mark.slow

MOST = 2 * 1024 * 1024
FORM = "&".join(f"{name}={value}" for name, value in {"grant_type": "client_credentials", **CLIENT}.items()).encode()


def test_the_token_endpoint_reads_a_chunked_body(api: Api) -> None:
    answer = httpx.post(
        f"{api.base_url}/o/token/",
        content=iter([FORM[:10], FORM[10:]]),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert (answer.status_code, answer.json()["token_type"]) == (200, "Bearer")


@pytest.mark.parametrize("padding", [0, 100_000, 1_500_000])
def test_the_api_reads_a_chunked_body_in_memory_and_from_a_file(api: Api, padding: int) -> None:
    email = f"chunked-{padding}@example.com"
    names = f'{{"first-name": "Ada", "last-name": "Host", "email": "{email}"}}'
    document = f'{{"data": {{"type": "users", "attributes": {names}}}}}'.encode() + b" " * padding

    answer = httpx.post(
        f"{api.base_url}/api/v1/users/",
        content=iter([document[:50], document[50:]]),
        headers={"Authorization": f"Bearer {api.token()}", "Content-Type": "application/vnd.api+json"},
    )

    assert (answer.status_code, answer.json()["data"]["attributes"]["email"]) == (201, email)


@pytest.mark.parametrize("path", ["/api/v1/users/", "/nowhere/", "/healthz"])
@pytest.mark.parametrize("size", [MOST + 1, 3 * MOST, 6 * MOST])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_a_413(api: Api, path: str, size: int, chunked: bool) -> None:
    body = b" " * size
    content = iter([body[start : start + 65536] for start in range(0, size, 65536)]) if chunked else body
    answer = httpx.post(f"{api.base_url}{path}", content=content)

    assert answer.status_code == 413
    assert answer.json()["errors"][0]["title"] == "Content Too Large"
    assert answer.json()["errors"][0]["detail"] == f"The body has more than {MOST} bytes, the most that is taken."


def test_the_token_endpoint_refuses_a_large_body_in_its_own_format(api: Api) -> None:
    answer = httpx.post(f"{api.base_url}/o/token/", content=b" " * (MOST + 1))

    assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")
    assert answer.headers["cache-control"] == "no-store"


def test_a_client_that_asks_first_does_not_send_a_large_body(api: Api) -> None:
    asked = head("/api/v1/users/", f"Content-Length: {MOST + 1}", "Expect: 100-continue")

    assert Raw(api, asked).response()[0] == 413


@pytest.mark.parametrize("malformed", [b"zz\r\nab\r\n0\r\n\r\n", b"2\r\nab\r\nzz\r\n", b"2\r\nabc\r\n0\r\n\r\n"])
def test_malformed_chunks_are_a_400(api: Api, malformed: bytes) -> None:
    status, _, document = Raw(api, head("/api/v1/users/", "Transfer-Encoding: chunked") + malformed).response()

    assert (status, document["errors"][0]["detail"]) == (400, "The body cannot be read.")


@pytest.mark.parametrize(
    "sent",
    [
        head("/api/v1/users/", "Transfer-Encoding: chunked") + b"2\r\n{}\r\n",
        head("/api/v1/users/", "Content-Length: 100") + b"{}",
        head("/api/v1/users/", "Content-Length: 100000") + b"{}",
    ],
)
def test_a_body_that_ends_too_early_is_a_400(api: Api, sent: bytes) -> None:
    connection = Raw(api, sent)
    connection.socket.shutdown(socket.SHUT_WR)

    status, _, document = connection.response()

    assert (status, document["errors"][0]["detail"]) == (400, "The body cannot be read.")


def test_a_document_without_a_length_is_a_411(api: Api) -> None:
    token = api.token()
    sent = head("/api/v1/users/", f"Authorization: Bearer {token}", "Content-Type: application/vnd.api+json",
                "Connection: close")  # fmt: skip

    assert Raw(api, sent).response()[0] == 411


def test_a_header_with_underscores_is_not_taken_for_another(api: Api) -> None:
    sent = head("/healthz", "X_Request_ID: mine", "Connection: close", method="GET")

    assert Raw(api, sent).response()[1]["x-request-id"] != "mine"
