"""Django's SQLite backend, with a queue in front of the write lock for the threads of this process.

SQLite lets one connection write at a time. The others ask again and again, in no order, so with the many threads of a
worker an unlucky one waits longer than its time-out ("database is locked"). Here a process has one thread at the lock,
and its other threads take turns. Settings open transactions with BEGIN IMMEDIATE, so a transaction holds its turn from
its beginning to its end.
"""

import threading
import time
from collections import deque
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

LONGEST_WAIT = 60.0  # seconds for a turn; waiting in order, a thread needs it only if somebody never ends
# After a turn the lock is left to other processes for this part of its length, or they would never find it free.
LEFT_TO_OTHERS = 0.25
LONGEST_LEFT = 0.02  # seconds


class Turns:
    """A lock whose waiting threads get it in the order of their arrival."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()
        self._since = 0.0
        self._not_before = 0.0

    def take(self, timeout: float = LONGEST_WAIT) -> bool:
        """Wait for the turn; False if it did not come within `timeout` seconds."""
        mine = threading.Event()
        with self._changing:
            if not self._taken:
                self._taken = True
                mine.set()
            else:
                self._waiting.append(mine)
        if not mine.wait(timeout):
            with self._changing:
                if not mine.is_set():
                    self._waiting.remove(mine)
                    return False
        if (early := self._not_before - time.monotonic()) > 0:
            time.sleep(early)
        self._since = time.monotonic()
        return True

    @property
    def waiting(self) -> int:
        """The number of threads that wait for their turn."""
        return len(self._waiting)

    def give(self) -> None:
        now = time.monotonic()
        with self._changing:
            if self._waiting:
                self._not_before = now + min((now - self._since) * LEFT_TO_OTHERS, LONGEST_LEFT)
                self._waiting.popleft().set()
            else:
                self._taken = False


turns = Turns()


class DatabaseWrapper(base.DatabaseWrapper):
    _has_turn = False

    def _start_transaction_under_autocommit(self) -> None:
        if not turns.take():
            raise OperationalError("database is locked: another thread of this process does not end its transaction")
        self._has_turn = True
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_turn()
            raise

    def _commit(self) -> Any:
        result = super()._commit()  # type: ignore[misc]
        self._give_turn()  # not after an error: then Django rolls back
        return result

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._give_turn()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._give_turn()

    def _give_turn(self) -> None:
        if self._has_turn:
            self._has_turn = False
            turns.give()
