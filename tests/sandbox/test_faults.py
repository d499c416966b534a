"""The faults and the other control endpoints over HTTP, as a developer uses them."""

import time
from typing import Any

import httpx
import pytest

from sandbox.server import RunningSandbox
from tests.sandbox.hostaway_client import Hostaway


def switch_on(control: httpx.Client, kind: str, **rest: object) -> int:
    answer = control.post("/faults", json={"kind": kind, **rest})
    assert answer.status_code == 201, answer.text
    fault_id: int = answer.json()["id"]
    return fault_id


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("server_error", 500, {"status": "fail", "result": "Internal server error."}),
        ("expired_token", 403, {"status": "fail", "result": "Access denied: the token is invalid or expired."}),
    ],
)
def test_a_fault_gives_the_channels_own_error_for_the_chosen_number_of_requests(
    hostaway: Hostaway, control: httpx.Client, kind: str, status: int, body: dict[str, Any]
) -> None:
    switch_on(control, kind, count=2)

    answers = [hostaway.http.get("/listings") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].json() == body


def test_a_rate_limit_can_be_simulated(hostaway: Hostaway, control: httpx.Client) -> None:
    switch_on(control, "rate_limited", count=1)

    answer = hostaway.http.get("/listings")

    assert answer.status_code == 429
    assert answer.json().keys() == {"status", "message"}
    assert answer.json()["status"] == "fail"


def test_malformed_json_is_cut_off_in_the_middle(hostaway: Hostaway, control: httpx.Client) -> None:
    switch_on(control, "malformed_json", count=1)

    answer = hostaway.http.get("/listings")

    assert answer.status_code == 200
    with pytest.raises(ValueError, match="line 1"):
        answer.json()


def test_wrong_types_appear_in_chosen_members_or_everywhere(hostaway: Hostaway, control: httpx.Client) -> None:
    right = hostaway.get("/listings/100030001")
    switch_on(control, "wrong_types", count=1, fields=["price"])
    switch_on(control, "wrong_types", count=1)

    chosen = hostaway.http.get("/listings/100030001").json()["result"]
    everywhere = hostaway.http.get("/listings/100030001").json()

    assert {name for name in right if chosen[name] != right[name]} == {"price"}
    assert not isinstance(chosen["price"], float)
    assert everywhere["status"] == 12
    assert everywhere["result"]["name"] == 12


def test_a_connection_can_be_reset_without_an_answer(hostaway: Hostaway, control: httpx.Client) -> None:
    switch_on(control, "reset", count=1)

    with pytest.raises(httpx.ReadError, match="reset"):
        hostaway.http.get("/listings")

    assert hostaway.http.get("/listings").status_code == 200
    assert control.get("/requests").json()["requests"][-2]["status"] is None


def test_a_slow_answer_can_have_another_fault_too(hostaway: Hostaway, control: httpx.Client) -> None:
    switch_on(control, "slow", seconds=0.3, count=1)
    switch_on(control, "server_error", count=1)

    started = time.monotonic()
    answer = hostaway.http.get("/listings")

    assert time.monotonic() - started >= 0.3
    assert answer.status_code == 500


def test_a_slow_answer_does_not_delay_other_requests(hostaway: Hostaway, control: httpx.Client) -> None:
    switch_on(control, "slow", seconds=20, path="calendar")

    with pytest.raises(httpx.ReadTimeout):
        hostaway.http.get("/listings/100030001/calendar", timeout=0.2)
    assert hostaway.http.get("/listings", timeout=10).status_code == 200


def test_a_fault_affects_only_its_channel_method_and_path(hostaway: Hostaway, control: httpx.Client) -> None:
    switch_on(control, "server_error", channel="hostaway", method="put", path=r"^/v1/listings/\d+/calendar")
    span = {"startDate": "2026-10-01", "endDate": "2026-10-01", "price": 90}

    assert hostaway.http.put("/listings/100030001/calendar", json=span).status_code == 500
    assert hostaway.http.get("/listings/100030001/calendar").status_code == 200
    assert hostaway.http.put("/listings/100030001", json={}).status_code == 200


