"""The sandbox's Coliving: answers, order of refusals, prices that affect demand, and the feed of bookings."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from sandbox.server import RunningSandbox
from tests.sandbox.conftest import NOW

Call = Callable[..., httpx.Response]
HOUSE, ROOM = 20003001, 200030001
KEY = {"X-API-Key": "sk_live_sandbox_20003"}
JANUARY = {"start_date": "2027-01-01", "end_date": "2027-01-31"}
NOT_FOUND = {"success": False, "error": "Listing not found or unauthorized"}


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=20) as client:
        yield client


@pytest.fixture
def call(http: httpx.Client, sandbox: RunningSandbox) -> Call:
    """Calls the API: `call("GET", "/me")`. `root` and `headers` replace the default ones."""

    def called(
        method: str, path: str, *, root: str = "/coliving/v2", headers: Any = KEY, **parts: Any
    ) -> httpx.Response:
        return http.request(method, sandbox.base_url + root + path, headers=headers, **parts)

    return called


@pytest.fixture
def integration(call: Call) -> Call:
    """Calls an operation below `/integrations`, with a provider's name in its path."""
    return lambda method, path, **parts: call(method, f"/integrations/acme/{path}", **parts)


def rate(**members: Any) -> dict[str, Any]:
    return {"listing_id": str(HOUSE), "room_type_id": str(ROOM), "base_price": 800, "currency": "EUR"} | members


def rooms(**members: Any) -> dict[str, Any]:
    return {"listing_id": str(HOUSE), "room_type_id": str(ROOM), "available": 2, **JANUARY} | members


class TestKeys:
    @pytest.mark.parametrize("headers", [KEY, {"Authorization": "Bearer sk_live_sandbox_20003"}])
    @pytest.mark.parametrize("root", ["/coliving/v2", "/coliving/v2/v2"])
    def test_both_headers_and_both_forms_of_the_paths_are_accepted(
        self, call: Call, headers: dict[str, str], root: str
    ) -> None:
        answer = call("GET", "/me", root=root, headers=headers)

        assert answer.status_code == 200
        assert answer.json() == {
            "success": True,
            "data": {"name": "Matilde Rocha", "email": "ola@casacomum.example", "created_at": "2021-03-15T08:00:00Z"},
        }

    @pytest.mark.parametrize("headers", [{}, {"X-API-Key": "sk_live_other"}, {"Authorization": "Basic abc"}])
    @pytest.mark.parametrize("path", ["/me", "/integrations/acme/bookings", "/integrations/acme/bookings/1"])
    def test_a_request_without_a_valid_key_is_refused(self, call: Call, headers: dict[str, str], path: str) -> None:
        answer = call("GET", path, headers=headers)

        assert (answer.status_code, answer.json()) == (401, {"success": False, "error": "Invalid API Key"})

    def test_too_many_requests_are_refused_with_a_waiting_time(self, call: Call, sandbox: RunningSandbox) -> None:
        sandbox.faults.add({"kind": "rate_limited", "channel": "coliving"})

        answer = call("GET", "/me")

        assert answer.status_code == 429
        assert answer.json() == {"success": False, "error": "Rate limit exceeded", "retry_after": 1}


class TestRoomTypes:
    def test_a_house_has_room_types_with_monthly_prices(self, integration: Call) -> None:
        answer = integration("GET", f"listings/{HOUSE}/room-types").json()

        first, *others = answer["data"]["room_types"]
        assert answer["success"] is True
        assert first.keys() == {"room_type_id", "name", "room_type", "amount", "prices"}
        assert (first["room_type_id"], first["room_type"], first["prices"]["currency"]) == (ROOM, "private", "EUR")
        assert first["prices"]["price_jul"] > first["prices"]["base_price"] > first["prices"]["price_jan"]
        assert len(others) == 2

    @pytest.mark.parametrize("house", ["20040001", "999", "abc", "1" * 30])
    def test_another_hosts_or_an_unknown_house_is_not_found(self, integration: Call, house: str) -> None:
        answer = integration("GET", f"listings/{house}/room-types")

        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


