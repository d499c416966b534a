"""The processes of a house: each can be stopped, killed, frozen and started again by itself."""

import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 20


class Guard:
    """The process group of all parts. It ends when this process ends, even if this process is killed."""

    def __init__(self) -> None:
        self._leader = subprocess.Popen(
            [sys.executable, "-m", "devtools.guard"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, process_group=0
        )
        self.group = self._leader.pid

    def end(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.group, signal.SIGKILL)
        self._leader.communicate()


@dataclass
class Part:
    """One program. `user` is the account that runs it if this process belongs to root, who may not run PostgreSQL."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    group: int
    user: str | None = None
    stop_signal: int = signal.SIGTERM
    _process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=self.group,
                cwd="/" if self.user else None,
                user=self.user,
            )

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} was not started."
        return self._process.pid

    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def signal(self, number: int) -> None:
        if self.runs():
            os.kill(self.pid, number)

    def end(self) -> None:
        """Ask the part to end in its orderly way."""
        self.signal(signal.SIGCONT)
        self.signal(self.stop_signal)

    def stop(self) -> None:
        """End the part in its orderly way, or by force after STOP_SECONDS."""
        self.end()
        try:
            self.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        for pid in reversed(self.pids()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.wait(STOP_SECONDS)

    def wait(self, seconds: float) -> None:
        if self._process is not None:
            self._process.wait(seconds)

    def pids(self) -> list[int]:
        """The process and its children, their children, and so on."""
        found = [self.pid] if self.runs() else []
        for pid in found:  # grows while it is read
            with suppress(OSError):
                found += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        return found

    def memory(self) -> int:
        """The resident memory of all its processes, in kB. Memory that they share counts for each of them."""
        total = 0
        for pid in self.pids():
            with suppress(OSError):
                status = Path(f"/proc/{pid}/status").read_text()
                total += sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
        return total


def unprivileged() -> str | None:
    """The account for programs that refuse to run as root; None for this process's own."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
