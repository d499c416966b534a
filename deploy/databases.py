"""How the scripts beside this file reach a database: the variables of libpq, row counts, copies."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg
from psycopg import sql

Counts = dict[str, int]
_PARTS = {"hostname": "PGHOST", "port": "PGPORT", "username": "PGUSER", "password": "PGPASSWORD"}
_QUERY = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"}


def is_sqlite(url: str) -> bool:
    return url.startswith("sqlite:")


def sqlite_file(url: str) -> Path:
    """The file of a `sqlite:///path`; of `sqlite:////path` an absolute one."""
    return Path(unquote(urlsplit(url).path).removeprefix("/"))


def libpq(url: str, *, database: str | None = None) -> dict[str, str]:
    """The variables of libpq for a `postgres://` URL. In a command line, others could read the password."""
    parts = urlsplit(url)
    found = {name: unquote(str(value)) for part, name in _PARTS.items() if (value := getattr(parts, part))}
    found |= {_QUERY[name]: value for name, value in parse_qsl(parts.query) if name in _QUERY}
    return {**found, "PGDATABASE": database or unquote(parts.path.lstrip("/"))}


@contextmanager
def snapshot(url: str) -> Iterator[tuple[str, Counts]]:
    """PostgreSQL's name of a snapshot, and the rows that each table has in it. Others can write meanwhile."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        (name,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        yield name, _counts(connection)


def postgresql_counts(url: str) -> Counts:
    with psycopg.connect(url) as connection:
        return _counts(connection)


def _counts(connection: "psycopg.Connection[tuple[object, ...]]") -> Counts:
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    counts: Counts = {}
    for (table,) in connection.execute(tables).fetchall():
        row = connection.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", str(table)))
        ).fetchone()
        counts[str(table)] = int(str(row[0])) if row else 0
    return counts


def sqlite_counts(file: Path) -> Counts:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
        names = [name for (name,) in connection.execute(tables)]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


def copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy, while others write. Raises sqlite3.OperationalError if the target exists."""
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=60)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
