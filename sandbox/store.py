"""The clients' writes, stored in one SQLite file.

There are two append-only tables: `documents` holds every version of every written document, and `nights` holds every
change of a listing's calendar. Each row has the time of the sandbox's clock, so the state at an instant is a function
of the rows up to that instant.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import reduce
from itertools import groupby
from operator import attrgetter
from typing import Any

import orjson

SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    portfolio INTEGER NOT NULL,
    listing INTEGER,
    body TEXT
);
CREATE INDEX IF NOT EXISTS documents_by_id ON documents (kind, id, at, seq);
CREATE INDEX IF NOT EXISTS documents_by_portfolio ON documents (kind, portfolio, id, at, seq);
CREATE INDEX IF NOT EXISTS documents_by_listing ON documents (listing, at, seq) WHERE listing IS NOT NULL;
CREATE TABLE IF NOT EXISTS nights (
    listing INTEGER NOT NULL,
    night INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    price REAL,
    min_stay INTEGER,
    max_stay INTEGER,
    closed_on_arrival INTEGER,
    closed_on_departure INTEGER,
    blocked_units INTEGER,
    note TEXT,
    PRIMARY KEY (listing, night, seq)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class NightChange:
    """A client's change of one night; None leaves a member unchanged. Prices in whole currency units."""

    price: float | None = None
    min_stay: int | None = None
    max_stay: int | None = None
    closed_on_arrival: bool | None = None
    closed_on_departure: bool | None = None
    blocked_units: int | None = None
    note: str | None = None

    def then(self, later: "NightChange") -> "NightChange":
        """This change and a later one, combined."""
        pairs = zip(_values(later), _values(self), strict=True)
        return NightChange(*[old if new is None else new for new, old in pairs])


@dataclass(frozen=True, slots=True)
class Document:
    """One version of a document that a client wrote. A body of None means that it was deleted."""

    at: int
    """Unix seconds."""
    kind: str
    id: str
    portfolio: int
    listing: int | None
    """Id of the listing that the document is about, if it is about one."""
    body: dict[str, Any] | None


NIGHT_MEMBERS = tuple(member.name for member in fields(NightChange))
NIGHT_COLUMNS = ", ".join(NIGHT_MEMBERS)
_values = attrgetter(*NIGHT_MEMBERS)
DOCUMENT_COLUMNS = "at, kind, id, portfolio, listing, body"