class TestRates:
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
    def test_written_prices_are_returned_and_other_prices_stay_unchanged(self, integration: Call, method: str) -> None:
        before = integration("GET", f"listings/{HOUSE}/room-types").json()["data"]["room_types"]

        answer = integration(method, "rates", json={"data": [rate(base_price=655, price_feb=610.5)]})

        assert answer.json() == {"success": True, "message": "Rates updated successfully"}
        after = integration("GET", f"listings/{HOUSE}/room-types").json()["data"]["room_types"]
        assert after[0]["prices"] == before[0]["prices"] | {"base_price": 655, "price_feb": 610.5}
        assert after[1:] == before[1:]

    def test_expensive_rooms_get_fewer_bookings(self, integration: Call, call: Call, sandbox: RunningSandbox) -> None:
        def bookings_of_a_year() -> int:
            call("POST", "/_switches", root="/coliving", json={"stay_dates": True})
            sandbox.clock.advance(365 * 86_400)
            rows = integration("GET", "bookings", params={"version": f"{NOW:%Y-%m-%d %H:%M:%S}"}).json()
            return sum(row["room_type_id"] == ROOM for row in rows["data"]["Bookings"])

        usual = bookings_of_a_year()
        sandbox.reset()
        months = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
        expensive = rate(base_price=30_000, **{f"price_{month}": 30_000 for month in months})
        integration("PUT", "rates", json={"data": [expensive]})

        assert bookings_of_a_year() < usual / 2

    @pytest.mark.parametrize(
        ("item", "field"),
        [
            (rate(base_price=-1), "base_price"),
            (rate(base_price="800"), "base_price"),
            (rate(base_price=True), "base_price"),
            (rate(price_mar=-5), "price_mar"),
            (rate(currency="USD"), "currency"),
            ({name: value for name, value in rate().items() if name != "base_price"}, "base_price"),
            (rate(listing_id=None), "listing_id"),
            (rate(room_type_id="x"), "room_type_id"),
        ],
    )
    def test_one_invalid_item_refuses_the_batch_and_is_named(
        self, integration: Call, item: dict[str, Any], field: str
    ) -> None:
        before = integration("GET", f"listings/{HOUSE}/room-types").json()

        answer = integration("PUT", "rates", json={"data": [rate(base_price=1), item]})

        assert (answer.status_code, answer.json()["error"]) == (422, "Validation Error")
        assert answer.json()["details"].keys() == {f"data.1.{field}"}
        assert integration("GET", f"listings/{HOUSE}/room-types").json() == before

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"data": []}', b'{"data": [1]}', b'{"data": {}}'])
    def test_an_invalid_batch_is_refused(self, integration: Call, body: bytes) -> None:
        answer = integration("PUT", "rates", content=body)

        assert (answer.status_code, answer.json()["error"]) == (422, "Validation Error")


class TestAvailability:
    def test_rooms_are_blocked_on_all_nights_of_the_range(self, integration: Call, sandbox: RunningSandbox) -> None:
        answer = integration("POST", "availability", json={"data": [rooms(available=0)]})

        assert answer.json() == {"success": True, "message": "Availability updated successfully"}
        first, last = date(2026, 12, 31).toordinal(), date(2027, 2, 1).toordinal()
        at = sandbox.clock.now()
        listing = sandbox.sandbox.world.listing(ROOM, at=at)
        stays = sandbox.sandbox.world.stays_on(ROOM, first, last, at=at)
        assert listing is not None
        terms = sandbox.sandbox.world.terms(listing, first, last, at=at)
        free = [
            listing.units - night.blocked_units - sum(stay.arrival <= first + day < stay.departure for stay in stays)
            for day, night in enumerate(terms)
        ]
        assert free[0] > 0
        assert set(free[1:-1]) == {0}
        assert free[-1] > 0

    @pytest.mark.parametrize(
        ("members", "field"),
        [
            ({"available": -1}, "available"),
            ({"available": 99}, "available"),
            ({"available": "2"}, "available"),
            ({"start_date": "2026-02-30"}, "start_date"),
            ({"end_date": "soon"}, "end_date"),
            ({"start_date": "2027-02-01"}, "end_date"),
        ],
    )
    def test_an_invalid_item_is_named(self, integration: Call, members: dict[str, Any], field: str) -> None:
        answer = integration("PUT", "availability", json={"data": [rooms(**members)]})

        assert answer.status_code == 422
        assert answer.json()["details"].keys() == {f"data.0.{field}"}


class TestOrderOfRefusals:
    """Refusals have this order: key, rights to the listings, room types, fields. Each item has all later faults too."""

    foreign = {"listing_id": 20040001, "room_type_id": 1}
    unknown_room = {"listing_id": HOUSE, "room_type_id": 999}
    bad_field = {"listing_id": HOUSE, "room_type_id": ROOM}

    @pytest.mark.parametrize("operation", ["rates", "availability"])
    def test_missing_rights_are_refused_first(self, integration: Call, operation: str) -> None:
        answer = integration("PUT", operation, json={"data": [self.bad_field, self.unknown_room, self.foreign]})

        details = {"unauthorized_listing_ids": [20040001]} if operation == "availability" else None
        assert answer.status_code == 403
        assert answer.json()["error"] == "Unauthorized access to listings"
        assert answer.json().get("details") == details

    @pytest.mark.parametrize("operation", ["rates", "availability"])
    def test_unknown_room_types_are_refused_next(self, integration: Call, operation: str) -> None:
        answer = integration("PUT", operation, json={"data": [self.bad_field, self.unknown_room]})

        assert answer.status_code == 422
        assert answer.json() == {
            "success": False,
            "error": "Invalid room types for listings",
            "details": {"invalid_room_types": [{"listing_id": HOUSE, "room_type_id": 999}]},
        }

    def test_details_can_be_switched_off(self, integration: Call, call: Call) -> None:
        call("POST", "/_switches", root="/coliving", json={"error_details": False})

        answer = integration("PUT", "rates", json={"data": [rate(base_price=-1)]})

        assert answer.json() == {"success": False, "error": "Validation Error"}


