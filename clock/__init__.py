"""The clock. In production it is the machine's; in development it can be moved, for all processes at once.

Entry points read it and pass the instant on as an argument. There are three readings, which are the same in production:

- `now()`: for the rules of the product. It follows the test clock, and stands still while that is stopped.
- `queue_now()`: for the due times of jobs. It follows the test clock, but goes on while that is stopped, so that a job
  that waits for a channel is continued.
- `real_now()`: the machine's time. For leases and heartbeats, which a moved clock must not end; for the lifetimes of
  tokens and secrets, so that nobody is logged out by a moved clock; and for signatures, which others compare with their
  own time.

Rate limits, time-outs and pauses of channels count real time with `time.time` and `time.monotonic`. The windows of the
channels' limits start again whenever the test clock is moved: their counters carry `place()` in their names.
`tests/clock/test_readings.py` names every module that reads another clock.
"""

from datetime import datetime
from pathlib import Path

from django.utils import timezone

from clock.moved import MovedClock

FILE = "clock.json"  # in DATA_DIR; sandbox/clock.py writes it

_moved: MovedClock | None = None


def follow(file: Path) -> None:
    """From now on, `now` and `queue_now` follow the test clock that somebody else writes to the file.

    Only the development profile calls this (partners/apps.py).
    """
    global _moved
    _moved = MovedClock(file)


def now() -> datetime:
    """The present instant for the rules of the product, in UTC."""
    return _moved.now() if _moved else timezone.now()


def queue_now() -> datetime:
    """The present instant for due times of jobs, in UTC. It never stands still."""
    return _moved.queue_now() if _moved else timezone.now()


def place() -> str:
    """A text that changes whenever the test clock is moved; empty while it is the machine's clock."""
    return _moved.place() if _moved else ""


def real_now() -> datetime:
    """The machine's time, in UTC."""
    return timezone.now()
