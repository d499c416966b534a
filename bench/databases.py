"""Databases for the parts of the benchmark: each engine's template is migrated once and then copied."""

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).parent.parent


class Databases:
    """`server` is the URL of any database on the PostgreSQL server. Leaving the context removes all databases made."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._folder = tempfile.TemporaryDirectory()
        self._made: list[str] = []

    def __enter__(self) -> "Databases":
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()
        for name in list(self._made):
            self._drop(name)

    @contextmanager
    def sqlite(self) -> Iterator[str]:
        """Yield the URL of a migrated database in a file of its own."""
        with tempfile.TemporaryDirectory(dir=self._folder.name) as folder:
            copy = Path(folder) / "bench.sqlite3"
            shutil.copyfile(self._sqlite_template, copy)
            yield f"sqlite:///{copy}"

    @contextmanager
    def postgresql(self) -> Iterator[str | None]:
        """Yield the URL of a migrated database, or None if no server answers."""
        if self._postgresql_template is None:
            yield None
            return
        name = self._create(f'TEMPLATE "{self._postgresql_template}"')
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    @cached_property
    def _sqlite_template(self) -> Path:
        template = Path(self._folder.name) / "template.sqlite3"
        self._migrate(f"sqlite:///{template}")
        return template

    @cached_property
    def _postgresql_template(self) -> str | None:
        try:
            name = self._create()
        except psycopg.OperationalError:
            return None
        self._migrate(self._url(name))
        return name

    def _migrate(self, url: str) -> None:
        environment = {**os.environ, "PROFILE": "development", "DATABASE_URL": url, "DATA_DIR": self._folder.name}
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, env=environment, cwd=ROOT, check=True)  # noqa: S603

    def _create(self, options: str = "") -> str:
        name = f"bench_{uuid.uuid4().hex[:12]}"
        self._execute(f'CREATE DATABASE "{name}" {options}')
        self._made.append(name)
        return name

    def _drop(self, name: str) -> None:
        self._execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        self._made.remove(name)

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._server, autocommit=True, connect_timeout=2) as server:
            server.execute(statement)

    def _url(self, name: str) -> str:
        return urlsplit(self._server)._replace(path=f"/{name}").geturl()
