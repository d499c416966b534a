import time

import httpx

from sandbox.hostaway.tokens import TOKEN_DELAY_SECONDS
from sandbox.limits import Limiter, RateLimit
from sandbox.server import running
from tests.sandbox.conftest import NOW

LIMITED = {
    "status": "fail",
    "message": "Rate limit exceeded: 15 requests per 10 seconds from one address, 20 for one account.",
}


def test_the_sixteenth_request_of_an_address_in_ten_seconds_is_refused(hostaway, control):
    control.post("/limits", json={"enabled": True})
    hostaway.http.headers["Authorization"] = "Bearer nobody"

    answers = [hostaway.http.get("/propertyTypes") for _ in range(16)]

    assert [answer.status_code for answer in answers] == [403] * 15 + [429]
    assert answers[-1].json() == LIMITED


def test_limits_can_be_switched_off_while_it_runs(hostaway, control):
    control.post("/limits", json={"enabled": True})
    for _ in range(16):
        hostaway.http.get("/propertyTypes")

    assert control.post("/limits", json={"enabled": False}).json() == {"enabled": False}

    assert all(hostaway.http.get("/propertyTypes").status_code == 200 for _ in range(30))
    assert control.post("/limits", json={"enabled": "yes"}).status_code == 400


def test_control_and_health_are_not_limited():
    with running(now=NOW, limits=True) as sandbox, httpx.Client(base_url=sandbox.base_url) as client:
        paths = ("/healthz", "/_control/clock", "/")
        assert all(client.get(path).status_code == 200 for path in paths for _ in range(10))


def test_an_account_is_limited_whatever_addresses_it_calls_from(hostaway, sandbox):
    elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
    with httpx.Client(
        base_url=hostaway.http.base_url, headers=hostaway.http.headers, transport=elsewhere
    ) as another_address:
        time.sleep(TOKEN_DELAY_SECONDS)
        sandbox.limiter.enabled = True

        answers = [client.get("/propertyTypes") for client in (hostaway.http, another_address) for _ in range(12)]

    assert [answer.status_code for answer in answers] == [200] * 20 + [429] * 4


def test_a_window_slides():
    now = 100.0
    limiter, limit = Limiter(enabled=True, tick=lambda: now), {"address": RateLimit(2, 10)}

    first, now = limiter.admit(limit), 106.0
    second, third = limiter.admit(limit), limiter.admit(limit)
    now = 110.5
    fourth, fifth = limiter.admit(limit), limiter.admit(limit)

    assert (first, second, third, fourth, fifth) == (True, True, False, True, False)
