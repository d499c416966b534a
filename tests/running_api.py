"""The API alone, started by its documented command on a free port, with its own database in a file."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import httpx

from partners.serving.command import APPLICATION, granian
from tests.running_server import CLIENT, NO_LIMIT, ROOT, START_TIMEOUT_SECONDS, free_port

DATABASE = "partners.sqlite3"
MANAGE = [sys.executable, "manage.py"]


@dataclass(frozen=True)
class Api:
    port: int
    log: Path
    process: "subprocess.Popen[bytes]"

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def token(self) -> str:
        form = {"grant_type": "client_credentials", **CLIENT}
        return str(httpx.post(f"{self.base_url}/o/token/", data=form).raise_for_status().json()["access_token"])

    def logged(self) -> list[str]:
        return self.log.read_text().splitlines()


@contextmanager
def running_api(
    *,
    processes: int = 1,
    application: str = APPLICATION,
    before: Callable[[int], None] = lambda port: None,
    **environment: str,
) -> Iterator[Api]:
    """Serves a migrated database with the demo application. Rate limits are off unless `environment` sets them.

    `DATABASE_URL` in `environment` names a database that is ready. Without `application` the documented command starts
    the API. `before` is called with the port before the server starts.
    """
    with tempfile.TemporaryDirectory(prefix="partners-api-") as data_dir:
        own = {"PROFILE": "development", "DATA_DIR": data_dir, "REDIS_URL": "", **NO_LIMIT}
        variables = {**os.environ, **own, "DATABASE_URL": _url(data_dir), **environment}
        if "DATABASE_URL" not in environment:
            (Path(data_dir) / DATABASE).write_bytes(_migrated())
        port, log = free_port(), Path(data_dir) / "api.log"
        command = [*MANAGE, "api", "--port", str(port), "--processes", str(processes)]
        if application != APPLICATION:
            command = [sys.executable, *granian("127.0.0.1", port, processes, application=application)]
        before(port)
        with log.open("wb") as file:
            process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=file, stderr=file)  # noqa: S603
        api = Api(port, log, process)
        try:
            _wait_until_it_answers(api)
            yield api
        finally:
            process.terminate()
            process.wait(60)


@cache
def _migrated() -> bytes:
    """The file of a migrated database with the demo application."""
    with tempfile.TemporaryDirectory(prefix="partners-api-") as folder:
        variables = {**os.environ, "PROFILE": "development", "DATA_DIR": folder, "DATABASE_URL": _url(folder)}
        for arguments in (["migrate", "--verbosity", "0"], ["demo_application"]):
            command = [*MANAGE, *arguments]
            subprocess.run(command, cwd=ROOT, env=variables, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        return (Path(folder) / DATABASE).read_bytes()


def _url(folder: str) -> str:
    return f"sqlite:///{folder}/{DATABASE}"


def _wait_until_it_answers(api: Api) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and api.process.poll() is None:
        try:
            if httpx.get(f"{api.base_url}/healthz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"The API did not start:\n{api.log.read_text()}")