class TestBookings:
    def test_the_feed_has_ascending_versions_from_the_one_in_the_query_on(self, integration: Call) -> None:
        everything = integration("GET", "bookings").json()["data"]["Bookings"]
        middle = everything[len(everything) // 2]["version"]

        later = integration("GET", "bookings", params={"version": middle, "unknown": "x"}).json()["data"]["Bookings"]

        versions = [row["version"] for row in everything]
        assert versions == sorted(versions)
        assert later == [row for row in everything if row["version"] >= middle]

    def test_later_bookings_have_later_versions(self, integration: Call, sandbox: RunningSandbox) -> None:
        last = integration("GET", "bookings").json()["data"]["Bookings"][-1]["version"]

        sandbox.clock.advance(30 * 86_400)

        news = integration("GET", "bookings", params={"version": last}).json()["data"]["Bookings"]
        assert len(news) > 1
        assert all(row["version"] > last for row in news[1:])

    def test_bookings_are_as_documented_and_only_their_details_have_guest_and_price(self, integration: Call) -> None:
        row = integration("GET", "bookings").json()["data"]["Bookings"][0]

        booking = integration("GET", f"bookings/{row['booking_id']}").json()["data"]["Booking"]

        assert row.keys() == {"booking_id", "listing_id", "status", "version"}
        assert booking.keys() == {"booking_id", "reference", "guest", "pricing"}
        assert booking["booking_id"] == row["booking_id"]
        assert booking["guest"].keys() == {"name", "email"}
        assert booking["pricing"]["currency"] == "EUR"

    def test_bookings_can_have_stay_dates_too(self, integration: Call, call: Call) -> None:
        call("POST", "/_switches", root="/coliving", json={"stay_dates": True})

        row = integration("GET", "bookings").json()["data"]["Bookings"][0]
        booking = integration("GET", f"bookings/{row['booking_id']}").json()["data"]["Booking"]

        dates = {name: row[name] for name in ("check_in", "check_out", "room_type_id")}
        assert dates.items() <= booking.items()
        assert timedelta(days=28) < date.fromisoformat(dates["check_out"]) - date.fromisoformat(dates["check_in"])

    def test_another_hosts_bookings_and_listings_are_not_found(self, integration: Call) -> None:
        foreign = {"X-API-Key": "sk_live_sandbox_20040"}
        theirs = integration("GET", "bookings", headers=foreign).json()["data"]["Bookings"][0]["booking_id"]

        assert integration("GET", f"bookings/{theirs}").json()["error"] == "Booking not found or unauthorized"
        assert integration("GET", "bookings/x").status_code == 404
        assert integration("GET", "bookings", params={"listing_id": "20040001"}).json() == NOT_FOUND

    @pytest.mark.parametrize("fault", ["feed_repeats", "feed_reorders", "feed_goes_back"])
    def test_the_feed_has_the_faults_that_are_switched_on(
        self, integration: Call, sandbox: RunningSandbox, fault: str
    ) -> None:
        everything = integration("GET", "bookings").json()["data"]["Bookings"]
        since = everything[-3]["version"]
        sandbox.faults.add({"kind": fault, "channel": "coliving"})

        page = integration("GET", "bookings", params={"version": since}).json()["data"]["Bookings"]

        expected = {
            "feed_repeats": [row for row in everything[-3:] for _ in range(2)],
            "feed_reorders": everything[:-4:-1],
            "feed_goes_back": everything,
        }
        assert page == expected[fault]


class TestPaths:
    def test_unknown_paths_and_methods_get_colivings_error_format(self, call: Call) -> None:
        for path in ("/nothing", "/me/", "/integrations/acme/bookings/"):
            answer = call("GET", path)
            assert (answer.status_code, answer.json()) == (404, {"success": False, "error": "Not found"})
        assert call("DELETE", "/me").json() == {"success": False, "error": "Method not allowed"}

    @pytest.mark.parametrize("body", [b"", b"[]", b'{"unknown": true}', b'{"deaf": 1}'])
    def test_invalid_switches_are_refused(self, call: Call, body: bytes) -> None:
        assert call("POST", "/_switches", root="/coliving", content=body).status_code == 400
