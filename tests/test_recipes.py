"""The recipes of docs/testing-your-integration.md, run as written on a running server: only the ports differ."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from tests.documented import DOCS, blocks
from tests.running_server import ROOT, Server, running_server

pytestmark = pytest.mark.slow
PAGE = "testing-your-integration.md"
TIMEOUT_SECONDS = 400


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # Without public market data, whose import takes longer than all recipes.
    with running_server(LIMITS="off", MARKET_FEED_URL="http://127.0.0.1:9/market") as started:
        yield started


@pytest.fixture(scope="module")
def printed(server: Server) -> str:
    """What the recipes print, one after another in one interpreter."""
    program = "\n".join(text for language, text in blocks(PAGE) if language == "python")
    program = program.replace(":8000", f":{server.port}").replace(":8001", f":{server.port + 1}")
    done = subprocess.run(
        [sys.executable, "-"], input=program, capture_output=True, text=True, timeout=TIMEOUT_SECONDS
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr + server.log.read_text()[-5000:]
    return done.stdout


def test_a_booking_arrives(printed: str) -> None:
    assert re.search(r"^.+ 20\d\d-\d\d-\d\d booked$", printed, re.MULTILINE), printed


def test_a_channel_refuses(printed: str) -> None:
    assert "\n422 invalid_credentials\n" in printed


def test_a_channel_is_slow(printed: str) -> None:
    (seconds,) = re.findall(r"^([\d.]+) seconds for the API while the sync is (?:queued|in_progress)$", printed, re.M)
    assert float(seconds) < 3


def test_a_webhook_is_lost(printed: str) -> None:
    assert "account.refreshed was missed, and is read from the list\n" in printed
    assert "an hour later, the delivery was tried again\n" in printed


def test_a_price_changes(printed: str) -> None:
    assert re.search(r"^/v1/listings/\d+/calendar", printed, re.MULTILINE), printed
    (nights,) = re.findall(r"^(\d+) nights have the new price at the channel$", printed, re.MULTILINE)
    assert int(nights) > 10


def test_days_pass(printed: str, server: Server) -> None:
    assert ("sh", "make days DAYS=30\n") in blocks(PAGE)
    before = clock_of(server)
    environment = os.environ | {"PORT": str(server.port), "DATA_DIR": str(server.log.parent), "DAYS": "2"}
    environment |= {"DATABASE_URL": ""}

    done = subprocess.run(
        [sys.executable, "-m", "devtools.days"], cwd=ROOT, env=environment, capture_output=True, text=True,
        timeout=TIMEOUT_SECONDS,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    days = re.findall(r"^(\S+)  (\d+) syncs?, \d+ listings? refreshed, (\d+) push", done.stdout, re.MULTILINE)
    assert len(days) == 2
    assert all(int(syncs) >= 1 for _, syncs, _ in days)
    assert sum(int(pushes) for *_, pushes in days) >= 1
    assert "failed" not in done.stdout.replace("import_markets", "")
    assert 2 <= (clock_of(server) - before).days <= 3


def clock_of(server: Server) -> datetime:
    now = httpx.get(f"http://127.0.0.1:{server.port + 1}/_control/clock").json()["now"]
    return datetime.fromisoformat(now).astimezone(UTC)


def test_the_page_is_linked() -> None:
    assert f"({PAGE})" in (DOCS / "index.md").read_text()
