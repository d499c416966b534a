"""The progress of an import as text: a bar that is written over on a terminal, and a line now and then elsewhere."""

import time
from typing import Protocol

SECONDS_BETWEEN_LINES = 2.0
BAR_WIDTH = 20
CHECKED = " checked"


class Output(Protocol):
    """The output of a command of `manage.py`."""

    def write(self, msg: str = "", style_func: None = None, ending: str | None = None) -> None: ...

    def isatty(self) -> bool: ...

    def flush(self) -> None: ...


class Progress:
    """A file is checked first and imported then. The check tells how many rows the import has."""

    def __init__(self, output: Output) -> None:
        self._output, self._terminal = output, output.isatty()
        self._totals: dict[str, int] = {}
        self._width = 0
        self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES

    def show(self, what: str, count: int) -> None:
        """`what` is `nights checked` during the check, and `nights` during the import."""
        if what.endswith(CHECKED):
            self._totals[what.removesuffix(CHECKED)] = count
        text = f"  {what}: {count:,}{_share(count, self._totals.get(what, 0))}"
        if self._terminal:
            self._write_over(text)
        elif time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES
            self._output.write(text)

    def end(self) -> None:
        """Remove the bar."""
        if self._terminal:
            self._write_over("")

    def _write_over(self, text: str) -> None:
        self._output.write(f"\r{text:<{self._width}}", ending="" if text else "\r")
        self._output.flush()
        self._width = len(text)


def _share(count: int, total: int) -> str:
    if not total:
        return ""
    share = min(count / total, 1)
    return f" of {total:,} [{'#' * int(share * BAR_WIDTH):.<{BAR_WIDTH}}] {share:.0%}"
