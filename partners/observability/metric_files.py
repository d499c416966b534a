"""The files in which the processes of this machine count, so that each of them can answer for all.

prometheus_client gives each process files of its own. The files of processes that have ended are added up into one, so
that a server whose processes are replaced again and again does not collect files, and no counter goes back.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prometheus_client.mmap_dict import MmapedDict

_Files: Any = MmapedDict  # it has no types
FOLDED = "folded"  # in place of a process id
LOCK = "lock"


def fold_dead(folder: Path) -> None:
    """Add the counts of ended processes to the file of all ended processes, and forget their gauges.

    Call it while the folder is `locked`. If it is killed between its two writes, the counts of one process are added
    once more.
    """
    for file in sorted(folder.glob("*.db")):
        kind, *_, of = file.stem.split("_")
        if not of.isdigit() or _is_alive(int(of)):
            continue
        if kind in ("counter", "histogram"):
            _add(file, folder / f"{kind}_{FOLDED}.db")
        file.unlink(missing_ok=True)


def _add(file: Path, folded: Path) -> None:
    try:
        counted = list(_Files.read_all_values_from_file(str(file)))
    except Exception:  # noqa: BLE001  a process was killed while it made its file
        return
    total = _Files(str(folded))
    try:
        for key, value, _, _ in counted:
            total.write_value(key, total.read_value(key)[0] + value, 0.0)
    finally:
        total.close()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps other processes from reading and folding the files. The kernel frees the lock of a killed process."""
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
