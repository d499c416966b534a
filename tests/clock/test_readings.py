"""One module reads the clock. Every other reading is named here, with the reason why a test clock must not move it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running_server import ROOT

ROOMS = [
    path.parent.name
    for path in sorted(ROOT.glob("*/__init__.py"))
    if path.parent.name not in ("tests", "bench", "reliability", "sandbox", "clock")
]
READINGS = {
    "timezone": {"now", "localtime", "localdate"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns"},
    "functions": {"Now"},
    "models": {"Now"},
}
# Reasons, not excuses: a module is here because what it counts happens in real time.
REAL_TIME = {
    "partners/settings.py": "windows of rate limits",
    "throttling/storage.py": "windows of rate limits",
    "connectors/pacing.py": "windows of the channels' rate limits",
    "connectors/shares.py": "windows of the channels' rate limits",
    "connectors/pauses.py": "pauses of channels that do not answer",
    "connectors/direct/session.py": "signatures, which the other side compares with its own clock",
    "devtools/demo_channels.py": "signatures, which the other side compares with its own clock",
    "partners/probe.py": "the age of a file, whose time the machine writes",
    "devtools/client/tokens.py": "the lifetime of tokens, which the server counts in real time",
    "devtools/clock_start.py": "where the moved clock is, relative to the machine's",
    "partners/observability/traces.py": "times of traces, which collectors compare with their own clocks",
    "devtools/demo.py": "an address that was not used before",
}


def readings(source: str) -> Iterator[str]:
    """The readings of a clock in a module, as `time.time`; a name that is imported on its own as well."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            if node.attr in READINGS.get(owner, ()):
                yield f"{owner}.{node.attr}"
        elif isinstance(node, ast.ImportFrom):
            owner = (node.module or "").rpartition(".")[2]
            yield from (f"{owner}.{name.name}" for name in node.names if name.name in READINGS.get(owner, ()))


def modules() -> list[Path]:
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]
    assert len(found) > 200
    return found


def test_no_other_module_reads_a_clock() -> None:
    reading = {
        str(path.relative_to(ROOT)): sorted(set(found))
        for path in modules()
        if (found := list(readings(path.read_text())))
    }

    assert {name: found for name, found in reading.items() if name not in REAL_TIME} == {}
    assert set(REAL_TIME) <= set(reading), "named here, but reads no clock any more"


@pytest.mark.parametrize(
    "source",
    [
        "from django.utils import timezone\ntimezone.now()",
        "import datetime\ndatetime.datetime.now()",
        "from datetime import date\nchosen or date.today()",
        "import time\ndef due(clock=time.time): ...",
        "from time import time",
        "from django.db.models.functions import Now",
    ],
)
def test_each_way_to_read_a_clock_is_found(source: str) -> None:
    assert list(readings(source))
