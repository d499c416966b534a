"""Sliding-window rate limits that can be switched on and off at run time.

Windows are measured on the machine's monotonic clock, because a client must not wait forever when the sandbox's clock
is stopped.
"""

import time
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RateLimit:
    requests: int
    seconds: float


class Limiter:
    def __init__(self, *, enabled: bool, tick: Callable[[], float] = time.monotonic) -> None:
        self.enabled = enabled
        self._tick = tick
        self._seen: defaultdict[Hashable, deque[float]] = defaultdict(deque)

    def admit(self, keys: Mapping[Hashable, RateLimit]) -> bool:
        """Count one request for each key. Returns False, and counts nothing, if one of the limits is reached."""
        if not self.enabled:
            return True
        now = self._tick()
        windows = []
        for key, limit in keys.items():
            window = self._seen[key]
            while window and window[0] <= now - limit.seconds:
                window.popleft()
            if len(window) >= limit.requests:
                return False
            windows.append(window)
        for window in windows:
            window.append(now)
        return True

    def forget(self) -> None:
        """Start all windows again."""
        self._seen.clear()
