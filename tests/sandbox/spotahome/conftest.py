"""Landlords who call the sandbox's Spotahome over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from sandbox.server import RunningSandbox, running

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

PROBLEM_TYPE = "http://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html"
PROBLEMS: dict[int, dict[str, Any]] = {
    400: {
        "detail": "The request could not be understood by the server due to malformed syntax",
        "status": 400,
        "title": "Bad Request",
        "type": PROBLEM_TYPE,
    },
    401: {"detail": "Unauthorized user", "status": 401, "title": "Unauthorized", "type": PROBLEM_TYPE},
    403: {"detail": "Forbidden access", "status": 403, "title": "Forbidden", "type": PROBLEM_TYPE},
    404: {"detail": "The resource was not found", "status": 404, "title": "Not Found", "type": PROBLEM_TYPE},
    409: {
        "detail": "The request could not be completed due to a conflict with the current state of the resource",
        "status": 409,
        "title": "Conflict",
        "type": PROBLEM_TYPE,
    },
    500: {
        "detail": "Internal Server Error",
        "status": 500,
        "title": "Internal Server Error",
        "type": PROBLEM_TYPE,
    },
}


def invalid(**messages: dict[str, str]) -> dict[str, Any]:
    """The body of a 422, whose type is damaged in the documentation."""
    return {
        "detail": "The request was well formed but was unable to be followed due to semantic errors",
        "status": 422,
        "title": "Unprocessable Entity",
        "type": "`http://www.w3.org/Protocols/rfc2616/rfc2616",
        "validationMessages": messages,
    }


class Landlord:
    """Calls with one token; paths as documented, below the documented base."""

    def __init__(self, http: httpx.Client, base_url: str, token: str | None) -> None:
        self._http = http
        self._base_url = f"{base_url}/spotahome/api"
        self._headers = {"Authorization": token} if token else {}

    def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """`body` is a document, or bytes to be sent as they are."""
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self._http.request(method, self._base_url + path, headers=self._headers, **content)

    def get(self, path: str) -> Any:
        """The document of a 200."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def change(self, method: str, path: str, body: Any = None, *, status: int = 204) -> None:
        """A change that is answered without a body."""
        answer = self.call(method, path, body)
        assert (answer.status_code, answer.content) == (status, b"")

    def listing(self, listing_id: int) -> Any:
        return self.get(f"/listings/{listing_id}")

    def refused(self, status: int, method: str, path: str, body: Any = None) -> None:
        answer = self.call(method, path, body)
        assert (answer.status_code, answer.json()) == (status, PROBLEMS[status])


@pytest.fixture(scope="session")
def process() -> Iterator[RunningSandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(process) -> RunningSandbox:
    process.reset()
    process.clock.set(NOON)
    return process


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=20) as client:
        yield client


@pytest.fixture
def calling(sandbox, http):
    """A landlord by the number of his listings, or by any token."""

    def landlord(listings: int = 3, *, token: str | None = "") -> Landlord:
        return Landlord(http, sandbox.base_url, f"sandbox.spotahome.{listings}" if token == "" else token)

    return landlord


@pytest.fixture
def landlord(calling) -> Landlord:
    """Of three listings: 400030001 and 400030002 are flats, 400030003 is the only unit of a residence."""
    return calling(3)


@pytest.fixture
def big_landlord(calling) -> Landlord:
    """Of forty listings: 400400003 to 400400005 are the units of one residence."""
    return calling(40)
