"""Outages of what this process needs, such as the database: one line in the log when they begin, and one at the end."""

import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

# A failure after this many seconds without one begins another outage, if nobody noticed the end of the last one.
QUIET_SECONDS = 60


# Called at each failure and at the end of an outage with the service, the number of new failures, and whether it lasts.
listeners: list[Callable[[str, int, bool], None]] = []


class Outage:
    """The outages of one service, such as "The database". Threads may share it.

    `effect` says what failures mean for the caller, such as "requests are answered with 503".
    """

    def __init__(self, service: str, effect: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._service, self._effect, self._clock = service, effect, clock
        self._lock = threading.Lock()
        self._began: float | None = None
        self._last = 0.0
        self._failures = self._failures_before = 0

    @property
    def failures(self) -> int:
        """The number of failures since the process began, for metrics."""
        return self._failures

    def failed(self, error: BaseException) -> None:
        """Counts a failure, and logs it if it is the first of an outage."""
        with self._lock:
            now = self._clock()
            is_new = self._began is None or now - self._last > QUIET_SECONDS
            if is_new:
                self._began, self._failures_before = now, self._failures
            self._last = now
            self._failures += 1
        self._tell(1, lasts=True)
        if is_new:
            reason = " ".join(str(error).split()) or type(error).__name__
            log.warning("%s is unavailable, so %s: %s", self._service, self._effect, reason)

    def counted(self) -> None:
        """Counts a further effect of an outage that has begun."""
        with self._lock:
            self._last = self._clock()
            self._failures += 1
        self._tell(1, lasts=True)

    def _tell(self, failures: int, *, lasts: bool) -> None:
        for listener in listeners:
            listener(self._service, failures, lasts)

    def answered(self) -> None:
        """Ends the outage, if there is one."""
        if self._began is None:  # the usual case needs no lock
            return
        with self._lock:
            began, self._began = self._began, None
            if began is None:
                return
            seconds, failures = self._clock() - began, self._failures - self._failures_before
        self._tell(0, lasts=False)
        log.warning("%s is available again, after %.0f s and %d failures.", self._service, seconds, failures)
