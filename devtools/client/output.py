"""What commands print: tables for people, and JSON for programs. Nothing of a server reaches the terminal as it is."""

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from devtools.client.safe_text import as_json, clean

_UNLIMITED = 10_000
_NARROWEST_CELL = 14
_GAP = "  "


@dataclass(frozen=True)
class Column:
    """`wide` columns may be cut on a narrow terminal."""

    title: str
    value: Callable[[Any], object]
    right: bool = False
    wide: bool = False


class PipeConsole(Console):
    """Leaves it to the caller what happens when the reader of a pipe stops."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console(file: TextIO, environment: Mapping[str, str] = os.environ) -> Console:
    """Without colours where the file is no terminal, or `NO_COLOR` is set."""
    plain = bool(environment.get("NO_COLOR")) or not file.isatty()
    return PipeConsole(
        file=file, highlight=False, markup=False, emoji=False,
        color_system=None if plain else "auto", no_color=plain or None,
        width=None if file.isatty() else _UNLIMITED, soft_wrap=False,
    )  # fmt: skip


class Output:
    """`json` says whether programs read the output. Notes and questions go to `notes`, which is stderr."""

    def __init__(self, *, json: bool) -> None:
        self.json = json
        self.out, self.notes = console(sys.stdout), console(sys.stderr)

    def document(self, document: Any) -> None:
        """A document of the API, as one line; on a terminal indented."""
        self._write(as_json(document, indent=2 if sys.stdout.isatty() else None))

    def record(self, value: Any) -> None:
        """One object of a list or of a stream, as one line."""
        self._write(as_json(value))

    def line(self, text: str | Text) -> None:
        self.out.print(_safe(text), soft_wrap=True)

    def note(self, text: str | Text) -> None:
        """A remark that is not the result."""
        self.notes.print(_safe(text), soft_wrap=True)

    def done(self, text: str) -> None:
        """The success of a command, for people only."""
        if not self.json:
            self.line(Text.assemble(("✓ ", "green"), clean(text)))

    def table(self, columns: Sequence[Column], rows: Sequence[Any]) -> None:
        """Nothing if there are no rows. A terminal that is too narrow gets several lines for each row."""
        if not rows:
            return
        cells = [[_shown(column.value(row)) for column in columns] for row in rows]
        widths = _widths(columns, cells, self.out.width)
        if widths is None:
            self._records(columns, cells)
            return
        self.line(_row([Text(column.title, style="bold") for column in columns], columns, widths))
        for row in cells:
            self.line(_row([Text(cell) for cell in row], columns, widths))

    def facts(self, facts: Iterable[tuple[str, object]], *, indent: int = 0) -> None:
        """One thing, a line for each fact."""
        shown = [(clean(name), _shown(value)) for name, value in facts]
        width = max((cell_len(name) for name, _ in shown), default=0)
        for name, value in shown:
            self.line(Text.assemble(" " * indent, (f"{name:<{width}}  ", "dim"), value))

    def _records(self, columns: Sequence[Column], cells: Iterable[Sequence[str]]) -> None:
        """Rows of a table that the terminal is too narrow for."""
        for row in cells:
            self.line(Text(row[0], style="bold"))
            for column, value in zip(columns[1:], row[1:], strict=True):
                self.line(Text.assemble("  ", (f"{column.title} ", "dim"), value))

    def _write(self, text: str) -> None:
        self.out.file.write(f"{text}\n")
        self.out.file.flush()


def attributes(resource: Any) -> dict[str, Any]:
    """The attributes of a resource of the API; none if the server sent something else."""
    found = resource.get("attributes") if isinstance(resource, dict) else None
    return found if isinstance(found, dict) else {}


def related(resource: Any, name: str) -> str:
    """The id of a related resource, or an empty text."""
    found = resource
    for member in ("relationships", name, "data", "id"):
        found = found.get(member) if isinstance(found, dict) else None
    return "" if found is None else str(found)


def moment(value: object) -> str:
    """An instant of the API, such as `2026-06-15T06:00:00.123456Z`, to the second."""
    text = "" if value is None else str(value)
    return f"{text[:10]} {text[11:19]}" if text[10:11] == "T" else text


def _safe(text: str | Text) -> Text:
    """A `Text` is put together from clean parts already."""
    return text if isinstance(text, Text) else Text(clean(text))


def _shown(value: object) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return clean(as_json(value) if isinstance(value, dict | list) else value)


def _widths(columns: Sequence[Column], cells: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """The width of each column. Wide ones share what the others leave; None if that is too little."""
    widths = [max(map(cell_len, (column.title, *(row[at] for row in cells)))) for at, column in enumerate(columns)]
    while sum(widths) + len(_GAP) * (len(columns) - 1) > room:
        may_shrink = [at for at, column in enumerate(columns) if column.wide and widths[at] > _NARROWEST_CELL]
        if not may_shrink:
            return None
        widths[max(may_shrink, key=lambda at: widths[at])] -= 1
    return widths


def _row(cells: Sequence[Text], columns: Sequence[Column], widths: Sequence[int]) -> Text:
    for cell, column, width in zip(cells, columns, widths, strict=True):
        cell.truncate(width, overflow="ellipsis")
        cell.align("right" if column.right else "left", width)
    row = Text(_GAP).join(cells)
    row.rstrip()
    return row
