"""One sandbox for all tests of a worker, on a real port, with its clock stopped; each test finds it as new."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Self

import httpx
import pytest

from sandbox.server import RunningSandbox, running

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


class Hostaway:
    """A client of the imitated Hostaway, speaking for one account."""

    def __init__(self, base_url: str, client_id: str) -> None:
        # Reading the authorities' certificates would be most of a test's time.
        self.http = httpx.Client(base_url=f"{base_url}/hostaway/v1", timeout=30, verify=False)  # noqa: S501
        self.http.headers["Authorization"] = f"Bearer {self.issue_token(client_id).json()['access_token']}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.http.close()

    def issue_token(self, client_id: str, **changed: str) -> httpx.Response:
        form = {"grant_type": "client_credentials", "scope": "general", "client_id": client_id}
        return self.http.post("/accessTokens", data=form | {"client_secret": "sandbox-secret"} | changed)

    def result(self, method: str, path: str, **options: Any) -> Any:
        """What a successful call returns."""
        answer = self.http.request(method, path, **options)
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "success"
        return answer.json()["result"]

    def get(self, path: str, **query: Any) -> Any:
        return self.result("GET", path, params=query)

    def refusal(self, method: str, path: str, **options: Any) -> tuple[int, str]:
        """Status code and reason of a call that fails."""
        answer = self.http.request(method, path, **options)
        assert answer.json()["status"] == "fail", answer.text
        return answer.status_code, answer.json()["result"]


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[RunningSandbox]:
    with running(now=NOW) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: RunningSandbox) -> RunningSandbox:
    shared_sandbox.reset()
    return shared_sandbox


@pytest.fixture
def hostaway(sandbox: RunningSandbox) -> Iterator[Hostaway]:
    """The manager with 3 listings: two single ones, and a third with several units."""
    with Hostaway(sandbox.base_url, "10003") as client:
        yield client


@pytest.fixture
def bigger_hostaway(sandbox: RunningSandbox) -> Iterator[Hostaway]:
    """The manager with 40 listings."""
    with Hostaway(sandbox.base_url, "10040") as client:
        yield client


@pytest.fixture
def control(sandbox: RunningSandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{sandbox.base_url}/_control", verify=False) as client:  # noqa: S501
        yield client
