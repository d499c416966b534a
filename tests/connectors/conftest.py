from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from limits.storage import MemoryStorage, Storage

from throttling.storage import SharedFileStorage


@pytest.fixture(params=["memory", "file"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """A storage of counters: in this process, and in the file that all processes of a machine share."""
    if request.param == "memory":
        yield MemoryStorage()
    else:
        with closing(SharedFileStorage(tmp_path / "limits.sqlite3")) as shared:
            yield shared
