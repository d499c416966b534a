"""The reference implementation of the direct protocol does what docs/building-a-channel.md says."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from sandbox.server import RunningSandbox, running
from tests.sandbox.conftest import NOW

YEN, EUROS = "300400033", "300030002"
SECRET = "sandbox-secret-of-the-direct-channel"


@dataclass
class Caller:
    """A client that signs requests as documented, without code of the connector."""

    http: httpx.Client
    base_url: str
    key_id: str = "30003"
    secret: str = SECRET

    def request(self, method: str, target: str, body: Any = None, **headers: str) -> httpx.Request:
        content = b"" if body is None else json.dumps(body).encode()
        path = f"/direct/v1{target}"
        timestamp = headers.pop("timestamp", str(int(time.time())))
        idempotency_key = headers.get("idempotency_key", "")
        digest = hashlib.sha256(content).hexdigest()
        text = "\n".join([timestamp, method, path, idempotency_key, digest])
        sent = {
            "X-Channel-Key": self.key_id,
            "X-Channel-Timestamp": timestamp,
            "X-Channel-Signature": "v1=" + hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest(),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return httpx.Request(method, self.base_url + path, content=content, headers=sent)

    def send(self, request: httpx.Request) -> httpx.Response:
        return self.http.send(request)

    def __call__(self, method: str, target: str, body: Any = None, **headers: str) -> httpx.Response:
        return self.send(self.request(method, target, body, **headers))

    def pages(self, target: str, rows: str, more: str) -> Iterator[list[Any]]:
        """All pages of a list. `rows` and `more` name the members with the rows and with the next cursor or flag."""
        cursor = ""
        while True:
            answer = self("GET", target + cursor).json()
            yield answer[rows]
            if not answer[more]:
                return
            cursor = f"&cursor={answer['cursor'] if more == 'has_more' else answer[more]}"


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=20) as client:
        yield client


@pytest.fixture
def call(http: httpx.Client, sandbox: RunningSandbox) -> Caller:
    return Caller(http, sandbox.base_url)


def prices(currency: str = "EUR", **members: Any) -> dict[str, Any]:
    return {"currency": currency, "nights": [{"date": "2026-04-01", "price": 12050} | members]}


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


class TestSignatures:
    def test_a_signed_request_returns_the_account_of_its_key(self, call: Caller) -> None:
        answer = call("GET", "/account")

        assert answer.json() == {"id": "30003", "name": "Three Rivers Lets", "email": "bookings@threerivers.example"}

    @pytest.mark.parametrize(
        ("caller", "expected"),
        [({"key_id": "30009"}, "unknown_key"), ({"secret": "x" * 16}, "bad_signature")],
    )
    def test_an_unknown_key_or_a_wrong_secret_is_refused(
        self, http: httpx.Client, sandbox: RunningSandbox, caller: dict[str, str], expected: str
    ) -> None:
        assert code(Caller(http, sandbox.base_url, **caller)("GET", "/account")) == (401, expected)

    @pytest.mark.parametrize("seconds", [-600, 600])
    def test_a_timestamp_ten_minutes_from_now_is_refused(self, call: Caller, seconds: int) -> None:
        answer = call("GET", "/account", timestamp=str(int(time.time()) + seconds))

        assert code(answer) == (401, "stale_timestamp")

    @pytest.mark.parametrize("timestamp", ["", "soon", "-5", "1e9", "9" * 40])
    def test_an_invalid_timestamp_is_refused(self, call: Caller, timestamp: str) -> None:
        assert code(call("GET", "/account", timestamp=timestamp)) == (401, "stale_timestamp")

    @pytest.mark.parametrize("changed", ["body", "query", "method", "idempotency_key"])
    def test_a_changed_part_of_a_signed_request_is_refused(self, call: Caller, changed: str) -> None:
        request = call.request("PUT", f"/listings/{EUROS}/prices", prices(), idempotency_key="first")
        parts: dict[str, Any] = {"method": "PUT", "url": request.url, "content": request.content}
        headers = dict(request.headers)
        if changed == "body":
            parts["content"] = request.content.replace(b"12050", b"12051")
        elif changed == "query":
            parts["url"] = f"{request.url}?limit=1"
        elif changed == "method":
            parts["method"] = "POST"
        else:
            headers["idempotency-key"] = "second"

        answer = call.send(httpx.Request(**parts, headers=headers))

        assert answer.status_code in (401, 405)
        assert answer.json()["error"]["code"] in ("bad_signature", "wrong_method")

    def test_an_unsigned_request_is_refused(self, sandbox: RunningSandbox) -> None:
        assert httpx.get(f"{sandbox.base_url}/direct/v1/listings").status_code == 401


class TestListings:
    @pytest.mark.parametrize("limit", [1, 2, 100])
    def test_the_pages_have_every_listing_once(self, call: Caller, limit: int) -> None:
        pages = list(call.pages(f"/listings?limit={limit}", "listings", "next_cursor"))

        ids = [row["id"] for page in pages for row in page]
        assert ids == ["300030001", "300030002", "300030003"]
        assert max(map(len, pages)) <= limit

    def test_a_single_listing_equals_its_row_in_the_list(self, call: Caller) -> None:
        listed = {row["id"]: row for row in call("GET", "/listings").json()["listings"]}

        assert call("GET", f"/listings/{EUROS}").json() == listed[EUROS]

    def test_yen_have_no_cents(self, http: httpx.Client, sandbox: RunningSandbox) -> None:
        call = Caller(http, sandbox.base_url, "30040")
        before = call("GET", f"/listings/{YEN}").json()

        night = call("PUT", f"/listings/{YEN}/prices", prices("JPY"), idempotency_key="a").json()["nights"][0]

        assert (before["currency"], night["price"]) == ("JPY", 12050)
        assert 5_000 < before["base_price"] < 200_000

    @pytest.mark.parametrize("listing_id", ["300400001", "x", "9" * 40, "9" * 5000])
    def test_another_managers_or_an_unknown_listing_is_not_found(self, call: Caller, listing_id: str) -> None:
        assert code(call("GET", f"/listings/{listing_id}")) == (404, "unknown_listing")
        assert code(call("GET", f"/reservations?listing_id={listing_id}")) == (404, "unknown_listing")

    @pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=x", "cursor=" + "9" * 5000])
    def test_an_invalid_query_is_refused(self, call: Caller, query: str) -> None:
        assert code(call("GET", f"/listings?{query}")) == (400, "invalid")


class TestCalendar:
    def test_a_calendar_has_the_nights_of_the_range(self, call: Caller) -> None:
        answer = call("GET", f"/listings/{EUROS}/calendar?first=2026-04-01&last=2026-04-30").json()

        assert [night["date"] for night in answer["nights"]] == [f"2026-04-{day:02}" for day in range(1, 31)]
        assert {night["availability"] for night in answer["nights"]} <= {"available", "booked", "blocked"}
        assert answer["currency"] == "EUR"

    def test_reserved_nights_are_booked(self, call: Caller) -> None:
        feed = call("GET", f"/reservations?limit=500&listing_id={EUROS}").json()["reservations"]
        stay = next(row for row in feed if row["status"] == "booked" and row["check_in"] > "2026-03-14")

        query = f"first={stay['check_in']}&last={stay['check_out']}"
        *nights, departure = call("GET", f"/listings/{EUROS}/calendar?{query}").json()["nights"]

        assert nights
        assert {night["availability"] for night in nights} == {"booked"}
        assert departure["date"] == stay["check_out"]

    @pytest.mark.parametrize(
        "query",
        [
            "last=2026-04-01",
            "first=2026-04-01",
            "first=2026-04-02&last=2026-04-01",
            "first=2026-01-01&last=2028-01-02",
            "first=x&last=y",
        ],
    )
    def test_an_invalid_range_is_refused(self, call: Caller, query: str) -> None:
        assert code(call("GET", f"/listings/{EUROS}/calendar?{query}")) == (400, "invalid")


class TestPrices:
    def test_written_members_are_returned_and_other_members_stay_unchanged(self, call: Caller) -> None:
        read = f"/listings/{EUROS}/calendar?first=2026-04-01&last=2026-04-02"
        before = call("GET", read).json()["nights"]

        answer = call("PUT", f"/listings/{EUROS}/prices", prices(min_stay=3), idempotency_key="a").json()

        changed = before[0] | {"price": 12050, "min_stay": 3}
        assert answer == {"nights": [changed], "refused": []}
        assert call("GET", read).json()["nights"] == [changed, before[1]]

    def test_a_repeated_idempotency_key_changes_nothing_and_gets_the_same_answer(self, call: Caller) -> None:
        path = f"/listings/{EUROS}/prices"
        first = call("PUT", path, prices(price=11100), idempotency_key="one")
        call("PUT", path, prices(price=22200), idempotency_key="two")

        again = call("PUT", path, prices(price=11100), idempotency_key="one")

        assert again.json() == first.json()
        (night,) = call("GET", f"/listings/{EUROS}/calendar?first=2026-04-01&last=2026-04-01").json()["nights"]
        assert night["price"] == 22200

    def test_an_idempotency_key_cannot_be_used_for_another_request(self, call: Caller) -> None:
        call("PUT", f"/listings/{EUROS}/prices", prices(), idempotency_key="one")

        answer = call("PUT", f"/listings/{EUROS}/prices", prices(price=1), idempotency_key="one")

        assert code(answer) == (409, "idempotency_key_reused")

    def test_prices_in_another_currency_change_nothing(self, call: Caller) -> None:
        read = f"/listings/{EUROS}/calendar?first=2026-04-01&last=2026-04-01"
        before = call("GET", read).json()

        answer = call("PUT", f"/listings/{EUROS}/prices", prices("USD"), idempotency_key="a")

        assert code(answer) == (422, "wrong_currency")
        assert call("GET", read).json() == before

    def test_past_nights_are_refused_one_by_one(self, call: Caller) -> None:
        body = prices()
        body["nights"].append({"date": "2026-03-13", "price": 100})

        answer = call("PUT", f"/listings/{EUROS}/prices", body, idempotency_key="a").json()

        assert [night["date"] for night in answer["nights"]] == ["2026-04-01"]
        assert [night["date"] for night in answer["refused"]] == ["2026-03-13"]

    @pytest.mark.parametrize(
        "members",
        [
            {"price": -1}, {"price": 1.5}, {"price": "9"}, {"price": True}, {"min_stay": 0}, {"max_stay": "x"},
            {"checkin_allowed": 1}, {"date": "2026-02-30"}, {"date": 20260401}, {"surprise": 1},
        ],
    )  # fmt: skip
    def test_a_malformed_night_refuses_the_whole_request(self, call: Caller, members: dict[str, Any]) -> None:
        body = prices()
        body["nights"].append({"date": "2026-04-02", "price": 100} | members)

        assert code(call("PUT", f"/listings/{EUROS}/prices", body, idempotency_key="a")) == (400, "invalid")

        (night,) = call("GET", f"/listings/{EUROS}/calendar?first=2026-04-01&last=2026-04-01").json()["nights"]
        assert night["price"] != 12050

    def test_without_an_idempotency_key_nothing_is_written(self, call: Caller) -> None:
        assert code(call("PUT", f"/listings/{EUROS}/prices", prices())) == (400, "invalid")


class TestReservations:
    def test_the_pages_have_every_reservation_once(self, call: Caller) -> None:
        whole = [row for page in call.pages("/reservations?limit=500", "reservations", "has_more") for row in page]

        small = [row for page in call.pages("/reservations?limit=37", "reservations", "has_more") for row in page]

        assert small == whole
        assert len({row["id"] for row in whole}) == len(whole) > 37

    def test_changes_appear_after_the_last_cursor(self, call: Caller, sandbox: RunningSandbox) -> None:
        end = call("GET", "/reservations?limit=500&cursor=1.1").json()
        while end["has_more"]:
            end = call("GET", f"/reservations?limit=500&cursor={end['cursor']}").json()
        nothing = call("GET", f"/reservations?cursor={end['cursor']}").json()

        sandbox.clock.advance(20 * 86_400)

        news = call("GET", f"/reservations?limit=500&cursor={end['cursor']}").json()
        assert (nothing["reservations"], nothing["cursor"]) == ([], end["cursor"])
        assert {"booked", "cancelled"} <= {row["status"] for row in news["reservations"]}
        assert news == call("GET", f"/reservations?limit=500&cursor={end['cursor']}").json()

    def test_a_reservation_has_the_documented_members_and_no_guest(self, call: Caller) -> None:
        row = call("GET", "/reservations?limit=1").json()["reservations"][0]

        assert row.keys() == {
            "id", "listing_id", "status", "check_in", "check_out", "units", "total", "currency", "source",
            "booked_at", "cancelled_at",
        }  # fmt: skip

    @pytest.mark.parametrize("cursor", ["x", "1", "1.", ".1", "%00", f"{10**20}.1", f"1.{10**20}", "9" * 5000 + ".1"])
    def test_an_invalid_cursor_counts_as_expired(self, call: Caller, cursor: str) -> None:
        assert code(call("GET", f"/reservations?cursor={cursor}")) == (410, "cursor_expired")


def test_too_many_requests_are_refused_with_a_waiting_time(http: httpx.Client) -> None:
    with running(now=NOW, limits=True) as limited:
        call = Caller(http, limited.base_url)
        answers = [call("GET", "/account") for _ in range(101)]

    assert answers[-1].status_code == 429
    assert answers[-1].json()["error"]["code"] == "too_many_requests"
    assert answers[-1].headers["retry-after"] == "1"
