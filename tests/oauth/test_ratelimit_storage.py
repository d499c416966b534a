"""The counters in a shared file are exact between processes and work with the strategies of `limits`."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import LazySettings
from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

from tests.environment import changed
from throttling import counters
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


Strategy = type[FixedWindowRateLimiter] | type[MovingWindowRateLimiter]


def start(program: str, path: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", program, str(path)])  # noqa: S603


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "limits.sqlite3"


@pytest.fixture
def storage(path: Path) -> Iterator[SharedFileStorage]:
    storage = SharedFileStorage(path)
    yield storage
    storage.close()


@pytest.mark.parametrize("strategy", [FixedWindowRateLimiter, MovingWindowRateLimiter])
def test_a_strategy_allows_as_many_requests_as_the_limit(storage: SharedFileStorage, strategy: Strategy) -> None:
    limiter, limit = strategy(storage), RateLimitItemPerMinute(3)

    assert [limiter.hit(limit, "harbour") for _ in range(5)] == [True, True, True, False, False]
    assert limiter.hit(limit, "mountain")
    assert not limiter.test(limit, "harbour")
    reset, remaining = limiter.get_window_stats(limit, "harbour")
    assert remaining == 0
    assert 0 < reset - time.time() <= 60


@pytest.mark.parametrize("strategy", [FixedWindowRateLimiter, MovingWindowRateLimiter])
def test_a_window_ends(storage: SharedFileStorage, strategy: Strategy) -> None:
    limiter, limit = strategy(storage), RateLimitItemPerSecond(1)
    limiter.hit(limit, "harbour")
    assert not limiter.test(limit, "harbour")

    time.sleep(1.05)

    assert limiter.hit(limit, "harbour")


def test_expired_counters_are_deleted(storage: SharedFileStorage) -> None:
    storage.incr("old", 0.01)
    time.sleep(0.02)

    storage.incr("new", 60)

    assert storage.reset() == 1


def test_one_key_can_be_cleared(storage: SharedFileStorage) -> None:
    for key in ("harbour", "mountain"):
        storage.incr(key, 60)
        storage.acquire_entry(key, 1, 60)

    storage.clear("harbour")

    assert (storage.get("harbour"), storage.get("mountain")) == (0, 1)
    assert storage.acquire_entry("harbour", 1, 60)
    assert not storage.acquire_entry("mountain", 1, 60)


def test_processes_that_count_at_the_same_time_lose_no_request(storage: SharedFileStorage, path: Path) -> None:
    running = [start(COUNT_300_TIMES, path) for _ in range(3)]

    assert [process.wait(timeout=60) for process in running] == [0, 0, 0]
    assert storage.get("requests") == 900
    assert storage.get_moving_window("calls", 500, 60)[1] == 500


def test_the_counters_stay_when_a_process_is_killed(storage: SharedFileStorage, path: Path) -> None:
    storage.incr("requests", 60)
    killed = start(COUNT_300_TIMES.replace("range(300)", "iter(int, 1)"), path)
    deadline = time.monotonic() + 30
    while storage.get("requests") < 50 and time.monotonic() < deadline:
        time.sleep(0.01)

    killed.kill()
    killed.wait()

    assert storage.check()
    assert storage.incr("requests", 60) > 50


def test_threads_that_ask_for_the_storage_at_the_same_time_get_the_same_one(
    settings: LazySettings, tmp_path: Path
) -> None:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, redis_url="", data_dir=tmp_path / "of several threads")
    all_ready = threading.Barrier(8)

    def ask(_: int) -> int:
        all_ready.wait()
        return id(counters.storage())

    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(ask, range(8)))) == 1
