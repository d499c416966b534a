"""Requests that find all threads busy wait for a bounded time, and the liveness answer does not wait at all."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from tests.running_api import Api, running_api

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def slow() -> Iterator[Api]:
    with running_api(application="tests.serving.slow_application:application") as api:
        yield api


@contextmanager
def requests(api: Api, *paths: str) -> Iterator[list[Future[httpx.Response]]]:
    with ThreadPoolExecutor(len(paths)) as pool:
        sent = []
        for path in paths:
            sent.append(pool.submit(httpx.get, f"{api.base_url}{path}", timeout=20))
            time.sleep(0.1)
        yield sent


def test_the_liveness_answer_waits_for_no_thread(slow: Api) -> None:
    with httpx.Client(base_url=slow.base_url) as client, requests(slow, "/3", "/3"):
        begun = time.monotonic()
        answers = [client.get("/healthz") for _ in range(20)]
        taken = time.monotonic() - begun

    assert {answer.status_code for answer in answers} == {200}
    assert taken < 2


def test_a_request_that_waited_too_long_for_a_thread_is_a_503(slow: Api) -> None:
    with requests(slow, "/2", "/0", "/o/0") as (_, waiting, token):
        begun = time.monotonic()
        answer, oauth = waiting.result(), token.result()
        taken = time.monotonic() - begun

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["errors"][0]["detail"] == "Too many requests are waiting at the moment."
    assert (oauth.status_code, oauth.json()["error"]) == (503, "temporarily_unavailable")
    assert taken < 1.5


def test_a_request_that_waits_less_is_answered(slow: Api) -> None:
    with requests(slow, "/0.5", "/0") as (_, waiting):
        assert waiting.result().status_code == 200


def test_a_request_that_finds_too_many_waiting_is_a_503_at_once(slow: Api) -> None:
    with requests(slow, "/0.9", "/0", "/0", "/0") as sent:
        begun = time.monotonic()
        refused = httpx.get(f"{slow.base_url}/0")
        taken = time.monotonic() - begun
        accepted = {each.result().status_code for each in sent}

    assert (refused.status_code, accepted) == (503, {200})
    assert taken < 0.8


def test_a_failure_outside_of_django_is_a_500_with_the_request_id(slow: Api) -> None:
    answer = httpx.get(f"{slow.base_url}/defect", headers={"X-Request-ID": "mine"})

    assert (answer.status_code, answer.headers["X-Request-ID"]) == (500, "mine")
    assert answer.json()["errors"][0]["meta"] == {"request-id": "mine"}
    assert "RuntimeError: a defect" in slow.log.read_text()
