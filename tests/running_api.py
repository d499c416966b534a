"""The API alone, started by its documented command on a free port, with its own database in a file."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.running_server import CLIENT, NO_LIMIT, ROOT, START_TIMEOUT_SECONDS, free_port

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
def running_api(*, processes: int = 1, **environment: str) -> Iterator[Api]:
    """Migrates a database, adds the demo application, and serves. Rate limits are off unless `environment` sets them.

    `DATABASE_URL` in `environment` names a database that is ready.
    """
    with tempfile.TemporaryDirectory(prefix="partners-api-") as data_dir:
        url = f"sqlite:///{data_dir}/partners.sqlite3"
        variables = {**os.environ, "PROFILE": "development", "DATA_DIR": data_dir, "DATABASE_URL": url}
        variables = {**variables, "REDIS_URL": "", **NO_LIMIT, **environment}
        if "DATABASE_URL" not in environment:
            subprocess.run([*MANAGE, "migrate", "--verbosity", "0"], cwd=ROOT, env=variables, check=True)  # noqa: S603
            subprocess.run([*MANAGE, "demo_application"], cwd=ROOT, env=variables, check=True)  # noqa: S603
        port, log = free_port(), Path(data_dir) / "api.log"
        command = [*MANAGE, "api", "--port", str(port), "--processes", str(processes)]
        with log.open("wb") as file:
            process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=file, stderr=file)  # noqa: S603
        api = Api(port, log, process)
        try:
            _wait_until_it_answers(api)
            yield api
        finally:
            process.terminate()
            process.wait(60)


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
