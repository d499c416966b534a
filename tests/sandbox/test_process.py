"""The sandbox as a process: its start, and the writes that survive a restart."""

import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from sandbox.server import running
from tests.sandbox.conftest import NOW
from tests.sandbox.hostaway_client import Hostaway

COMMAND = [sys.executable, "-m", "sandbox"]
ROOT = Path(__file__).parents[2]


@contextmanager
def started(*arguments: str) -> Iterator[str]:
    """Start the process. Yields the base URL that it prints."""
    process = subprocess.Popen(  # noqa: S603
        [*COMMAND, "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found is not None, line
        yield found[0]
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_it_prints_its_address(tmp_path: Path) -> None:
    with started("--data-dir", str(tmp_path)) as base_url:
        assert httpx.get(f"{base_url}/healthz").status_code == 200
        assert "hostaway" in httpx.get(base_url).json()["channels"]


def test_a_restart_keeps_the_clients_writes(tmp_path: Path) -> None:
    span = {"startDate": "2026-10-01", "endDate": "2026-10-02", "price": 123, "minimumStay": 3}
    stay = {"channelId": 2000, "listingMapId": 100030001, "status": "inquiry"}
    with running(now=NOW, data_dir=str(tmp_path)) as sandbox, Hostaway(sandbox.base_url, "10003") as hostaway:
        hostaway.result("PUT", "/listings/100030001/calendar", json=span)
        hostaway.result("PUT", "/listings/100030002", json={"name": "Renamed"})
        made = hostaway.result(
            "POST", "/reservations", json=stay | {"arrivalDate": "2026-11-01", "departureDate": "2026-11-04"}
        )
        token = hostaway.http.headers["Authorization"]
        before = hostaway.http.get("/reservations").content

    with running(now=NOW, data_dir=str(tmp_path)) as sandbox, Hostaway(sandbox.base_url, "10003") as hostaway:
        hostaway.http.headers["Authorization"] = token
        days = hostaway.get("/listings/100030001/calendar", startDate="2026-10-01", endDate="2026-10-02")
        assert [(day["price"], day["minimumStay"]) for day in days] == [(123, 3)] * 2
        assert hostaway.get("/listings/100030002")["name"] == "Renamed"
        assert hostaway.get(f"/reservations/{made['id']}") == made
        assert hostaway.http.get("/reservations").content == before


def test_bookings_after_a_restart_follow_prices_written_before_it(tmp_path: Path) -> None:
    def reservations_later(data_dir: str) -> bytes:
        with running(now=NOW, data_dir=data_dir) as sandbox, Hostaway(sandbox.base_url, "10003") as hostaway:
            sandbox.clock.advance(20 * 86_400)
            return hostaway.http.get("/reservations", params={"limit": 300}).content

    span = {"startDate": "2026-03-15", "endDate": "2026-12-31", "price": 1000}
    with running(now=NOW, data_dir=str(tmp_path)) as sandbox, Hostaway(sandbox.base_url, "10003") as hostaway:
        for listing_id in (100030001, 100030002, 100030003):
            hostaway.result("PUT", f"/listings/{listing_id}/calendar", json=span)
        sandbox.clock.advance(20 * 86_400)
        without_restart = hostaway.http.get("/reservations", params={"limit": 300}).content

    assert reservations_later(str(tmp_path)) == without_restart
    assert reservations_later(":memory:") != without_restart


def test_a_write_is_invisible_after_the_clock_is_turned_back_before_it(tmp_path: Path) -> None:
    with running(now=NOW, data_dir=str(tmp_path)) as sandbox, Hostaway(sandbox.base_url, "10003") as hostaway:
        before = hostaway.get("/listings/100030002")
        sandbox.clock.advance(3600)
        hostaway.result("PUT", "/listings/100030002", json={"price": 77})

        sandbox.clock.advance(-1800)
        assert hostaway.get("/listings/100030002") == before

        sandbox.clock.advance(1800)
        assert hostaway.get("/listings/100030002")["price"] == 77


def test_a_port_in_use_gives_a_one_line_error_and_exit_code_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = subprocess.run(  # noqa: S603
            [*COMMAND, "--port", port, "--data-dir", str(tmp_path)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"The sandbox cannot listen on 127.0.0.1:{port}")
    assert refused.stderr.count("\n") == 1


def test_a_data_folder_that_cannot_be_created_gives_a_one_line_error_and_exit_code_one(tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("")

    refused = subprocess.run(  # noqa: S603
        [*COMMAND, "--port", "0", "--data-dir", str(occupied)], capture_output=True, text=True, cwd=ROOT, check=False
    )

    assert refused.returncode == 1
    assert refused.stderr.startswith(f"The sandbox cannot write to {occupied}")
    assert refused.stderr.count("\n") == 1


def test_a_stopped_sandbox_has_closed_its_databases() -> None:
    with running(now=NOW) as ended:
        pass

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        ended.sandbox.store.clear()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        ended.sandbox.world.forget()
