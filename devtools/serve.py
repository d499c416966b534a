"""`make serve`: the API, a worker and the sandbox on one machine, for development. Ctrl-C stops them all."""

import json
import os
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from devtools.banner import banner
from devtools.clock_start import start_clock
from devtools.database import bring_database_up_to_date
from devtools.interrupted import Interrupted
from devtools.processes import Processes
from devtools.start_conditions import (
    HOST,
    CannotStart,
    check_free,
    hold,
    prepare,
    read_clock,
    read_limits,
    read_port,
)
from partners.serving.command import allow_connections, granian

START_TIMEOUT_SECONDS = 60
MAX_API_PROCESSES = 4  # enough for one developer; each process costs memory and start time


def main() -> int:
    interrupted = Interrupted()
    try:
        port, data_dir = read_port(os.environ.get("PORT", "")), prepare(os.environ.get("DATA_DIR") or "./var")
        starts_at = os.environ.get("CLOCK", "")
        clock, limits = read_clock(starts_at) if starts_at else None, read_limits(os.environ.get("LIMITS", ""))
        lock = hold(data_dir)
        check_free(port, "the API")
        check_free(port + 1, "the sandbox")
        os.environ.update(
            PROFILE="development",
            DATA_DIR=str(data_dir),
            SANDBOX_URL=f"http://{HOST}:{port + 1}",
            MARKET_FEED_URL=os.environ.get("MARKET_FEED_URL") or f"http://{HOST}:{port + 1}/market",
            DJANGO_SETTINGS_MODULE="partners.settings",
        )
        if not limits:
            os.environ["CHANNEL_LIMITS"] = "off"
        if starts_at:
            start_clock(data_dir, clock)
        bring_database_up_to_date()
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    code = 0 if interrupted else run(port, data_dir, interrupted, limits=limits)
    os.close(lock)
    return code


def run(port: int, data_dir: Path, interrupted: Interrupted, *, limits: bool) -> int:
    """Runs the server. Returns 0 after an interruption, 1 if a process ends again and again, or during the start."""
    allow_connections()
    processes = Processes()
    try:
        sandbox_command = ["-m", "sandbox", "--port", str(port + 1), "--data-dir", str(data_dir)]
        processes.start("sandbox", *sandbox_command, "--limits", "on" if limits else "off", keep=True)
        api_processes = min(os.cpu_count() or 1, MAX_API_PROCESSES)
        processes.start("API", *granian(HOST, port, api_processes, stop_seconds=2), keep=True)
        processes.start("worker", "manage.py", "worker", keep=True)
        started, ready = time.monotonic(), False
        while not interrupted:
            if ready and (restarted := processes.restart_failed()):
                print(f"The {restarted} ended and was started again; see the lines above.", file=sys.stderr)
            if processes.ended():
                break
            if not ready and time.monotonic() > started + START_TIMEOUT_SECONDS:
                print("The server does not answer; see the lines above.", file=sys.stderr)
                return 1
            if not ready and fetch(port, "/readyz") and (sandbox := fetch(port + 1, "/")):
                ready = True
                print(banner(port, sandbox, fetch(port + 1, "/_control/clock") or {}, limits=limits), flush=True)
            time.sleep(0.2 if ready else 0.05)
        if not interrupted:
            print(f"The {processes.ended()} ended; see the lines above.", file=sys.stderr)
    finally:
        processes.stop()
    return 0 if interrupted else 1


def fetch(port: int, path: str) -> dict[str, Any] | None:
    """The JSON object at a path of this machine, or None if the answer is an error or does not come."""
    connection = HTTPConnection(HOST, port, timeout=2)  # unlike httpx and urllib it ignores proxy settings
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        document: dict[str, Any] = json.loads(response.read())
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return document if response.status == 200 else None


if __name__ == "__main__":
    sys.exit(main())
