"""A storage of the `limits` library in a small SQLite file, for one machine without Redis.

All processes that use the file share its counters. If the file is lost, the counters of at most a minute are lost, so
SQLite does not synchronise it to the disk. A killed process leaves the file intact.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from limits.storage import MovingWindowSupport, Storage

LOCK_TIMEOUT_SECONDS = 0.25

_TABLES = """
CREATE TABLE IF NOT EXISTS counters (key TEXT PRIMARY KEY, used INTEGER, expires_at REAL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS counter_expiry ON counters (expires_at);
CREATE TABLE IF NOT EXISTS entries (key TEXT, at REAL, expires_at REAL);
CREATE INDEX IF NOT EXISTS entry_of_key ON entries (key, at);
CREATE INDEX IF NOT EXISTS entry_expiry ON entries (expires_at);
"""
_COUNT = """
INSERT INTO counters VALUES (:key, :amount, :now + :expiry)
ON CONFLICT (key) DO UPDATE SET
    used = CASE WHEN expires_at <= :now THEN excluded.used ELSE used + excluded.used END,
    expires_at = CASE WHEN expires_at <= :now THEN excluded.expires_at ELSE expires_at END
RETURNING used
"""


class SharedFileStorage(Storage, MovingWindowSupport):
    """Supports the fixed-window and moving-window strategies. A key is any text, an expiry is in seconds.

    Its methods raise limits.errors.StorageError when the file cannot be used or stays locked for a quarter of a second.
    """

    STORAGE_SCHEME = None

    def __init__(self, path: Path) -> None:
        super().__init__(wrap_exceptions=True)
        self._path = path
        self._lock = threading.RLock()
        self._opened: tuple[int, sqlite3.Connection] | None = None

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return (sqlite3.Error, OSError)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = time.time()
        with self._connection() as connection:
            counted = {"key": key, "amount": amount, "now": now, "expiry": expiry}
            ((used,),) = connection.execute(_COUNT, counted).fetchall()
            if used == amount:  # the first request of a window deletes the expired counters
                connection.execute("DELETE FROM counters WHERE expires_at <= ?", (now,))
        return int(used)

    def get(self, key: str) -> int:
        row = self._live_counter(key)
        return int(row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        row = self._live_counter(key)
        return float(row[1]) if row else time.time()

    def _live_counter(self, key: str) -> tuple[int, float] | None:
        sql = "SELECT used, expires_at FROM counters WHERE key = ? AND expires_at > ?"
        with self._connection() as connection:
            row: tuple[int, float] | None = connection.execute(sql, (key, time.time())).fetchone()
        return row

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                now = time.time()
                _, used = self._window(connection, key, now, expiry)
                fits = used + amount <= limit
                if fits:
                    connection.execute("DELETE FROM entries WHERE expires_at <= ?", (now,))
                    rows = [(key, now, now + expiry)] * amount
                    connection.executemany("INSERT INTO entries VALUES (?, ?, ?)", rows)
            finally:
                connection.execute("COMMIT")
        return fits

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        with self._connection() as connection:
            return self._window(connection, key, time.time(), expiry)

    @staticmethod
    def _window(connection: sqlite3.Connection, key: str, now: float, expiry: int) -> tuple[float, int]:
        sql = "SELECT min(at), count(*) FROM entries WHERE key = ? AND at > ?"
        start, used = connection.execute(sql, (key, now - expiry)).fetchone()
        return (now if start is None else start), used

    def check(self) -> bool:
        with self._connection() as connection:
            return bool(connection.execute("SELECT 1").fetchone())

    def reset(self) -> int:
        with self._connection() as connection:
            return sum(connection.execute(sql).rowcount for sql in ("DELETE FROM counters", "DELETE FROM entries"))

    def clear(self, key: str) -> None:
        with self._connection() as connection:
            connection.execute("DELETE FROM counters WHERE key = ?", (key,))
            connection.execute("DELETE FROM entries WHERE key = ?", (key,))

    def close(self) -> None:
        with self._lock:
            if self._opened and self._opened[0] == os.getpid():
                self._opened[1].close()
            self._opened = None

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """The process's connection, for one thread at a time. A forked child opens its own connection."""
        with self._lock:
            if self._opened is None or self._opened[0] != os.getpid():
                self._opened = (os.getpid(), self._open())
            yield self._opened[1]

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))  # the files beside it get its mode
        connection = sqlite3.connect(
            self._path, timeout=LOCK_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            _use_write_ahead_log(connection)
            connection.execute("PRAGMA synchronous = OFF")
            connection.executescript(_TABLES)
        except BaseException:
            connection.close()
            raise
        return connection


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """SQLite does not wait for the lock of this change, and the first processes all begin with it."""
    until = time.monotonic() + LOCK_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.005)
