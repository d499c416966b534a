"""The engines that carry jobs out: polling workers, and Celery on real brokers."""

import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

VARIABLES = {"rabbitmq": "RABBITMQ_TEST_URL", "redis": "REDIS_BROKER_TEST_URL"}
BROKERS = {
    "rabbitmq": os.environ.get(VARIABLES["rabbitmq"], "amqp://guest:guest@127.0.0.1:5672//"),
    "redis": os.environ.get(VARIABLES["redis"], "redis://127.0.0.1:6379/14"),
}
ENGINES = ["database", *BROKERS]


def engine_settings(engine: str) -> dict[str, str]:
    """The environment of an engine's processes. Skips the test where the engine cannot run."""
    if engine == "database":
        return {"JOB_ENGINE": "database"}
    return {"JOB_ENGINE": "celery", "CELERY_BROKER_URL": running_broker(engine)}


@contextmanager
def alone_at_the_brokers() -> Iterator[None]:
    """All test processes use the same queue of a broker, so only one of them may use it at a time."""
    with (Path(tempfile.gettempdir()) / "partners-tests-at-the-brokers.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def running_broker(engine: str) -> str:
    """The URL of a broker. Skips the test on SQLite, which serves a single machine, and without a broker, unless the
    environment names it, as `.ci/run` does: then a broker that does not answer fails the test.
    """
    if connection.vendor == "sqlite":
        pytest.skip("Celery is for several machines, which SQLite cannot serve")
    url = urlsplit(BROKERS[engine])
    try:
        socket.create_connection((url.hostname or "", url.port or 0), timeout=2).close()
    except OSError:
        if VARIABLES[engine] in os.environ:
            raise
        pytest.skip(f"No {engine} answers at its usual port; set {VARIABLES[engine]} to name another one")
    return BROKERS[engine]


def url_of_the_database() -> str:
    """The URL of the tests' database, for another process."""
    of: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{of['NAME']}"
    return f"postgres://{of['USER']}:{of['PASSWORD']}@{of['HOST']}:{of['PORT']}/{of['NAME']}"
