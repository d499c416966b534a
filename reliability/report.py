"""The findings of one command: figures and promises in Markdown, kept in docs/reliability.md with RECORD=1."""

import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from reliability.house import ROOT, postgresql

PAGE = ROOT / "docs" / "reliability.md"
PACKAGES = ("django", "granian", "psycopg")


class Report:
    def __init__(self, name: str, length: str) -> None:
        self.name = name
        self.broken: list[str] = []
        self._lines = [f"{datetime.now(UTC):%Y-%m-%d}, {length}, {machine()}.", ""]

    def note(self, *lines: str) -> None:
        self._lines += ["", *lines, ""]

    def promise(self, text: str, broken_by: Sequence[str]) -> None:
        """A promise, which is kept if nothing breaks it."""
        self._lines += [f"- {'kept' if not broken_by else '**broken**'}: {text}"]
        self._lines += [f"  - {each}" for each in broken_by[:20]]
        self.broken += [text] if broken_by else []

    def finish(self) -> int:
        """Print the report; with RECORD=1 put it into the documentation. Returns 1 if a promise is broken."""
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines).strip())
        print(f"\n{text}\n")
        if os.environ.get("RECORD"):
            record(PAGE, self.name, text)
        for each in self.broken:
            print(f"Broken: {each}", file=sys.stderr)
        return 1 if self.broken else 0


def record(page: Path, name: str, text: str) -> None:
    """Replace what stands between the markers of this name."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    between = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    page.write_text(between.sub(lambda _: f"{begin}\n{text}\n{end}", page.read_text()))


def machine() -> str:
    printed = subprocess.run([postgresql("postgres"), "--version"], capture_output=True, text=True, check=True).stdout
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    cores = f"{os.cpu_count()} cores ({platform.machine()}), shared by the server, the sandbox and the load"
    return f"{cores}; Python {platform.python_version()}, PostgreSQL {printed.split()[2]}, {packages}"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Numbers with a fraction are rounded to whole ones."""
    cells = [[f"{cell:.0f}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    return [f"| {' | '.join(row)} |" for row in [list(head), ["---"] * len(head), *cells]]
