"""One sandbox for all tests of a worker process, on a real port, with its clock stopped and reset for each test."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from sandbox.server import RunningSandbox, running
from tests.sandbox.hostaway_client import Hostaway

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


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
    """The manager with 3 listings: two with one unit, and one with several units."""
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
