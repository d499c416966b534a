"""Real worker processes while their database is away: a closed port, or one that never answers."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def start(port: int, tmp_path: Path, *options: str) -> "subprocess.Popen[str]":
    environment = os.environ | {
        "PROFILE": "development",
        "DATABASE_URL": f"postgres://partners@127.0.0.1:{port}/partners",
        "DATA_DIR": str(tmp_path),
    }
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "manage.py", "worker", *options],
        cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_ends_cleanly_while_its_database_is_away(tmp_path: Path, number: int, silent: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        if not silent:
            server.close()
        worker = start(port, tmp_path)
        log = ""
        while "started" not in log:
            log += (line := worker.stderr.readline())
            assert line, log
        time.sleep(1)

        worker.send_signal(number)

        log += worker.communicate(timeout=30)[1]
    assert worker.returncode == 0
    assert "Traceback" not in log
    assert "could not sign off, the database is unavailable" in log
    assert log.rstrip().endswith("stopped")


@pytest.mark.parametrize("option", ["--once", "--drain"])
def test_a_single_run_without_a_database_ends_with_one_line(tmp_path: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    worker = start(port, tmp_path, option)

    log = worker.communicate(timeout=30)[1]
    assert worker.returncode == 1
    assert "The database is unavailable" in log
    assert "Traceback" not in log
