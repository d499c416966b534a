"""The API with Redis: nobody is refused while it starts, and an outage of Redis slows nothing."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.running_api import running_api
from tests.throttling.silent_server import silent_server

pytestmark = pytest.mark.slow

REDIS_URL = os.environ.get("REDIS_TEST_URL", "redis://127.0.0.1:6379/15")
PATHS = ("/api/v1/listings/", "/readyz", "/api/v1/users/", "/", "/o/token/")


def test_a_start_under_load_answers_without_failures() -> None:
    """Without a token there is no database work, so that the first requests of all threads meet at the counters."""
    statuses: list[int] = []

    def ask(port: int, number: int) -> None:
        deadline = time.monotonic() + 90
        answered = 0
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            while answered < 15 and time.monotonic() < deadline:
                try:
                    answer = client.get(PATHS[(number + answered) % len(PATHS)])
                except httpx.TransportError:
                    time.sleep(0.05)
                    continue
                answered += 1
                if answer.request.url.path != "/readyz":  # no worker runs
                    statuses.append(answer.status_code)

    with ThreadPoolExecutor(12) as pool:

        def load(port: int) -> None:
            for number in range(12):
                pool.submit(ask, port, number)

        with running_api(processes=2, before=load, REDIS_URL=REDIS_URL) as api:
            pool.shutdown()
            logged = api.log.read_text()

    assert len(statuses) > 100
    assert set(statuses) <= {200, 401, 405}, set(statuses)
    assert "Traceback" not in logged


def test_a_silent_redis_slows_nothing_and_is_one_line_in_the_log() -> None:
    with silent_server() as redis, running_api(REDIS_URL=f"redis://127.0.0.1:{redis.port}/0") as api:
        with httpx.Client(base_url=api.base_url, headers={"Authorization": f"Bearer {api.token()}"}) as client:
            begun = time.monotonic()
            answers = [client.get("/api/v1/listings/") for _ in range(100)]
            taken = time.monotonic() - begun

        assert {answer.status_code for answer in answers} == {200}
        assert taken < 10  # each request waited a quarter of a second
        assert len([line for line in api.logged() if "Redis is unavailable" in line]) == 1
        assert not [line for line in api.logged() if "Rate limits" in line]
