"""Keeps the server's files from other users of the machine."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

ONLY_OWNER_FOLDER, ONLY_OWNER_FILE = 0o700, 0o600
BESIDE_SQLITE = ("-wal", "-shm", "-journal")


def make_private(folder: Path, databases: Iterable[Path]) -> None:
    """Create the folder and SQLite's files, readable by their owner only; restrict those that exist.

    SQLite gives the files beside a database the mode of the database. A folder that has folders in it, is shared, or
    belongs to somebody else, is not only ours and is left as it is. Raises OSError if something cannot be created.
    """
    folder.mkdir(mode=ONLY_OWNER_FOLDER, parents=True, exist_ok=True)
    if _is_only_ours(folder):
        _restrict(folder, ONLY_OWNER_FOLDER)
    for database in databases:
        if database.parent.is_dir():  # otherwise SQLite says so when it is used
            os.close(os.open(database, os.O_CREAT | os.O_RDWR, ONLY_OWNER_FILE))
        for path in (database, *(database.with_name(f"{database.name}{suffix}") for suffix in BESIDE_SQLITE)):
            if path.is_file():
                _restrict(path, ONLY_OWNER_FILE)


def _is_only_ours(folder: Path) -> bool:
    return not folder.stat().st_mode & stat.S_ISVTX and not any(entry.is_dir() for entry in folder.iterdir())


def _restrict(path: Path, mode: int) -> None:
    found = path.stat()
    if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) != mode:
        path.chmod(mode)
