"""The sandbox's clock: it runs in real time until the control endpoint or a test changes it.

It is the test clock of everything on the machine: with a data folder, its place is written to `clock.json` there, which
the server of the development profile reads. docs/sandbox.md has the form of the file.
"""

import json
import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

FILE = "clock.json"

# The world's data begin in 2019, and its history covers more than two years.
EARLIEST = datetime(2023, 1, 1, tzinfo=UTC)
LATEST = datetime(2090, 1, 1, tzinfo=UTC)


class InstantOutOfRange(ValueError):
    """The world has no data for this instant."""


class Clock:
    """A clock in unix seconds. It runs until `set` stops it; `advance` keeps it running or stopped.

    With a `file`, it begins where the file says, and writes each move to it.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._stopped_at: int | None = None
        self._stopped_since = 0.0
        self._ahead = 0
        if file is not None:
            with suppress(OSError, ValueError, OverflowError, KeyError, TypeError):
                self._restore(json.loads(file.read_bytes()))
        self.turned_back = False
        """Whether the clock was turned back. The code that reacts to it sets it to False."""

    @property
    def stopped(self) -> bool:
        return self._stopped_at is not None

    @property
    def moved(self) -> bool:
        """Whether it is not the machine's time."""
        return self.stopped or self._ahead != 0

    def now(self) -> int:
        return int(time.time()) + self._ahead if self._stopped_at is None else self._stopped_at

    def set(self, instant: datetime) -> None:
        """Stop the clock at an instant with a time zone. Raises InstantOutOfRange."""
        self._move(stopped_at=_in_range(int(instant.timestamp())), ahead=0)

    def advance(self, seconds: int) -> None:
        """Move the clock by seconds, backwards if negative. Raises InstantOutOfRange."""
        target = _in_range(self.now() + seconds)
        if self._stopped_at is None:
            self._move(stopped_at=None, ahead=self._ahead + seconds)
        else:
            self._move(stopped_at=target, ahead=0)

    def start_from(self, instant: datetime) -> None:
        """Let the clock run from an instant with a time zone. Raises InstantOutOfRange."""
        self._move(stopped_at=None, ahead=_in_range(int(instant.timestamp())) - int(time.time()))

    def stop(self) -> None:
        """Stop the clock where it is."""
        self._move(stopped_at=self.now(), ahead=0)

    def run(self) -> None:
        """Let a stopped clock run on from where it is."""
        self._move(stopped_at=None, ahead=self.now() - int(time.time()))

    def real(self) -> None:
        """Go back to the machine's time."""
        self._move(stopped_at=None, ahead=0)

    def _move(self, *, stopped_at: int | None, ahead: int) -> None:
        before = self.now()
        if self._stopped_at is None:
            self._stopped_since = time.time()
        self._stopped_at, self._ahead = stopped_at, ahead
        self.turned_back = self.turned_back or self.now() < before
        if self._file is not None:
            self._write(self._file)

    def _restore(self, kept: dict[str, float]) -> None:
        if "stopped_at" in kept:
            self._stopped_at, self._stopped_since = _in_range(int(kept["stopped_at"])), float(kept["since"])
        else:
            _in_range(int(time.time() + kept["ahead"]))
            self._ahead = int(kept["ahead"])

    def _write(self, file: Path) -> None:
        """Replace the file, so that a reader finds the old place or the new one."""
        if not self.moved:
            file.unlink(missing_ok=True)
            return
        place: dict[str, float] = {"ahead": self._ahead}
        if self._stopped_at is not None:
            place = {"stopped_at": self._stopped_at, "since": self._stopped_since}
        beside = file.with_suffix(".new")
        beside.write_text(json.dumps(place))
        os.replace(beside, file)


def _in_range(instant: int) -> int:
    if not EARLIEST.timestamp() <= instant <= LATEST.timestamp():
        raise InstantOutOfRange(f"The sandbox's clock can be set from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}.")
    return instant
