"""The whole server as `make serve` starts it, with its own data, for checks from outside."""

import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[1]
START_TIMEOUT_SECONDS = 90
CLIENT = {"client_id": "demo-partner", "client_secret": "demo-partner-secret"}
NO_LIMIT = {"RATE_LIMIT_PER_MINUTE": "10000000", "ANONYMOUS_RATE_LIMIT_PER_MINUTE": "10000000"}


@dataclass(frozen=True)
class Server:
    """`base_url` has no slash at its end."""

    port: int
    log: Path

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def token(self, **binding: Any) -> str:
        """Return a token for all users, or for the given `user_id`."""
        form = {"grant_type": "client_credentials", **CLIENT, **binding}
        return str(httpx.post(f"{self.base_url}/o/token/", data=form).raise_for_status().json()["access_token"])

    def onboard(self) -> None:
        """Run `make demo`: afterwards there is a user with a synced account and one enabled listing."""
        environment = os.environ | {"PORT": str(self.port), "CHANNEL": "hostaway"}
        subprocess.run([sys.executable, "-m", "devtools.demo"], cwd=ROOT, env=environment, check=True)


@contextmanager
def running_server(**environment: str) -> Iterator[Server]:
    """Start API, worker and sandbox, and stop them at the end. Rate limits are off unless `environment` sets them."""
    with tempfile.TemporaryDirectory(prefix="partners-live-") as data_dir:
        server = Server(free_port(), Path(data_dir) / "server.log")
        settings = {"PORT": str(server.port), "DATA_DIR": data_dir, **NO_LIMIT, **environment}
        with server.log.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "devtools.serve"],
                cwd=ROOT,
                env=os.environ | settings,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait_until_ready(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(30)


def unhandled_exceptions(server: Server) -> list[str]:
    """Return the tracebacks in the server's log."""
    return re.findall(r"^Traceback[^\n]*\n(?:[ \t][^\n]*\n)+[^\n]*", server.log.read_text(), re.MULTILINE)


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{server.base_url}/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"The server did not start:\n{server.log.read_text()}")


def free_port() -> int:
    """Return a free port below the range of outgoing connections. The next port, the sandbox's, is free, too."""
    while True:
        port = random.randrange(20_000, 32_000, 2)
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("127.0.0.1", port))
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
