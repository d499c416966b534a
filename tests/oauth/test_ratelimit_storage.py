"""The counters in a shared file: exact between processes, and what the `limits` library's strategies expect."""

import subprocess
import sys
import time

import pytest
from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

from throttling.storage import SharedFileStorage

COUNT_300_TIMES = """
import sys
from pathlib import Path
from throttling.storage import SharedFileStorage

storage = SharedFileStorage(Path(sys.argv[1]))
for _ in range(300):
    storage.incr("requests", 60)
    storage.acquire_entry("calls", 500, 60)
"""


def start(program, path):
    return subprocess.Popen([sys.executable, "-c", program, str(path)])  # noqa: S603


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "limits.sqlite3"


@pytest.fixture
def storage(path):
    storage = SharedFileStorage(path)
    yield storage
    storage.close()


@pytest.mark.parametrize("strategy", [FixedWindowRateLimiter, MovingWindowRateLimiter])
def test_a_strategy_lets_through_as_many_as_the_limit(storage, strategy):
    limiter, limit = strategy(storage), RateLimitItemPerMinute(3)

    assert [limiter.hit(limit, "harbour") for _ in range(5)] == [True, True, True, False, False]
    assert limiter.hit(limit, "mountain")
    assert not limiter.test(limit, "harbour")
    reset, remaining = limiter.get_window_stats(limit, "harbour")
    assert remaining == 0
    assert 0 < reset - time.time() <= 60


@pytest.mark.parametrize("strategy", [FixedWindowRateLimiter, MovingWindowRateLimiter])
def test_a_window_ends(storage, strategy):
    limiter, limit = strategy(storage), RateLimitItemPerSecond(1)
    limiter.hit(limit, "harbour")
    assert not limiter.test(limit, "harbour")

    time.sleep(1.05)

    assert limiter.hit(limit, "harbour")


def test_what_has_ended_is_swept(storage):
    storage.incr("old", 0.01)
    time.sleep(0.02)

    storage.incr("new", 60)

    assert storage.reset() == 1


def test_one_key_can_be_cleared(storage):
    for key in ("harbour", "mountain"):
        storage.incr(key, 60)
        storage.acquire_entry(key, 1, 60)

    storage.clear("harbour")

    assert (storage.get("harbour"), storage.get("mountain")) == (0, 1)
    assert storage.acquire_entry("harbour", 1, 60)
    assert not storage.acquire_entry("mountain", 1, 60)


def test_processes_that_count_at_once_lose_nothing(storage, path):
    running = [start(COUNT_300_TIMES, path) for _ in range(3)]

    assert [process.wait(timeout=60) for process in running] == [0, 0, 0]
    assert storage.get("requests") == 900
    assert storage.get_moving_window("calls", 500, 60)[1] == 500


def test_counters_outlive_a_process_that_is_killed(storage, path):
    storage.incr("requests", 60)
    killed = start(COUNT_300_TIMES.replace("range(300)", "iter(int, 1)"), path)
    deadline = time.monotonic() + 30
    while storage.get("requests") < 50 and time.monotonic() < deadline:
        time.sleep(0.01)

    killed.kill()
    killed.wait()

    assert storage.check()
    assert storage.incr("requests", 60) > 50
