"""The sandbox moves the clock of the server through a file in the data folder, and only in development."""

import os
import secrets
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clock.moved import MovedClock
from sandbox.clock import FILE, Clock
from tests.running_server import ROOT

CHRISTMAS = datetime(2027, 12, 24, 18, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def sandbox(tmp_path: Path) -> Clock:
    return Clock(tmp_path / FILE)


@pytest.fixture
def server(tmp_path: Path) -> MovedClock:
    return MovedClock(tmp_path / FILE)


def test_without_a_file_the_clock_is_the_machines(server: MovedClock) -> None:
    assert abs(server.now() - datetime.now(UTC)) < SECOND


def test_a_stopped_clock_stands_still_for_the_server(sandbox: Clock, server: MovedClock) -> None:
    sandbox.set(CHRISTMAS)

    assert server.now() == server.now() == CHRISTMAS


def test_every_move_is_seen_by_the_next_reading(sandbox: Clock, server: MovedClock) -> None:
    for day in range(200):
        sandbox.set(CHRISTMAS + timedelta(days=day))
        assert server.now() == CHRISTMAS + timedelta(days=day)


def test_the_queue_goes_on_while_the_clock_is_stopped(sandbox: Clock, server: MovedClock) -> None:
    sandbox.set(CHRISTMAS)
    time.sleep(0.02)
    first = server.queue_now()
    sandbox.advance(3600)

    assert CHRISTMAS + timedelta(seconds=0.02) <= first < CHRISTMAS + 10 * SECOND
    assert server.now() == CHRISTMAS + timedelta(hours=1)
    assert first + timedelta(hours=1) <= server.queue_now()  # it is moved, and never goes back by itself


def test_a_running_clock_runs_on_from_where_it_was_moved_to(sandbox: Clock, server: MovedClock) -> None:
    sandbox.start_from(CHRISTMAS)
    assert abs(server.now() - CHRISTMAS) < 2 * SECOND
    first = server.now()
    time.sleep(0.01)
    assert first < server.now()

    sandbox.advance(-86_400)
    assert abs(server.now() - (CHRISTMAS - timedelta(days=1))) < 2 * SECOND

    sandbox.stop()
    stopped = server.now()
    sandbox.run()
    assert timedelta(0) <= server.now() - stopped < 2 * SECOND


def test_both_agree_about_a_running_clock_within_the_second(sandbox: Clock, server: MovedClock) -> None:
    sandbox.advance(40 * 86_400)

    assert 0 <= server.now().timestamp() - sandbox.now() < 1.5


def test_each_move_is_another_place_and_real_time_is_none(sandbox: Clock, server: MovedClock) -> None:
    places = [server.place()]
    for move in (lambda: sandbox.advance(86_400), lambda: sandbox.advance(86_400), sandbox.stop):
        move()
        places.append(server.place())

    assert places[0] == ""
    assert len(set(places)) == 4

    sandbox.real()
    assert server.place() == ""


def test_going_back_to_real_time_leaves_no_file(sandbox: Clock, server: MovedClock, tmp_path: Path) -> None:
    sandbox.set(CHRISTMAS)
    assert server.now() == CHRISTMAS

    sandbox.real()

    assert list(tmp_path.iterdir()) == []
    assert abs(server.now() - datetime.now(UTC)) < SECOND


def test_a_sandbox_that_is_started_again_keeps_its_place(sandbox: Clock, tmp_path: Path) -> None:
    sandbox.set(CHRISTMAS)
    assert Clock(tmp_path / FILE).now() == CHRISTMAS.timestamp()

    sandbox.run()
    assert abs(Clock(tmp_path / FILE).now() - CHRISTMAS.timestamp()) <= 2


@pytest.mark.parametrize(
    "text",
    [
        "", "no JSON", "[]", "{}", '{"ahead": "1"}', '{"ahead": 1e300}', '{"ahead": NaN}', '{"stopped_at": 1830000000}',
        '{"stopped_at": -1, "since": 0}', '{"stopped_at": Infinity, "since": 0}', "\x00", '{"stopped_at": null}',
    ],
)  # fmt: skip
def test_a_file_that_says_nothing_is_ignored_by_both(server: MovedClock, tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)

    assert abs(server.now() - datetime.now(UTC)) < SECOND
    assert abs(server.queue_now() - datetime.now(UTC)) < SECOND
    assert abs(Clock(tmp_path / FILE).now() - time.time()) < 2


PROGRAM = """
import django; django.setup()
import clock
print(clock.now().year, clock.queue_now().year, clock.real_now().year)
"""


def years(tmp_path: Path, **environment: str) -> list[int]:
    """The year of each reading in a process of the server whose data folder has a clock of 2060."""
    Clock(tmp_path / FILE).set(datetime(2060, 1, 1, tzinfo=UTC))
    shown = subprocess.check_output(  # noqa: S603
        [sys.executable, "-c", PROGRAM], cwd=ROOT, text=True,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "partners.settings", "DATA_DIR": str(tmp_path)}
        | environment,
    )  # fmt: skip
    return [int(year) for year in shown.split()]


@pytest.mark.slow
def test_the_development_profile_follows_the_clock(tmp_path: Path) -> None:
    assert years(tmp_path, PROFILE="development") == [2060, 2060, datetime.now(UTC).year]


@pytest.mark.slow
def test_the_production_profile_ignores_the_clock(tmp_path: Path) -> None:
    shown = years(
        tmp_path,
        PROFILE="production",
        SECRET_KEY=secrets.token_urlsafe(64),
        CREDENTIAL_KEYS=urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        ALLOWED_HOSTS="api.example.com",
        DATABASE_URL=f"sqlite:///{tmp_path}/production.sqlite3",
    )

    assert shown == [datetime.now(UTC).year] * 3
