"""The sandbox's clock: it runs in real time until the control endpoint or a test changes it."""

import time
from datetime import UTC, datetime

# The world's data begin in 2019, and its history covers more than two years.
EARLIEST = datetime(2023, 1, 1, tzinfo=UTC)
LATEST = datetime(2090, 1, 1, tzinfo=UTC)


class InstantOutOfRange(ValueError):
    """The world has no data for this instant."""


class Clock:
    """A clock in unix seconds. It runs until `set` stops it; `advance` keeps it running or stopped."""

    def __init__(self) -> None:
        self._stopped_at: int | None = None
        self._ahead = 0
        self.turned_back = False
        """Whether the clock was turned back. The code that reacts to it sets it to False."""

    @property
    def stopped(self) -> bool:
        return self._stopped_at is not None

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

    def real(self) -> None:
        """Go back to the machine's time."""
        self._move(stopped_at=None, ahead=0)

    def _move(self, *, stopped_at: int | None, ahead: int) -> None:
        before = self.now()
        self._stopped_at, self._ahead = stopped_at, ahead
        self.turned_back = self.turned_back or self.now() < before


def _in_range(instant: int) -> int:
    if not EARLIEST.timestamp() <= instant <= LATEST.timestamp():
        raise InstantOutOfRange(f"The sandbox's clock can be set from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}.")
    return instant
