"""One window of a limit: a minute of the clock in which requests are counted."""

from dataclasses import dataclass

from django.conf import settings
from limits.errors import StorageError

from throttling.counters import storage

WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Window:
    """The used part of a limit. `reset` is the number of whole seconds until the window ends, 1 to 60.

    `policy` names the kind of limit to callers.
    """

    limit: int
    used: int
    reset: int
    policy: str = "address"

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def is_exceeded(self) -> bool:
        return self.used > self.limit


def count(key: str, limit: int, amount: int = 1, *, policy: str = "address") -> Window:
    """Adds `amount` to the counter of this key and minute; 0 only reads it.

    When the storage cannot be reached, nothing is counted and the request is allowed: a limit protects the service and
    must not take it down.
    """
    minute, reset = _now()
    key = f"{key}:{minute}"
    try:
        used = storage().incr(key, WINDOW_SECONDS, amount) if amount else storage().get(key)
    except StorageError:  # the storage logs it
        used = amount
    return Window(limit, used, reset, policy)


def untouched(limit: int) -> Window:
    """The present window as if nothing had been counted in it. It asks no storage, so it never waits."""
    return Window(limit, 0, _now()[1])


def _now() -> tuple[int, int]:
    """The present minute, and the whole seconds until it ends."""
    minute, elapsed = divmod(settings.RATE_LIMIT_CLOCK(), WINDOW_SECONDS)
    return int(minute), WINDOW_SECONDS - int(elapsed)
