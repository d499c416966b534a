"""A silent storage is left alone for some seconds, and its outage is logged once."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from limits.errors import StorageError
from limits.storage import MemoryStorage

from connectors.pacing import Pace
from connectors.wire import RateLimit
from jsonapi.outages import Outage
from tests.environment import changed
from tests.throttling.silent_server import SilentServer, silent_server
from throttling.breaker import BreakingStorage
from throttling.counters import REDIS_TIMEOUT_SECONDS, storage
from throttling.window import count


class Failing(MemoryStorage):
    """A storage that fails while it is told to."""

    fails = False
    asked = 0

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        self.asked += 1
        if self.fails:
            raise StorageError(TimeoutError("no answer"))
        return super().incr(key, expiry, amount)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outage(clock: Clock) -> Outage:
    return Outage("Redis", "nothing is counted", clock=clock)


@pytest.fixture
def inner() -> Failing:
    return Failing()


@pytest.fixture
def breaking(inner: Failing, outage: Outage, clock: Clock) -> BreakingStorage:
    return BreakingStorage(inner, outage, pause=5, clock=clock)


def fail(breaking: BreakingStorage, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(StorageError):
            breaking.incr("key", 60)


def test_after_an_error_the_storage_is_left_alone_for_the_pause(
    inner: Failing, breaking: BreakingStorage, clock: Clock
) -> None:
    inner.fails = True
    fail(breaking, times=100)
    assert inner.asked == 1

    clock.now += 5
    fail(breaking, times=100)
    assert inner.asked == 2

    inner.fails = False
    clock.now += 4.9
    fail(breaking)
    clock.now += 0.1
    assert breaking.incr("key", 60) == 1
    assert breaking.incr("key", 60) == 2


def test_an_outage_is_one_line_at_its_beginning_and_one_at_its_end(
    inner: Failing, breaking: BreakingStorage, clock: Clock, outage: Outage, caplog: pytest.LogCaptureFixture
) -> None:
    inner.fails = True
    fail(breaking, times=100)
    clock.now += 25
    inner.fails = False
    breaking.incr("key", 60)
    breaking.incr("key", 60)

    assert [record.getMessage() for record in caplog.records] == [
        "Redis is unavailable, so nothing is counted: no answer",
        "Redis is available again, after 25 s and 100 failures.",
    ]
    assert outage.failures == 100


@pytest.fixture
def silent() -> Iterator[SilentServer]:
    with silent_server() as server:
        yield server


@pytest.fixture
def silent_redis(silent: SilentServer, settings: LazySettings) -> SilentServer:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, redis_url=f"redis://127.0.0.1:{silent.port}/0")
    return silent


@pytest.mark.slow
def test_requests_and_channels_do_not_wait_for_a_silent_redis(
    silent_redis: SilentServer, caplog: pytest.LogCaptureFixture
) -> None:
    begun = time.monotonic()
    windows = [count("application:1", 600) for _ in range(200)]
    pace = Pace([RateLimit(1, 60, "address")], channel="seaside", account="1", storage=storage())
    waits = [pace.take() for _ in range(200)]
    taken = time.monotonic() - begun

    assert taken < 3 * REDIS_TIMEOUT_SECONDS  # one request waited
    assert silent_redis.connections <= 2
    assert {window.remaining for window in windows} == {599}
    assert set(waits) == {0.0}
    assert len(caplog.records) == 1
    assert "Redis is unavailable, so neither rate limits nor channels' limits are kept: " in caplog.text


def test_the_storage_of_a_file_works_behind_the_breaker(settings: LazySettings, tmp_path: Path) -> None:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, redis_url="", data_dir=tmp_path)
    counters = storage()
    assert isinstance(counters, BreakingStorage)

    assert (counters.incr("key", 60), counters.incr("key", 60), counters.get("key")) == (1, 2, 2)
    assert counters.acquire_entry("calls", 1, 60)
    assert not counters.acquire_entry("calls", 1, 60)
    assert counters.get_moving_window("calls", 1, 60)[1] == 1
    assert counters.get_expiry("key") > time.time()
    counters.clear("key")
    assert counters.get("key") == 0
    assert counters.check()
    counters.reset()
    counters.close()
