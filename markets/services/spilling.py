"""Gathers the nights of each listing from a file in any order, in temporary files instead of memory."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from struct import Struct
from typing import IO

from markets.merging import Seen
from markets.sources.source import SourceNight

ROWS_PER_FILE = 100_000
FEWEST_FILES, MOST_FILES = 16, 128
NIGHT = Struct("<QIqH?")  # the listing's id, the day ordinal, the price, the minimum stay, whether it is available
READ_AT_ONCE = NIGHT.size * 10_000


def gathered(nights: Iterable[SourceNight], count: int) -> Iterator[tuple[str, Mapping[int, Seen]]]:
    """The nights of each listing, by day ordinal. `count` is about their number in all.

    All nights of a listing go to the same file, and one file at a time is in memory.
    """
    with ExitStack() as stack:
        number = max(FEWEST_FILES, min(count // ROWS_PER_FILE, MOST_FILES))
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(number)]
        for public_id, night, available, price, min_stay in nights:
            key = int(public_id)
            files[key % number].write(NIGHT.pack(key, night, price, min_stay, available))
        for file in files:
            file.seek(0)
            yield from _of_file(file).items()


def _of_file(file: IO[bytes]) -> dict[str, dict[int, Seen]]:
    found: dict[str, dict[int, Seen]] = {}
    while packed := file.read(READ_AT_ONCE):
        for key, night, price, min_stay, available in NIGHT.iter_unpack(packed):
            found.setdefault(str(key), {})[night] = (available, price, min_stay)
    return found
