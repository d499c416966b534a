"""Slots limit how many requests do the same work at the same time, in all processes together."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from limits.errors import StorageError
from limits.storage import Storage


@contextmanager
def shared_slot(storage: Storage, key: str, *, most: int, longest: int) -> Iterator[bool]:
    """Holds one of the `most` slots of this key, and gives whether one was free.

    The slot of a process that was killed is free again after `longest` seconds, so nothing may hold one for longer.
    When the storage cannot be reached, nothing is counted and a slot counts as free.
    """
    try:
        taken = _take(storage, key, most, longest)
    except StorageError:  # the storage logs it
        yield True
        return
    try:
        yield taken is not None
    finally:
        if taken is not None:
            with suppress(StorageError):
                storage.clear(taken)


def _take(storage: Storage, key: str, most: int, longest: int) -> str | None:
    """Who counts a slot from zero to one has it. The others only raise a number that ends with the slot."""
    names = (f"{key}:slot:{number}" for number in range(most))
    return next((name for name in names if storage.incr(name, longest) == 1), None)
