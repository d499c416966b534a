"""An installation for the checks of `.ci/deploy`: `pytest tests/deploy/check_*.py` with DEPLOY_DATABASE_URL set.

DEPLOY_DATABASE_URL is a PostgreSQL server whose user may create databases, DEPLOY_REDIS_URL a database of Redis that is
emptied.
"""

import os
from collections.abc import Iterator

import pytest
import redis

from tests.deploy.containers import Machine, own_database
from tests.deploy.files import compose, image, services
from tests.deploy.world import World, inhabited
from tests.installed_package import build_wheel, install


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine with the wheel and a database that the container `migrate` has migrated."""
    python = install(
        build_wheel(tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("built")),
        tmp_path_factory.mktemp("environment"),
    )
    redis_url = os.environ["DEPLOY_REDIS_URL"]
    redis.Redis.from_url(redis_url).flushdb()
    with own_database(os.environ["DEPLOY_DATABASE_URL"]) as url:
        found = Machine(python.parent, tmp_path_factory.mktemp("machine"), url, redis_url)
        command = [*image().exec_form("ENTRYPOINT"), *compose()["services"]["migrate"]["command"]]
        migrated = found.run(command, services()["compose", "api"].environment)
        assert migrated.returncode == 0, migrated.stderr
        yield found


@pytest.fixture(scope="session")
def world(machine: Machine) -> World:
    return inhabited(machine)
