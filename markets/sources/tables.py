"""Reads CSV files of others, of any size, plain or packed with gzip, with bounds on what they can inflate."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, Self

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
LONGEST_LINE = 1 << 20  # characters
LARGEST_ROW = 8 << 20  # bytes, beside what is buffered; descriptions of listings have a few thousand
LARGEST_CELL = 131_072  # characters; the csv module's default
BUFFER = 1 << 18
MOST_COLUMNS = 1000


class BadFile(Exception):
    """The file cannot be imported. The text names the file and says why."""


class _Bounded(io.RawIOBase):
    """Unpacked bytes. Raises BadFile for too many of them, for NUL bytes, and for a row that does not end."""

    def __init__(self, stream: BinaryIO, name: str, most_bytes: int) -> None:
        self._stream, self._name, self._most = stream, name, most_bytes
        self.total = self.of_row = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        found = self._stream.read(len(buffer))
        buffer[: len(found)] = found
        self.total += len(found)
        self.of_row += len(found)
        if self.total > self._most:
            raise BadFile(f"{self._name} is larger than {self._most >> 20:,} MB when unpacked (MARKET_FILE_MAX_MB).")
        if self.of_row > LARGEST_ROW:
            raise BadFile(f"{self._name} has a row of more than {LARGEST_ROW >> 20} MB.")
        if b"\0" in found:
            raise BadFile(f"{self._name} has NUL bytes: it is damaged, or not a text in UTF-8.")
        return len(found)


class Table:
    """An open CSV file whose columns have names. A context manager; `rows` can be read once.

    Raises BadFile for whatever makes the rest of the file unreadable.
    """

    def __init__(self, path: Path, *, most_bytes: int) -> None:
        """`most_bytes` bounds the unpacked size."""
        self.name = path.name
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise BadFile(f"{path} cannot be read: {error.strerror}.") from error
        magic = self._file.peek(4)[:4]
        if magic == ZIP:
            self._file.close()
            raise BadFile(f"{self.name} is a ZIP archive. Unpack it first.")
        packed: BinaryIO = gzip.GzipFile(fileobj=self._file) if magic[:2] == GZIP else self._file  # type: ignore[assignment]
        self._bytes = _Bounded(packed, self.name, most_bytes)
        buffered = io.BufferedReader(self._bytes, BUFFER)  # type: ignore[type-var]
        text = io.TextIOWrapper(buffered, encoding="utf-8-sig", newline="")
        self._reader = csv.reader(iter(partial(text.readline, LONGEST_LINE), ""))
        self.width = 0
        try:
            self.columns = self._header()
        except BadFile:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def line(self) -> int:
        """The number of lines read."""
        return self._reader.line_num

    def rows(self) -> Iterator[list[str]]:
        """The rows below the header, of any width. Empty lines are left out."""
        bounded = self._bytes
        try:
            for row in self._reader:
                bounded.of_row = 0
                if row:
                    yield row
        except EOFError:
            raise BadFile(f"{self.name} ends in the middle: it was not copied to its end.") from None
        except (gzip.BadGzipFile, zlib.error):
            raise BadFile(f"{self.name} is a damaged gzip file.") from None
        except UnicodeDecodeError:
            raise BadFile(f"{self.name} is not a text in UTF-8, after line {self.line:,}.") from None
        except csv.Error as error:
            raise BadFile(
                f"{self.name} cannot be read after line {self.line:,}: {error}. Cells have at most {LARGEST_CELL:,} "
                "characters."
            ) from None

    def require(self, columns: Sequence[str], meaning: str) -> None:
        """Raises BadFile unless the file has all the columns. `meaning` says what the file should be."""
        missing = [name for name in columns if name not in self.columns]
        if missing:
            raise BadFile(f"{self.name} is not {meaning}: it has no column {' and no '.join(missing)}.")

    def _header(self) -> Mapping[str, int]:
        """The columns by name. A column without a name, such as an index, has none here; of two the first counts."""
        names = next(self.rows(), None)
        if names is None:
            raise BadFile(f"{self.name} is empty.")
        if len(names) > MOST_COLUMNS:
            raise BadFile(f"{self.name} has {len(names):,} columns.")
        self.width = len(names)
        columns: dict[str, int] = {}
        for index, name in enumerate(names):
            columns.setdefault(name.strip().lower(), index)
        columns.pop("", None)
        return columns
