"""The command-line client as its users run it: as a process, with its own folder of settings."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.command_line import CommandLine
from tests.client.scripted_server import ScriptedServer, scripted_server
from tests.running_api import Api, running_api
from tests.running_server import Server, running_server


@pytest.fixture(scope="session")
def api() -> Iterator[Api]:
    """The API alone: no worker, no sandbox."""
    with running_api() as api:
        yield api


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Everything that `make serve` starts, with one user, whose account of three listings is synced."""
    with running_server() as server:
        partners = CommandLine(tmp_path_factory.mktemp("config"), server.base_url)
        partners.succeeds("login", "--demo")
        partners.succeeds("users", "create", "--email", "ada@example.com", "--first-name", "Ada", "--last-name", "Host")
        partners.succeeds("accounts", "connect", "1", "direct", "--sandbox", "1", "--watch", seconds=120)
        yield server


@pytest.fixture
def anyone(api: Api, tmp_path: Path) -> CommandLine:
    """Nobody is logged in."""
    return CommandLine(tmp_path, api.base_url)


@pytest.fixture
def partners(server: Server, tmp_path: Path) -> CommandLine:
    """Logged in as the demo application."""
    partners = CommandLine(tmp_path, server.base_url)
    partners.succeeds("login", "--demo")
    return partners


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server
