from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.server import RunningSandbox, running
from tests.connectors.sandbox_connection import NOW, SMALL, environment_of, managers


@pytest.fixture(scope="session")
def channel_server() -> Iterator[RunningSandbox]:
    with running(now=NOW) as server:
        yield server


@pytest.fixture
def hostaway_credentials(channel_server: Any, settings: Any) -> dict[str, str]:
    """Credentials that the channel takes: the API's channels are in the sandbox."""
    channel_server.reset()
    settings.ENVIRONMENT = environment_of(channel_server)
    return dict(managers(channel_server, "hostaway")[SMALL])
