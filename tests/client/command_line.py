"""Runs `partners`, and reads what it prints."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.running_server import ROOT

SECONDS = 60
COMMAND = [sys.executable, "-m", "devtools.client"]


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    def objects(self) -> list[Any]:
        """The JSON objects in the output, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    def document(self) -> Any:
        (document,) = self.objects()
        return document


@dataclass(frozen=True)
class CommandLine:
    config: Path
    url: str

    @property
    def profile(self) -> Path:
        """The file of the default profile."""
        return self.config / "partners" / "default.json"

    def environment(self, **more: str) -> dict[str, str]:
        ours = ("PARTNERS_", "NO_COLOR", "COLUMNS", "LINES")  # pytest-xdist sets the last two
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        own = {"XDG_CONFIG_HOME": str(self.config), "PARTNERS_URL": self.url, "TERM": "xterm-256color"}
        return {**inherited, **own, **more}

    def run(self, *arguments: str, stdin: str = "", seconds: float = SECONDS, **environment: str) -> Ended:
        ended = subprocess.run(  # noqa: S603
            [*COMMAND, *arguments], cwd=ROOT, env=self.environment(**environment), input=stdin, capture_output=True,
            text=True, timeout=seconds,
        )  # fmt: skip
        assert "Traceback" not in ended.stderr + ended.stdout, ended.stderr
        assert "has a fault" not in ended.stderr, ended.stderr
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    def succeeds(self, *arguments: str, **options: Any) -> Ended:
        ended = self.run(*arguments, **options)
        assert ended.code == 0, ended
        return ended

    def on_terminal(
        self, *arguments: str, width: int = 80, typed: Sequence[tuple[str, str]] = (), **environment: str
    ) -> tuple[int, str]:
        """The exit code, and everything that a terminal of this width has received.

        `typed` has what the user types, each after a question. What is typed earlier is lost, as for any hidden answer.
        """
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        process = subprocess.Popen(  # noqa: S603
            [*COMMAND, *arguments], cwd=ROOT, env=self.environment(**environment), stdin=slave, stdout=slave,
            stderr=slave, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        waiting, answered = list(typed), 0
        received, deadline = b"", time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            if not select.select([master], [], [], 0.1)[0]:
                continue
            try:
                received += os.read(master, 65536)
            except OSError:  # the process has closed the terminal
                break
            if waiting and waiting[0][0].encode() in received[answered:]:
                time.sleep(1)  # a hidden answer is read only after the question, and what came before is dropped
                os.write(master, f"{waiting.pop(0)[1]}\n".encode())
                answered = len(received)
        os.close(master)
        return process.wait(SECONDS), received.decode()

    @contextmanager
    def started(self, *arguments: str, **environment: str) -> "Iterator[Running]":
        """A command that runs until it is stopped."""
        process = subprocess.Popen(  # noqa: S603
            [*COMMAND, *arguments], cwd=ROOT, env=self.environment(**environment), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, preexec_fn=_heed_signals,
        )  # fmt: skip
        try:
            yield Running(process)
        finally:
            process.kill()
            process.communicate()


def _heed_signals() -> None:
    """A shell without a terminal starts commands in the background with SIGINT ignored, nohup all with SIGHUP ignored,
    and children inherit that.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@dataclass
class Running:
    process: "subprocess.Popen[str]"
    shown: str = ""

    def shows(self, pattern: str, seconds: float = SECONDS) -> "re.Match[str]":
        """Wait until a line of the output matches."""
        assert self.process.stdout
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := re.search(pattern, self.shown):
                return found
            if select.select([self.process.stdout], [], [], 0.2)[0]:
                piece = os.read(self.process.stdout.fileno(), 65536).decode()
                if not piece:
                    break
                self.shown += piece
        raise AssertionError(f"{pattern!r} was not shown in:\n{self.shown}")

    def stop(self, signum: int) -> int:
        """The exit code after a signal."""
        self.process.send_signal(signum)
        self.shown += self.process.communicate(timeout=SECONDS)[0]
        return self.process.returncode