class Store:
    """Methods take an instant `at` in unix seconds."""

    def __init__(self, path: str) -> None:
        # One thread opens the connection and another one, the server's, uses it.
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)
        self._calendars: dict[int, _Calendar] = {}

    def close(self) -> None:
        self._db.close()

    def clear(self) -> bool:
        """Delete everything. Returns whether there was anything."""
        self._calendars.clear()
        deleted = [self._db.execute(f"DELETE FROM {table}").rowcount for table in ("documents", "nights")]  # noqa: S608
        return any(deleted)

    def put(
        self,
        kind: str,
        id: str | int,
        body: dict[str, Any] | None,
        *,
        at: int,
        portfolio: int,
        listing: int | None = None,
    ) -> Document:
        """Write a new version of a document, with its whole body. A body of None deletes the document."""
        text = None if body is None else orjson.dumps(body).decode()
        self._db.execute(
            f"INSERT INTO documents ({DOCUMENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
            (at, kind, str(id), portfolio, listing, text),
        )
        return Document(at, kind, str(id), portfolio, listing, body)

    def get(self, kind: str, id: str | int, *, at: int) -> Document | None:
        """The version that is valid at an instant, which may be a deletion; None if nothing was written."""
        row = self._db.execute(
            f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE kind = ? AND id = ? AND at <= ?"  # noqa: S608
            " ORDER BY at DESC, seq DESC LIMIT 1",
            (kind, str(id), at),
        ).fetchone()
        return None if row is None else _document(row)

    def latest(self, kind: str, portfolio: int, *, at: int) -> list[Document]:
        """All documents of a kind in the version that is valid at an instant, by id. Deletions are included."""
        rows = self._db.execute(
            f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE kind = ? AND portfolio = ? AND at <= ?"  # noqa: S608
            " ORDER BY id, at, seq",
            (kind, portfolio, at),
        )
        return [_document(list(versions)[-1]) for _, versions in groupby(rows, key=lambda row: row[2])]

    def of_listing(self, listing: int, *, after: int, until: int) -> list[Document]:
        """The documents about a listing that were written in `(after, until]`, in the order of writing."""
        rows = self._db.execute(
            f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE listing = ? AND at > ? AND at <= ?"  # noqa: S608
            " ORDER BY at, seq",
            (listing, after, until),
        )
        return [_document(row) for row in rows]

    def count(self, kind: str) -> int:
        """The number of documents of a kind that were ever written, for numbering new ones."""
        row = self._db.execute("SELECT COUNT(DISTINCT id) FROM documents WHERE kind = ?", (kind,)).fetchone()
        return int(row[0])

    def change_nights(self, listing: int, changes: Iterable[tuple[int, NightChange]], *, at: int) -> None:
        """Write changes of nights, given as day ordinals. Either all are written or none."""
        changes, calendar = list(changes), self._calendar(listing)
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany(
                f"INSERT INTO nights (listing, night, seq, at, {NIGHT_COLUMNS})"  # noqa: S608
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (listing, night, calendar.changes + number, at, *_values(change))
                    for number, (night, change) in enumerate(changes, 1)
                ),
            )
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
        if changes and not calendar.add(changes, at):
            del self._calendars[listing]

    def first_night_change(self, listing: int) -> int | None:
        """The instant of the first change of the listing's calendar."""
        return self._calendar(listing).changed_first

    def first_document(self, listing: int) -> int | None:
        """The instant of the first document about the listing or one of its stays."""
        row = self._db.execute("SELECT MIN(at) FROM documents WHERE listing = ?", (listing,)).fetchone()
        return None if row[0] is None else int(row[0])

    def nights(self, listing: int, first: int, last: int, *, at: int) -> dict[int, NightChange]:
        """All changes up to and including an instant, combined for each of the nights `first` to `last` (ordinals)."""
        calendar = self._calendar(listing)
        if calendar.changed_last <= at:
            found = calendar.nights
            return {night: found[night] for night in range(first, last + 1) if night in found}
        rows = self._db.execute(
            f"SELECT night, {NIGHT_COLUMNS} FROM nights"  # noqa: S608
            " WHERE listing = ? AND night BETWEEN ? AND ? AND at <= ? ORDER BY night, at, seq",
            (listing, first, last, at),
        )
        return dict(_folded(rows))

    def _calendar(self, listing: int) -> "_Calendar":
        if listing not in self._calendars:
            query = f"SELECT night, {NIGHT_COLUMNS} FROM nights WHERE listing = ? ORDER BY night, at, seq"  # noqa: S608
            nights = dict(_folded(self._db.execute(query, (listing,))))
            query = "SELECT MIN(at), COALESCE(MAX(at), 0), COALESCE(MAX(seq), 0) FROM nights WHERE listing = ?"
            self._calendars[listing] = _Calendar(nights, *self._db.execute(query, (listing,)).fetchone())
        return self._calendars[listing]


@dataclass(slots=True)
class _Calendar:
    """All changes of a listing's nights, combined. A client that changes prices daily would else be slower each day."""

    nights: dict[int, NightChange]
    changed_first: int | None
    changed_last: int
    changes: int
    """The number of the latest change. Changes are numbered from 1."""

    def add(self, changes: Iterable[tuple[int, NightChange]], at: int) -> bool:
        """Combine with later changes. False if they are earlier ones, because the clock was turned back."""
        if at < self.changed_last:
            return False
        for night, change in changes:
            self.changes += 1
            before = self.nights.get(night)
            self.nights[night] = change if before is None else before.then(change)
        self.changed_first, self.changed_last = at if self.changed_first is None else self.changed_first, at
        return True


def _document(row: tuple[Any, ...]) -> Document:
    at, kind, id, portfolio, listing, body = row
    return Document(at, kind, id, portfolio, listing, None if body is None else orjson.loads(body))


def _folded(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, NightChange]]:
    for night, changes in groupby(rows, key=lambda row: row[0]):
        yield night, reduce(NightChange.then, (_night_change(change[1:]) for change in changes))


def _night_change(row: tuple[Any, ...]) -> NightChange:
    price, min_stay, max_stay, on_arrival, on_departure, blocked_units, note = row
    return NightChange(price, min_stay, max_stay, _flag(on_arrival), _flag(on_departure), blocked_units, note)


def _flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)
