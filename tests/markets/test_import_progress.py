"""The progress of an import, as a terminal and as a file see it."""

from io import StringIO

import pytest
from django.core.management.base import OutputWrapper

from markets.import_progress import SECONDS_BETWEEN_LINES, Progress


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_one_line_that_is_written_over() -> None:
    terminal = Terminal()
    progress = Progress(OutputWrapper(terminal))

    progress.show("nights checked", 20_000)
    progress.show("nights checked", 40_000)
    progress.show("nights", 10_000)
    progress.show("nights", 40_000)
    progress.end()

    lines = [line.rstrip() for line in terminal.getvalue().split("\r")]
    assert lines == [
        "",
        "  nights checked: 20,000",
        "  nights checked: 40,000",
        "  nights: 10,000 of 40,000 [#####...............] 25%",
        "  nights: 40,000 of 40,000 [####################] 100%",
        "",
        "",
    ]
    assert "\n" not in terminal.getvalue()


def test_a_shorter_line_covers_the_longer_one() -> None:
    terminal = Terminal()
    progress = Progress(OutputWrapper(terminal))

    progress.show("listings checked", 1_000_000)
    progress.show("nights", 1)

    assert len(terminal.getvalue().split("\r")[2]) == len("  listings checked: 1,000,000")


def test_a_file_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 0.0
    monkeypatch.setattr("markets.import_progress.time.monotonic", lambda: moment)
    file = StringIO()
    progress = Progress(OutputWrapper(file))

    progress.show("nights", 1)
    moment = SECONDS_BETWEEN_LINES
    progress.show("nights", 2)
    progress.show("nights", 3)
    progress.end()

    assert file.getvalue() == "  nights: 2\n"
