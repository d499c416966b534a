"""Sliding-window rate limits, switchable at run time.

Windows are measured on the machine's monotonic clock, not on the sandbox's: a stopped sandbox clock
must not hold a client back for ever.
"""

import time
from collections import defaultdict, deque
from collections.abc import Callable, Hashable
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

    def admit(self, keys: dict[Hashable, RateLimit]) -> bool:
        """Count one request against every key, or refuse it and count it against none."""
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
        self._seen.clear()
