"""A process that is killed is replaced, and the others go on; a stop is orderly."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.running_api import MANAGE, Api, running_api
from tests.running_server import ROOT, free_port
from tests.serving.connections import Raw, head
from tests.test_environment import PRODUCTION

pytestmark = pytest.mark.slow


@pytest.fixture
def two_processes() -> Iterator[Api]:
    with running_api(processes=2) as api:
        yield api


def children(pid: int) -> set[int]:
    """The workers of a Granian server."""
    found = subprocess.run(["pgrep", "-P", str(pid), "-f", "spawn_main|granian"], capture_output=True, text=True)  # noqa: S603, S607
    # multiprocessing's resource tracker is a child, too.
    return {int(child) for child in found.stdout.split() if b"tracker" not in command_line(int(child))}


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def answers(api: Api) -> bool:
    try:
        return httpx.get(f"{api.base_url}/", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def test_a_killed_process_is_replaced_and_the_other_goes_on(two_processes: Api) -> None:
    wait_until(lambda: len(children(two_processes.process.pid)) == 2)
    before = children(two_processes.process.pid)
    killed, other = sorted(before)

    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: not command_line(killed))  # its socket is closed: a zombie has no command line

    assert all(answers(two_processes) for _ in range(20))
    wait_until(lambda: len(children(two_processes.process.pid) - before) == 1)
    assert other in children(two_processes.process.pid)
    assert two_processes.process.poll() is None
    assert all(answers(two_processes) for _ in range(20))


def test_no_process_outlives_the_server_that_started_it(two_processes: Api) -> None:
    wait_until(lambda: len(children(two_processes.process.pid)) == 2)
    workers = children(two_processes.process.pid)

    two_processes.process.kill()
    two_processes.process.wait()

    wait_until(lambda: not any(command_line(worker) for worker in workers))  # a zombie has none


def test_a_request_that_was_received_is_answered_before_the_server_stops(two_processes: Api) -> None:
    form = b"grant_type=client_credentials&client_id=nobody&client_secret=no"
    connection = Raw(two_processes, head("/o/token/", "Content-Type: application/x-www-form-urlencoded",
                                         "Connection: close", f"Content-Length: {len(form)}"))  # fmt: skip
    time.sleep(0.3)
    two_processes.process.terminate()
    threading.Timer(0.5, connection.send, [form]).start()

    assert connection.response()[0] == 401
    assert two_processes.process.wait(30) == 0


def test_a_server_that_must_not_start_says_so_in_one_line(tmp_path: Path) -> None:
    own = {"PATH": os.environ["PATH"], **PRODUCTION, "DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3"}
    command = [*MANAGE, "api", "--port", str(free_port())]

    ran = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, timeout=60)  # noqa: S603

    assert (ran.returncode, ran.stderr) == (1, "The database is not migrated. Run: manage.py migrate\n")