def test_a_fault_of_another_channel_does_not_affect_hostaway(hostaway: Hostaway, control: httpx.Client) -> None:
    switch_on(control, "server_error", channel="spotahome")

    assert hostaway.http.get("/listings").status_code == 200


def test_a_probability_affects_the_same_requests_every_time(hostaway: Hostaway, control: httpx.Client) -> None:
    def failed() -> list[bool]:
        control.delete("/faults")
        switch_on(control, "server_error", probability=0.5)
        return [hostaway.http.get("/propertyTypes").is_server_error for _ in range(30)]

    first = failed()

    assert 5 < sum(first) < 25
    assert failed() == first


def test_a_failed_write_changes_nothing(hostaway: Hostaway, control: httpx.Client) -> None:
    before = hostaway.get("/listings/100030001/calendar", startDate="2026-10-01", endDate="2026-10-01")
    span = {"startDate": "2026-10-01", "endDate": "2026-10-01", "price": 91}
    switch_on(control, "server_error", count=1)

    hostaway.http.put("/listings/100030001/calendar", json=span)

    assert hostaway.get("/listings/100030001/calendar", startDate="2026-10-01", endDate="2026-10-01") == before


def test_faults_are_listed_and_removed_one_by_one_or_together(hostaway: Hostaway, control: httpx.Client) -> None:
    first, second = switch_on(control, "server_error"), switch_on(control, "slow", seconds=0)

    assert [fault["id"] for fault in control.get("/faults").json()["faults"]] == [first, second]
    assert control.delete(f"/faults/{first}").status_code == 204
    assert control.delete(f"/faults/{first}").status_code == 404
    assert hostaway.http.get("/listings").status_code == 200
    assert control.delete("/faults").json() == {"faults": []}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "mischief"},
        {"kind": "slow", "seconds": -1},
        {"kind": "slow", "seconds": 1e9},
        {"kind": "reset", "count": 0},
        {"kind": "reset", "count": True},
        {"kind": "reset", "probability": 1.5},
        {"kind": "reset", "path": "("},
        {"kind": "reset", "path": 1},
        {"kind": "wrong_types", "fields": "price"},
        {"kind": "reset", "colour": "red"},
    ],
)
def test_an_invalid_fault_is_refused(control: httpx.Client, body: dict[str, Any]) -> None:
    answer = control.post("/faults", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert control.get("/faults").json() == {"faults": []}


def test_the_request_log_has_the_requests_with_their_statuses(hostaway: Hostaway, control: httpx.Client) -> None:
    control.delete("/requests")
    hostaway.get("/listings", limit=1)
    hostaway.refusal("GET", "/listings/1")

    listed = control.get("/requests", params={"channel": "hostaway", "path": "/v1/listings"}).json()

    assert listed == {
        "count": 2,
        "latest": listed["latest"],
        "requests": [
            {"channel": "hostaway", "method": "GET", "path": "/v1/listings", "query": "limit=1", "status": 200},
            {"channel": "hostaway", "method": "GET", "path": "/v1/listings/1", "query": "", "status": 404},
        ],
    }
    assert control.get("/requests", params={"method": "PUT"}).json()["count"] == 0
    hostaway.get("/listings", limit=2)
    newer = control.get("/requests", params={"after": listed["latest"]}).json()
    assert [request["query"] for request in newer["requests"]] == ["limit=2"]
    assert control.get("/requests", params={"after": "-1"}).status_code == 400


def test_the_clock_is_set_advanced_and_returned_to_real_time_over_http(
    hostaway: Hostaway, control: httpx.Client
) -> None:
    stopped = control.post("/clock", json={"set": "2026-05-01T10:00:00+02:00"}).json()
    advanced = control.post("/clock", json={"advance": 86_400}).json()
    running = control.post("/clock", json={"real": True}).json()

    assert stopped == {"now": "2026-05-01T08:00:00+00:00", "stopped": True, "moved": True}
    assert advanced == {"now": "2026-05-02T08:00:00+00:00", "stopped": True, "moved": True}
    assert (running["stopped"], running["moved"]) == (False, False)
    assert control.get("/clock").json()["stopped"] is False


def test_the_clock_is_started_from_an_instant_stopped_and_let_run(hostaway: Hostaway, control: httpx.Client) -> None:
    started = control.post("/clock", json={"start": "2027-01-15T08:00:00Z"}).json()
    stopped = control.post("/clock", json={"stop": True}).json()
    running = control.post("/clock", json={"run": True}).json()

    assert started["now"].startswith("2027-01-15T08:00:0")
    assert [clock["stopped"] for clock in (started, stopped, running)] == [False, True, False]
    assert all(clock["moved"] for clock in (started, stopped, running))
    assert stopped["now"] <= running["now"]


@pytest.mark.parametrize("path", ["/clock", "/faults", "/limits", "/requests", "/bookings"])
def test_each_control_answers_with_and_without_its_slash(control: httpx.Client, path: str) -> None:
    assert control.get(path).json().keys() == control.get(f"{path}/").json().keys()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://attacker.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "attacker.example"},
        {"Host": "127.0.0.1.attacker.example:8001"},
        {"Host": ""},
    ],
)
def test_a_page_of_another_site_controls_nothing(
    control: httpx.Client, sandbox: RunningSandbox, headers: dict[str, str]
) -> None:
    refused = control.post("/faults", json={"kind": "reset"}, headers=headers)

    assert refused.status_code in (400, 403)
    assert sandbox.faults.active() == []


