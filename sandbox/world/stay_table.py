"""All stays up to the latest simulated instant, in an in-memory table that can be searched with SQL."""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from sandbox.world.stays import Stay

SqlValue = str | int | float | None

NAMES = tuple(member.name for member in fields(Stay))
COUNTS_KEPT = 100
COLUMNS = ", ".join(NAMES)
SCHEMA = f"""
CREATE TABLE stays ({COLUMNS.replace("id, ", "id INTEGER PRIMARY KEY, ", 1)});
CREATE INDEX stays_by_change ON stays (portfolio, changed_at, id);
CREATE INDEX stays_by_listing ON stays (listing, departure);
"""
PUT = f"INSERT OR REPLACE INTO stays VALUES ({', '.join('?' * len(NAMES))})"  # noqa: S608
_values = attrgetter(*NAMES)


class StayTable:
    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._db.executescript(SCHEMA)
        self._counts: dict[tuple[str, tuple[SqlValue, ...]], int] = {}

    def put(self, stays: Collection[Stay]) -> None:
        if not stays:
            return
        self._counts.clear()
        self._db.execute("BEGIN")
        self._db.executemany(PUT, map(_values, stays))
        self._db.execute("COMMIT")

    def find(self, where: str, values: Sequence[SqlValue], rest: str = "") -> list[Stay]:
        """`where` and `rest` (ORDER BY, LIMIT) are SQL and must not contain text from a client."""
        rows = self._db.execute(f"SELECT {COLUMNS} FROM stays WHERE {where} {rest}", values)  # noqa: S608
        return [_stay(row) for row in rows]

    def count(self, where: str, values: Sequence[SqlValue]) -> int:
        """Counts are cached until the next change, because each page that a client reads asks for the same count."""
        key = where, tuple(values)
        if len(self._counts) >= COUNTS_KEPT:
            self._counts.clear()
        if key not in self._counts:
            row = self._db.execute(f"SELECT COUNT(*) FROM stays WHERE {where}", values).fetchone()  # noqa: S608
            self._counts[key] = int(row[0])
        return self._counts[key]

    def clear(self) -> None:
        self._db.execute("DELETE FROM stays")
        self._counts.clear()

    def close(self) -> None:
        self._db.close()


def _stay(row: Sequence[Any]) -> Stay:
    stay = Stay(*row)
    stay.written = bool(stay.written)
    return stay
