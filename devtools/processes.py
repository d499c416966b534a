"""Processes that live and end together."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

from devtools.guard import STOP_SECONDS


class Processes:
    """Started one by one, stopped all at once; none of them outlives this process, not even when it is killed."""

    def __init__(self) -> None:
        # A group of their own: Ctrl-C in the terminal reaches this process alone, which then stops them in order.
        self._guard = subprocess.Popen(
            [sys.executable, "-m", "devtools.guard"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *command: str) -> None:
        self._running[name] = subprocess.Popen(  # noqa: S603
            [sys.executable, *command], stdin=subprocess.DEVNULL, process_group=self._guard.pid
        )

    def ended(self) -> str | None:
        """The name of one that has ended by itself."""
        return next((name for name, process in self._running.items() if process.poll() is not None), None)

    def stop(self) -> None:
        os.killpg(self._guard.pid, signal.SIGTERM)
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self._guard.pid, signal.SIGKILL)  # with the children of those who were stopped half started
        self._guard.communicate()