@pytest.mark.parametrize("host", ["localhost:8001", "[::1]:8001", "10.1.2.3", "sandbox:8001"])
def test_the_page_itself_and_programs_control_it_by_every_local_name(control: httpx.Client, host: str) -> None:
    own = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}

    assert control.post("/limits", json={"enabled": False}, headers=own).status_code == 200
    assert control.post("/limits", json={"enabled": False}, headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"set": "yesterday"},
        {"set": "2026-05-01T10:00:00"},
        {"set": "1066-10-14T09:00:00Z"},
        {"advance": "a day"},
        {"advance": 10**12},
        {"real": True, "advance": 1},
    ],
)
def test_an_invalid_clock_setting_is_refused(control: httpx.Client, body: dict[str, Any]) -> None:
    before = control.get("/clock").json()

    assert control.post("/clock", json=body).status_code == 400
    assert control.get("/clock").json() == before


def test_a_reset_returns_the_sandbox_to_its_first_state(
    hostaway: Hostaway, control: httpx.Client, sandbox: RunningSandbox
) -> None:
    hostaway.result("POST", "/listings/100030001/images", json={"images": [{"url": "https://x.example/1.jpg"}]})
    switch_on(control, "server_error")

    assert control.post("/reset").status_code == 204

    assert control.get("/requests").json()["count"] == 0
    assert control.get("/faults").json() == {"faults": []}
    assert control.get("/clock").json()["stopped"] is False
    with Hostaway(sandbox.base_url, "10003") as client:
        assert client.get("/listings/100030001")["latestActivityOn"] < "2026"


def test_a_slow_request_that_outlives_a_reset_leaves_no_trace(
    hostaway: Hostaway, control: httpx.Client, sandbox: RunningSandbox
) -> None:
    switch_on(control, "slow", seconds=0.5)
    with pytest.raises(httpx.ReadTimeout):
        hostaway.http.get("/listings", timeout=0.1)

    sandbox.reset()
    time.sleep(0.7)

    assert sandbox.log.matching() == []
