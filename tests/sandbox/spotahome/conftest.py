"""A second sandbox for the landlords, and clients for them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Protocol

import httpx
import pytest

from sandbox.server import RunningSandbox, running
from tests.sandbox.spotahome.landlord import Landlord

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class LandlordWith(Protocol):
    def __call__(self, listings: int = 3, *, token: str | None = "") -> Landlord: ...


@pytest.fixture(scope="session")
def landlords_sandbox() -> Iterator[RunningSandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(landlords_sandbox: RunningSandbox) -> RunningSandbox:
    landlords_sandbox.reset()
    landlords_sandbox.clock.set(NOON)
    return landlords_sandbox


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=20) as client:
        yield client


@pytest.fixture
def landlord_with(sandbox: RunningSandbox, http: httpx.Client) -> LandlordWith:
    """Returns the landlord with a number of listings, or a caller with any other token."""

    def landlord(listings: int = 3, *, token: str | None = "") -> Landlord:
        return Landlord(http, sandbox.base_url, f"sandbox.spotahome.{listings}" if token == "" else token)

    return landlord


@pytest.fixture
def landlord(landlord_with: LandlordWith) -> Landlord:
    """The landlord with three listings: 400030001 and 400030002 are flats, 400030003 is the unit of a residence."""
    return landlord_with(3)


@pytest.fixture
def big_landlord(landlord_with: LandlordWith) -> Landlord:
    """The landlord with forty listings: 400400003 to 400400005 are the units of one residence."""
    return landlord_with(40)
