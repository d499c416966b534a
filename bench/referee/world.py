"""A sandbox of its own, in a process of its own, whose clock is moved from here."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic, sleep

from reliability.parts import free_port

ROOT = Path(__file__).parent.parent.parent
HOST = "127.0.0.1"
START_SECONDS = 20.0
MORNING = time(6, tzinfo=UTC)  # prices are made and written at this time of each day


@dataclass(frozen=True)
class Sandbox:
    url: str
    port: int

    def stop_clock_at(self, instant: datetime) -> None:
        """Let the sandbox's time stand at an instant. Guests who come before it have met the prices up to now."""
        connection = HTTPConnection(HOST, self.port, timeout=60)
        try:
            connection.request("POST", "/_control/clock", json.dumps({"set": instant.isoformat()}))
            response = connection.getresponse()
            if response.status != 200:
                raise ValueError(response.read().decode())
        finally:
            connection.close()


def morning(day: date) -> datetime:
    """The instant of a day at which its prices are written."""
    return datetime.combine(day, MORNING)


def days_from(opening: date, days: int) -> list[date]:
    return [opening + timedelta(days=number) for number in range(days)]


@contextmanager
def sandbox(seed: int, data_dir: str = ":memory:") -> Iterator[Sandbox]:
    """A sandbox without rate limits until the block ends. With a folder, a server of the same folder follows its clock.

    Raises RuntimeError if it does not start.
    """
    port = free_port()
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--data-dir", data_dir, "--limits", "off"]
    process = subprocess.Popen(  # noqa: S603
        [*command, "--seed", str(seed)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield Sandbox(f"http://{HOST}:{port}", port)
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    until = monotonic() + START_SECONDS
    while monotonic() < until:
        connection = HTTPConnection(HOST, port, timeout=1)
        with suppress(OSError, HTTPException):
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                connection.close()
                return
        connection.close()
        sleep(0.05)
    raise RuntimeError("The sandbox did not start.")
