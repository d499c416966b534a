"""The channels' rate limits."""

import time
from collections.abc import Hashable

import httpx

from sandbox.hostaway.tokens import TOKEN_DELAY_SECONDS
from sandbox.limits import Limiter, RateLimit
from sandbox.server import RunningSandbox, running
from tests.sandbox.conftest import NOW
from tests.sandbox.hostaway_client import Hostaway

LIMITED = {
    "status": "fail",
    "message": "Rate limit exceeded: 15 requests per 10 seconds from one address, 20 for one account.",
}


def test_the_sixteenth_request_from_an_address_in_ten_seconds_is_refused(
    hostaway: Hostaway, control: httpx.Client
) -> None:
    control.post("/limits", json={"enabled": True})
    hostaway.http.headers["Authorization"] = "Bearer nobody"

    answers = [hostaway.http.get("/propertyTypes") for _ in range(16)]

    assert [answer.status_code for answer in answers] == [403] * 15 + [429]
    assert answers[-1].json() == LIMITED


def test_moving_the_clock_starts_the_windows_again(hostaway: Hostaway, control: httpx.Client) -> None:
    control.post("/limits", json={"enabled": True})
    hostaway.http.headers["Authorization"] = "Bearer nobody"
    assert [hostaway.http.get("/propertyTypes").status_code for _ in range(16)][-1] == 429

    assert control.post("/clock", json={"advance": 86_400}).status_code == 200

    assert hostaway.http.get("/propertyTypes").status_code == 403


def test_limits_can_be_switched_off_at_run_time(hostaway: Hostaway, control: httpx.Client) -> None:
    control.post("/limits", json={"enabled": True})
    for _ in range(16):
        hostaway.http.get("/propertyTypes")

    assert control.post("/limits", json={"enabled": False}).json() == {"enabled": False}

    assert all(hostaway.http.get("/propertyTypes").status_code == 200 for _ in range(30))
    assert control.post("/limits", json={"enabled": "yes"}).status_code == 400


def test_control_index_and_health_check_have_no_limits() -> None:
    with running(now=NOW, limits=True) as sandbox, httpx.Client(base_url=sandbox.base_url) as client:
        paths = ("/healthz", "/_control/clock", "/")
        assert all(client.get(path).status_code == 200 for path in paths for _ in range(10))


def test_the_limit_of_an_account_covers_all_addresses(hostaway: Hostaway, sandbox: RunningSandbox) -> None:
    elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
    with httpx.Client(
        base_url=hostaway.http.base_url, headers=hostaway.http.headers, transport=elsewhere
    ) as another_address:
        time.sleep(TOKEN_DELAY_SECONDS)
        sandbox.limiter.enabled = True

        answers = [client.get("/propertyTypes") for client in (hostaway.http, another_address) for _ in range(12)]

    assert [answer.status_code for answer in answers] == [200] * 20 + [429] * 4


def test_the_window_of_a_limit_slides() -> None:
    now = 100.0
    limiter = Limiter(enabled=True, tick=lambda: now)
    limit: dict[Hashable, RateLimit] = {"address": RateLimit(2, 10)}

    first, now = limiter.admit(limit), 106.0
    second, third = limiter.admit(limit), limiter.admit(limit)
    now = 110.5
    fourth, fifth = limiter.admit(limit), limiter.admit(limit)

    assert (first, second, third, fourth, fifth) == (True, True, False, True, False)
