"""A group of processes that end together."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from devtools.guard import STOP_SECONDS

MOST_RESTARTS = 5  # in a minute; a process that fails more often has a fault that a restart does not mend


class Processes:
    """Starts processes one by one and stops them all at once. None outlives this process, even if it is killed."""

    def __init__(self) -> None:
        # The processes have their own group, so that Ctrl-C reaches only this process, which then stops the others.
        self._guard = subprocess.Popen(
            [sys.executable, "-m", "devtools.guard"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._kept: dict[str, tuple[str, ...]] = {}
        self._restarted: list[float] = []

    def start(self, name: str, *command: str, keep: bool = False) -> None:
        """With `keep`, the process is started again when it has failed (`restart_failed`)."""
        if keep:
            self._kept[name] = command
        self._running[name] = subprocess.Popen(  # noqa: S603
            [sys.executable, *command], stdin=subprocess.DEVNULL, process_group=self._guard.pid
        )

    def restart_failed(self) -> str | None:
        """Start a kept process again if it has ended, at most MOST_RESTARTS times a minute. Its name, or None."""
        name = self.ended()
        if name not in self._kept:
            return None
        now = time.monotonic()
        self._restarted = [*(moment for moment in self._restarted if moment > now - 60), now]
        if len(self._restarted) > MOST_RESTARTS:
            return None
        self.start(name, *self._kept[name], keep=True)
        return name

    def ended(self) -> str | None:
        """The name of a process that has ended without being stopped, or None."""
        return next((name for name, process in self._running.items() if process.poll() is not None), None)

    def stop(self) -> None:
        os.killpg(self._guard.pid, signal.SIGTERM)
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=STOP_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self._guard.pid, signal.SIGKILL)  # children of processes that were stopped during their start
        self._guard.communicate()
