from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audit.actor import nobody_yet
from connectors.new_statuses import NEW_STATUSES
from listings.timezones import UNKNOWN_TIMEZONES
from sandbox.server import RunningSandbox, running
from tests.connectors.sandbox_connection import NOW, SMALL, AtSandbox, Connect, environment_of, managers
from tests.engines import BROKERS, alone_at_the_brokers
from tests.factories import ApplicationFactory
from tests.partner import Partner
from throttling.counters import storage

TESTS = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whole kinds of tests.

    `slow`: they talk to a sandbox or try many random examples. `database`: they read or write the database.
    """
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        talks_to_a_sandbox = item.path.relative_to(TESTS).parts[0] in ("sandbox", "sync")
        talks_to_a_sandbox |= "sandbox_server" in fixtures
        if talks_to_a_sandbox or getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(fixtures):
            item.add_marker(pytest.mark.database)


@pytest.fixture(autouse=True)
def counts_of_a_new_process() -> None:
    """Forgets what other tests counted: only the first of each kind is logged, and the number of kinds is limited."""
    for counts in (NEW_STATUSES, UNKNOWN_TIMEZONES):
        counts.clear()


@pytest.fixture(autouse=True)
def nobody_acts() -> Iterator[None]:
    """Forgets who acted in other tests of this thread."""
    with nobody_yet():
        yield


@pytest.fixture(autouse=True)
def limits_of_a_new_installation(request: pytest.FixtureRequest) -> None:
    """Forgets the requests of other tests, whose applications had the same ids."""
    if request.node.get_closest_marker("database"):
        storage().reset()


@pytest.fixture(autouse=True)
def brokers(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test with a broker among its parameters has the brokers for itself."""
    parameters = getattr(getattr(request.node, "callspec", None), "params", {})
    if any(isinstance(value, str) and value in BROKERS for value in parameters.values()):
        with alone_at_the_brokers():
            yield
    else:
        yield


@pytest.fixture
def partner(db: None) -> Partner:
    """A partner with an app-level token for all scopes."""
    return Partner(ApplicationFactory())


@pytest.fixture
def other_partner(db: None) -> Partner:
    """Another partner, who must never see the first partner's resources."""
    return Partner(ApplicationFactory())


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[RunningSandbox]:
    with running(now=NOW) as server:
        yield server


@pytest.fixture
def sandbox(sandbox_server: RunningSandbox) -> RunningSandbox:
    """The sandbox in its first state, with its clock at NOW. Pauses of its channels are forgotten."""
    sandbox_server.reset()
    sandbox_server.clock.set(NOW)
    storage().reset()
    return sandbox_server


@pytest.fixture
def connect(sandbox: RunningSandbox, settings: Any) -> Connect:
    """`connect("coliving")` returns the channel with its smallest manager, `connect("coliving", LARGE)` the largest."""
    settings.ENVIRONMENT = environment_of(sandbox)

    def connected(slug: str, size: int = SMALL) -> AtSandbox:
        return AtSandbox(sandbox, slug, managers(sandbox, slug)[size])

    return connected
