"""A storage that is left alone for some seconds after an error, so that a silent one does not slow every request."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar, cast

from limits.errors import StorageError
from limits.storage import MovingWindowSupport, Storage

from jsonapi.outages import Outage
from throttling.storage import SharedFileStorage

T = TypeVar("T")


class BreakingStorage(Storage, MovingWindowSupport):
    """Passes calls on to another storage of `limits`.

    After an error of that storage, each call raises limits.errors.StorageError at once for `pause` seconds. Then one
    call tries again, and its outcome decides. Threads may share the storage.
    """

    STORAGE_SCHEME = None

    def __init__(
        self, storage: Storage, outage: Outage, *, pause: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._storage, self._outage, self._pause, self._clock = storage, outage, pause, clock
        self._lock = threading.Lock()
        self._closed_until: float | None = None  # None: the storage answers

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return ()  # errors are already StorageErrors

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        return self._pass_on(lambda: self._storage.incr(key, expiry, amount))

    def get(self, key: str) -> int:
        return self._pass_on(lambda: self._storage.get(key))

    def get_expiry(self, key: str) -> float:
        return self._pass_on(lambda: self._storage.get_expiry(key))

    def check(self) -> bool:
        return self._storage.check()

    def reset(self) -> int | None:
        return self._pass_on(self._storage.reset)

    def clear(self, key: str) -> None:
        self._pass_on(lambda: self._storage.clear(key))

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        return self._pass_on(lambda: self._windows.acquire_entry(key, limit, expiry, amount))

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        return self._pass_on(lambda: self._windows.get_moving_window(key, limit, expiry))

    def close(self) -> None:
        """Closes the file of a storage that has one."""
        if isinstance(self._storage, SharedFileStorage):
            self._storage.close()

    @property
    def _windows(self) -> MovingWindowSupport:
        return cast(MovingWindowSupport, self._storage)

    def _pass_on(self, call: Callable[[], T]) -> T:
        if self._closed_until is not None and not self._may_try():
            self._outage.counted()
            raise StorageError(TimeoutError("It did not answer a moment ago and is not asked again yet."))
        try:
            answer = call()
        except StorageError as error:
            self._closed_until = self._clock() + self._pause
            self._outage.failed(error.storage_error)
            raise
        self._closed_until = None
        self._outage.answered()
        return answer

    def _may_try(self) -> bool:
        """Whether the pause is over and no other thread tries already."""
        with self._lock:
            now = self._clock()
            if self._closed_until is not None and now < self._closed_until:
                return False
            self._closed_until = now + self._pause
            return True
