"""A clock that another process moves through a small file.

The file is a JSON object with one of these forms. The sandbox writes it (`sandbox/clock.py`, docs/sandbox.md):

- `{"ahead": seconds}`: the clock runs, and is this much ahead of the machine's time; behind it if negative.
- `{"stopped_at": unix seconds, "since": unix seconds}`: the clock stands at an instant, since this machine's time.

Without the file, the clock is the machine's.
"""

import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

# The instants that the sandbox's world has data for. Others are not followed, so that no date overflows.
EARLIEST, LATEST = datetime(2023, 1, 1, tzinfo=UTC).timestamp(), datetime(2090, 1, 1, tzinfo=UTC).timestamp()


class MovedClock:
    """Reads the file again whenever it was replaced, so a moved clock is seen by the next reading."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._version: tuple[int, int, int] | None = None
        self._place = _REAL

    def now(self) -> datetime:
        real = time.time()
        stopped_at, _, ahead = self._read()
        return _instant(real + ahead if stopped_at is None else stopped_at)

    def queue_now(self) -> datetime:
        """As `now`, but a stopped clock is counted as if it had gone on since it was stopped."""
        real = time.time()
        stopped_at, since, ahead = self._read()
        return _instant(real + ahead if stopped_at is None else stopped_at + max(real - since, 0))

    def place(self) -> str:
        """A text that changes whenever the clock is moved; empty while it is not."""
        place = self._read()
        return "" if place == _REAL else "/".join(map(str, place))

    def _read(self) -> "_Place":
        try:
            stat = os.stat(self._file)
        except OSError:
            self._version, self._place = None, _REAL
            return _REAL
        # A replaced file has another inode, also within one tick of the file system's clock.
        version = stat.st_ino, stat.st_mtime_ns, stat.st_size
        if version != self._version:
            place = _place(self._file)
            self._version, self._place = version, place
        return self._place


# The instant at which the clock is stopped, or None; since when; and how much it is ahead of the machine's time.
_Place = tuple[float | None, float, float]
_REAL: _Place = (None, 0.0, 0.0)


def _place(file: Path) -> _Place:
    """Where the clock is. A file that cannot be read or understood counts as none."""
    try:
        match json.loads(file.read_bytes()):
            case {"stopped_at": int() | float() as stopped_at, "since": int() | float() as since}:
                return (float(stopped_at), float(since), 0.0) if EARLIEST <= stopped_at <= LATEST else _REAL
            case {"ahead": int() | float() as ahead}:
                return (None, 0.0, float(ahead)) if EARLIEST <= time.time() + ahead <= LATEST else _REAL
    except (OSError, ValueError):
        pass
    return _REAL


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
