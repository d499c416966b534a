"""The whole server as `make serve` starts it, with its own data, for checks from outside."""

import csv
import gzip
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
IMPORT_TIMEOUT_SECONDS = 300
START_TIMEOUT_SECONDS = 300  # a busy machine starts three processes slowly
CLIENT = {"client_id": "demo-partner", "client_secret": "demo-partner-secret"}
PATIENCE_SECONDS = 100  # for one answer, or one change of a page, on a busy machine
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
        answer = httpx.post(f"{self.base_url}/o/token/", data=form, timeout=PATIENCE_SECONDS)
        return str(answer.raise_for_status().json()["access_token"])

    def read(self, path: str) -> Any:
        """Return the JSON document at a path, read with a token for all users."""
        headers = {"Authorization": f"Bearer {self.token()}"}
        answer = httpx.get(self.base_url + path, headers=headers, timeout=PATIENCE_SECONDS)
        return answer.raise_for_status().json()

    def manage(self, *words: str) -> str:
        """Run `manage.py` with the words on the server's data, and return what it printed."""
        environment = os.environ | {"PROFILE": "development", "DATA_DIR": str(self.log.parent)}
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout

    def onboard(self) -> None:
        """Run `make demo`: afterwards there is a user with a synced account and one enabled listing."""
        environment = os.environ | {"PORT": str(self.port), "CHANNEL": "hostaway"}
        subprocess.run([sys.executable, "-m", "devtools.demo"], cwd=ROOT, env=environment, check=True)

    def public_listing_id(self) -> str:
        """Wait until the worker has imported the sandbox's markets, and return the id of a public listing."""
        site = f"http://127.0.0.1:{self.port + 1}/market/"
        market = httpx.get(site, timeout=PATIENCE_SECONDS).raise_for_status().json()["markets"][0]
        packed = httpx.get(
            f"{site}{market['path']}/{market['dates'][-1]}/listings.csv.gz", timeout=PATIENCE_SECONDS
        ).raise_for_status()
        first = next(csv.DictReader(gzip.decompress(packed.content).decode().splitlines()))["id"]
        headers = {"Authorization": f"Bearer {self.token()}"}
        compsets = f"{self.base_url}/api/v1/compsets/"
        listings = self.read("/api/v1/listings/")["data"]
        attributes = {"title": "A try", "listing-id": int(listings[0]["id"]), "channel-listing-ids": [first]}
        deadline = time.monotonic() + IMPORT_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            answer = httpx.post(
                compsets,
                json={"data": {"type": "compsets", "attributes": attributes}},
                headers=headers,
                timeout=PATIENCE_SECONDS,
            )
            if answer.status_code == 201:
                made = f"{compsets}{answer.json()['data']['id']}/"
                httpx.delete(made, headers=headers, timeout=PATIENCE_SECONDS).raise_for_status()
                return first
            time.sleep(1)
        raise RuntimeError(f"{first} was not imported: {answer.text}")


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
            process.wait(120)


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


NOT_SEEDED = random.SystemRandom()  # pytest seeds the others alike in all its processes, which would get the same ports


def free_port() -> int:
    """Return a free port below the range of outgoing connections. The next port, the sandbox's, is free, too."""
    while True:
        port = NOT_SEEDED.randrange(20_000, 32_000, 2)
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("127.0.0.1", port))
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
