"""`make serve`: API, worker and sandbox on one machine, for development. Ctrl-C stops them all."""

import json
import os
import signal
import socket
import sys
import tempfile
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from typing import Any

from devtools.processes import Processes

HOST = "127.0.0.1"
START_TIMEOUT_SECONDS = 60
MOST_WORKERS = 4  # enough for one developer; each takes its time to start, and its memory


class CannotStart(Exception):
    """Why the server cannot start, in one line."""


class Interrupted:
    """Becomes true at Ctrl-C or SIGTERM."""

    def __init__(self) -> None:
        self._signals = 0
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, self._notice)

    def _notice(self, signum: int, frame: FrameType | None) -> None:
        self._signals += 1

    def __bool__(self) -> bool:
        return self._signals > 0


def main() -> int:
    interrupted = Interrupted()
    try:
        port, data_dir = read_port(os.environ.get("PORT", "")), prepare(os.environ.get("DATA_DIR") or "./var")
        check_free(port)
        check_free(port + 1, "the sandbox's")
        os.environ.update(
            PROFILE="development",
            DATA_DIR=str(data_dir),
            SANDBOX_URL=f"http://{HOST}:{port + 1}",
            DJANGO_SETTINGS_MODULE="partners.settings",
        )
        bring_database_up_to_date()
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0 if interrupted else run(port, data_dir, interrupted)


def read_port(text: str) -> int:
    """8000 where nothing is said. Raises CannotStart."""
    if text and not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65534):
        raise CannotStart(f"PORT must be a number from 1 to 65534, not {text!r}.")
    return int(text or 8000)


def prepare(folder: str) -> Path:
    """The data folder, made if need be. Raises CannotStart when nothing can be written there."""
    path = Path(folder).absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path).close()
    except OSError as error:
        raise CannotStart(f"DATA_DIR {folder} cannot be written: {error.strerror}.") from error
    return path


def check_free(port: int, whose: str = "the API's") -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            why = f"Port {port}, {whose}, cannot be used ({error.strerror})"
            raise CannotStart(f"{why}; choose another with PORT=, the sandbox's is the next.") from error


def bring_database_up_to_date() -> None:
    import django
    from django.core.management import call_command
    from django.db import DatabaseError, connections

    django.setup()
    from oauth.services import ensure_demo_application

    try:
        call_command("migrate", verbosity=0, interactive=False)
        ensure_demo_application()
    except DatabaseError as error:
        raise CannotStart(f"The database cannot be used: {' '.join(str(error).split())}.") from error
    connections.close_all()


def run(port: int, data_dir: Path, interrupted: Interrupted) -> int:
    """Serves until interrupted (0), or until one of the processes ends (1)."""
    processes = Processes()
    try:
        processes.start("sandbox", "-m", "sandbox", "--port", str(port + 1), "--data-dir", str(data_dir))
        processes.start(
            "API", "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port),
            "--workers", str(min(os.cpu_count() or 1, MOST_WORKERS)), "--blocking-threads", "2", "--no-access-log",
            "--log-level", "warning", "--workers-kill-timeout", "2", "partners.wsgi:application",
        )  # fmt: skip
        processes.start("worker", "manage.py", "worker")
        started, ready = time.monotonic(), False
        while not (interrupted or processes.ended()):
            if not ready and time.monotonic() > started + START_TIMEOUT_SECONDS:
                print("The server does not answer; see the lines above.", file=sys.stderr)
                return 1
            if not ready and fetch(port, "/readyz") and (sandbox := fetch(port + 1, "/")):
                ready = True
                print(banner(port, sandbox), flush=True)
            time.sleep(0.2 if ready else 0.05)
        if not interrupted:
            print(f"The {processes.ended()} ended; see the lines above.", file=sys.stderr)
    finally:
        processes.stop()
    return 0 if interrupted else 1


def fetch(port: int, path: str) -> dict[str, Any] | None:
    """The document at a path of this machine; None while there is none."""
    connection = HTTPConnection(HOST, port, timeout=2)  # asks no proxy, whatever the environment says of them
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        document = json.loads(response.read())
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return document if response.status == 200 else None


def banner(port: int, sandbox: dict[str, Any]) -> str:
    """What to open, and what to paste. `sandbox` is what the sandbox says of its channels and their accounts."""
    api = f"http://{HOST}:{port}"
    accounts = "\n".join(
        f"    {name:<12} {json.dumps(channel['credentials'][0])}" for name, channel in sandbox["channels"].items()
    )
    return f"""
  Partners API   {api}/api/v1/ is the base URL; start at {api}/
  Docs           {api}/api/v1/docs/
  Demo client    client_id demo-partner, client_secret demo-partner-secret
  Sandbox        http://{HOST}:{port + 1}/ shows all accounts; the smallest of each channel has the credentials
{accounts}

  curl -s {api}/o/token/ -u demo-partner:demo-partner-secret -d grant_type=client_credentials

  `make demo` in a second terminal walks through an onboarding. Ctrl-C stops everything.
"""


if __name__ == "__main__":
    sys.exit(main())
