"""Lets a request that waits for somebody else's answer give its turn to another request.

Only a few threads of a process answer requests at the same time, because Python runs one at a time anyway. A request
that waits for a channel would keep one of them from the others.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Turn(Protocol):
    def give_back(self) -> None:
        """Lets another thread answer requests in the place of this one."""

    def take_again(self) -> None:
        """Waits until this thread may go on."""


_of_thread = threading.local()


def set_turn(turn: Turn) -> None:
    """Declares that this thread answers requests by turns."""
    _of_thread.turn = turn


@contextmanager
def without_turn() -> Iterator[None]:
    """Enter it to wait for somebody else's answer. In other threads than those of a server it does nothing."""
    turn: Turn | None = getattr(_of_thread, "turn", None)
    if turn is None:
        yield
        return
    turn.give_back()
    try:
        yield
    finally:
        turn.take_again()
