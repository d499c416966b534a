"""Counters of one process, which any thread may increase."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Counts(Generic[Key]):
    """How often each key was counted since the process began."""

    def __init__(self) -> None:
        self._counts: Counter[Key] = Counter()
        self._lock = Lock()
        self._listeners: list[Callable[[Key, int], None]] = []

    def listen(self, listener: Callable[[Key, int], None]) -> None:
        """Call the listener with each key that is counted from now on, and how often."""
        self._listeners.append(listener)

    def add(self, counts: Mapping[Key, int]) -> None:
        with self._lock:
            self._counts.update(counts)
        for key, count in counts.items():
            self._tell(key, count)

    def first(self, key: Key, *, most: int) -> bool | None:
        """Count the key once. Return whether it is new, or None for a new key beyond `most`, which is not counted."""
        with self._lock:
            is_new = key not in self._counts
            if is_new and len(self._counts) >= most:
                return None
            self._counts[key] += 1
        self._tell(key, 1)
        return is_new

    def _tell(self, key: Key, count: int) -> None:
        for listener in self._listeners:
            listener(key, count)

    def counts(self) -> dict[Key, int]:
        """A copy, for metrics."""
        with self._lock:
            return dict(self._counts)

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._counts.clear()
