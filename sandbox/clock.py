"""The sandbox's clock: real time, or whatever the control endpoint or a test says."""

import time
from datetime import UTC, datetime

# The world's data begin in 2019 and its history reaches more than two years back.
EARLIEST = datetime(2023, 1, 1, tzinfo=UTC)
LATEST = datetime(2090, 1, 1, tzinfo=UTC)


class InstantOutOfRange(ValueError):
    """The world has no data at the instant asked for."""


class Clock:
    """Tells unix seconds, UTC. Running until `set` stops it; `advance` keeps the mode it finds."""

    def __init__(self) -> None:
        self._stopped_at: int | None = None
        self._ahead = 0
        self.turned_back = False
        """Whether it tells an earlier time than before; who acts on that clears it."""

    @property
    def stopped(self) -> bool:
        return self._stopped_at is not None

    def now(self) -> int:
        return int(time.time()) + self._ahead if self._stopped_at is None else self._stopped_at

    def set(self, instant: datetime) -> None:
        """Stop the clock at an instant with a zone. Raises InstantOutOfRange."""
        self._move(stopped_at=_in_range(int(instant.timestamp())), ahead=0)

    def advance(self, seconds: int) -> None:
        """Move by seconds, backwards when negative. Raises InstantOutOfRange."""
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
        raise InstantOutOfRange(f"The sandbox's clock runs from {EARLIEST:%Y-%m-%d} to {LATEST:%Y-%m-%d}.")
    return instant
