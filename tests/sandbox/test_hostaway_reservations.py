"""Hostaway's reservations: search, creation, changes, cancellation."""

from typing import Any

import pytest

from sandbox.server import RunningSandbox
from tests.sandbox.hostaway_client import SINGLE, Hostaway, Row, calendar, free_nights


@pytest.fixture
def stay(hostaway: Hostaway) -> Row:
    """The body of a reservation for three free nights of the first listing."""
    first, _, _, departure = free_nights(hostaway, SINGLE, 4)
    return {
        "channelId": 2000,
        "listingMapId": 100030001,
        "arrivalDate": first["date"],
        "departureDate": departure["date"],
        "numberOfGuests": 2,
        "guestName": "Ada Byron",
    }


def statuses(hostaway: Hostaway, first: str, last: str) -> list[str]:
    return [day["status"] for day in calendar(hostaway, SINGLE, first, last)]


def test_the_default_order_is_the_newest_change_first(hostaway: Hostaway) -> None:
    answer = hostaway.http.get("/reservations").json()

    assert answer["limit"] == len(answer["result"]) == 100
    assert answer["count"] > 1000
    assert answer["totalPages"] == -(-answer["count"] // 100)
    keys = [(reservation["updatedOn"], reservation["id"]) for reservation in answer["result"]]
    assert keys == sorted(keys, reverse=True)


def test_a_cursor_returns_every_reservation_once(hostaway: Hostaway) -> None:
    seen, page = [], hostaway.get("/reservations", limit=500)
    while page:
        seen += [reservation["id"] for reservation in page]
        page = hostaway.get("/reservations", limit=500, afterId=seen[-1])

    assert len(seen) == len(set(seen)) == hostaway.http.get("/reservations").json()["count"]


def test_an_offset_is_ignored_if_there_is_a_cursor(hostaway: Hostaway) -> None:
    ids = [reservation["id"] for reservation in hostaway.get("/reservations", limit=10)]

    assert [reservation["id"] for reservation in hostaway.get("/reservations", limit=5, offset=5)] == ids[5:]
    after = hostaway.get("/reservations", limit=5, offset=90, afterId=ids[4])
    assert [reservation["id"] for reservation in after] == ids[5:]


@pytest.mark.parametrize(
    ("sort", "key", "reverse"),
    [
        ("arrivalDate", "arrivalDate", False),
        ("arrivalDateDesc", "arrivalDate", True),
        ("latestActivity", "latestActivityOn", False),
        ("latestActivityDesc", "latestActivityOn", True),
        ("updatedOn", "updatedOn", False),
    ],
)
def test_reservations_have_the_order_of_the_query(hostaway: Hostaway, sort: str, key: str, reverse: bool) -> None:
    dated = [stay for stay in hostaway.get("/reservations", sortOrder=sort) if not stay["isDatesUnspecified"]]
    values = [stay[key] for stay in dated]

    assert len(values) > 90
    assert values == sorted(values, reverse=reverse)


def test_reservations_are_filtered_by_listing_channel_and_dates(hostaway: Hostaway) -> None:
    query = {
        "listingId": 100030003,
        "channelId": 2018,
        "arrivalStartDate": "2026-01-01",
        "departureEndDate": "2026-02-28",
    }

    found = [stay for stay in hostaway.get("/reservations", **query) if not stay["isDatesUnspecified"]]

    assert found
    for reservation in found:
        assert (reservation["listingMapId"], reservation["channelName"]) == (100030003, "airbnbOfficial")
        assert reservation["arrivalDate"] >= "2026-01-01"
        assert reservation["departureDate"] <= "2026-02-28"


def test_latest_activity_filters_by_the_instant_of_the_last_change(hostaway: Hostaway) -> None:
    found = hostaway.get("/reservations", latestActivityStart="2026-03-12", latestActivityEnd="2026-03-13", limit=500)

    assert found
    assert all("2026-03-12 00:00:00" <= stay["latestActivityOn"] <= "2026-03-13 23:59:59" for stay in found)


def test_a_guest_is_found_by_name_and_by_email_address(hostaway: Hostaway) -> None:
    someone = hostaway.get("/reservations", limit=1)[0]

    by_name = hostaway.get("/reservations", match=someone["guestLastName"].upper(), limit=500)
    by_email = hostaway.get("/reservations", guestEmail=someone["guestEmail"])

    assert someone["id"] in [stay["id"] for stay in by_name]
    assert all(someone["guestLastName"] in stay["guestName"] for stay in by_name)
    assert [stay["id"] for stay in by_email] == [someone["id"]]


def test_flags_and_values_that_a_client_set_can_be_searched(hostaway: Hostaway) -> None:
    someone = hostaway.get("/reservations", limit=1)[0]["id"]

    hostaway.result("PUT", f"/reservations/{someone}", json={"isStarred": 1, "assigneeUserId": 7})

    assert [stay["id"] for stay in hostaway.get("/reservations", isStarred=1)] == [someone]
    assert someone not in [stay["id"] for stay in hostaway.get("/reservations", isStarred=0)]
    assert [stay["id"] for stay in hostaway.get("/reservations", assigneeUserId=7)] == [someone]
    assert hostaway.get("/reservations", isArchived=1) == []


@pytest.mark.parametrize("query", ["afterId=1", "afterId=x", "sortOrder=price", "arrivalStartDate=soon", "isPinned=2"])
def test_an_invalid_query_is_refused(hostaway: Hostaway, query: str) -> None:
    assert hostaway.refusal("GET", f"/reservations?{query}")[0] == 400


def test_supplementary_members_are_included_only_on_request(hostaway: Hostaway) -> None:
    query = {"listingId": 100030003, "limit": 20}
    plain = hostaway.get("/reservations", **query)
    full = hostaway.get("/reservations", **query, includeResources=1, includeCancellationPolicy=1)

    assert len(plain) == len(full) == 20
    assert all(stay["reservationUnit"] == stay["reservationFees"] == [] for stay in plain)
    assert all("cancellationPolicyDetails" not in stay for stay in plain)
    units = {unit["id"] for unit in hostaway.get("/listingUnits/100030003")}
    assert all(stay["reservationUnit"][0]["listingUnitId"] in units for stay in full)
    assert all(stay["cancellationPolicyDetails"] for stay in full)
    assert "cancellationPolicyDetails" in hostaway.get(f"/reservations/{full[0]['id']}")


def test_the_total_is_the_sum_of_the_finance_fields(hostaway: Hostaway) -> None:
    stays = hostaway.get("/reservations", limit=500)
    of_owners = [stay for stay in stays if stay["status"] == "ownerStay"]
    others = [stay for stay in stays if stay["status"] != "ownerStay"]

    assert of_owners
    assert others
    for stay in of_owners:
        assert stay["totalPrice"] is None
        assert stay["financeField"] == []
    for stay in others:
        assert stay["totalPrice"] == pytest.approx(sum(field["total"] for field in stay["financeField"]))


def test_some_inquiries_have_no_dates(hostaway: Hostaway) -> None:
    undated = [stay for stay in hostaway.get("/reservations", limit=500) if stay["isDatesUnspecified"]]

    assert undated
    assert {(stay["arrivalDate"], stay["departureDate"]) for stay in undated} == {("2026-03-13", "2026-03-13")}


def test_a_created_reservation_holds_its_nights_and_has_the_calendars_price(
    hostaway: Hostaway, stay: dict[str, Any]
) -> None:
    nights = calendar(hostaway, SINGLE, stay["arrivalDate"], stay["departureDate"])[:-1]

    created = hostaway.result("POST", "/reservations", params={"provider": "Front desk"}, json=stay)

    assert created["id"] == created["hostawayReservationId"]
    assert (created["status"], created["source"], created["nights"]) == ("new", "Front desk", 3)
    assert created["guestName"] == "Ada Byron"
    assert created["reservationDate"] == "2026-03-14 12:00:00"
    assert created["financeField"][0]["total"] == sum(night["price"] for night in nights)
    assert hostaway.get("/reservations", limit=1)[0]["id"] == created["id"]
    assert statuses(hostaway, stay["arrivalDate"], nights[-1]["date"]) == ["reserved"] * 3
    assert statuses(hostaway, stay["departureDate"], stay["departureDate"]) == ["available"]


def test_booked_nights_cannot_be_booked_again_unless_it_is_forced(hostaway: Hostaway, stay: dict[str, Any]) -> None:
    hostaway.result("POST", "/reservations", json=stay)

    refused = hostaway.refusal("POST", "/reservations", json=stay)
    forced = hostaway.result("POST", "/reservations", params={"forceOverbooking": 1}, json=stay)

    assert refused == (400, "The listing is not available for these dates.")
    assert forced["status"] == "new"


def test_blocked_nights_cannot_be_booked(hostaway: Hostaway, stay: dict[str, Any]) -> None:
    span = {"startDate": stay["arrivalDate"], "endDate": stay["arrivalDate"], "isAvailable": 0}
    hostaway.result("PUT", f"{SINGLE}/calendar", json=span)

    assert hostaway.refusal("POST", "/reservations", json=stay)[0] == 400


@pytest.mark.parametrize(
    ("status", "day"),
    [
        ("new", "reserved"),
        ("awaitingPayment", "reserved"),
        ("awaitingGuestVerification", "reserved"),
        ("ownerStay", "reserved"),
        ("pending", "pending"),
        ("unconfirmed", "pending"),
        ("inquiry", "available"),
        ("inquiryPreapproved", "available"),
        ("declined", "available"),
        ("unknown", "available"),
    ],
)
def test_each_status_has_its_documented_effect_on_the_calendar(
    hostaway: Hostaway, stay: dict[str, Any], status: str, day: str
) -> None:
    created = hostaway.result("POST", "/reservations", json=stay | {"status": status})

    assert created["status"] == status
    assert statuses(hostaway, stay["arrivalDate"], stay["arrivalDate"]) == [day]


def test_a_total_price_in_the_body_is_kept(hostaway: Hostaway, stay: dict[str, Any]) -> None:
    created = hostaway.result("POST", "/reservations", json=stay | {"totalPrice": 1234.5})

    assert created["totalPrice"] == 1234.5
    assert sum(field["total"] for field in created["financeField"]) == pytest.approx(1234.5)


def test_an_update_changes_the_dates_and_keeps_the_previous_ones(hostaway: Hostaway, stay: dict[str, Any]) -> None:
    created = hostaway.result("POST", "/reservations", json=stay)

    shortened = calendar(hostaway, SINGLE, stay["arrivalDate"], stay["departureDate"])[1]["date"]
    moved = hostaway.result("PUT", f"/reservations/{created['id']}", json={"departureDate": shortened})

    assert (moved["status"], moved["nights"]) == ("modified", 1)
    assert moved["previousDepartureDate"] == stay["departureDate"]
    assert moved["guestName"] == "Ada Byron"
    assert moved["totalPrice"] < created["totalPrice"]
    assert statuses(hostaway, stay["arrivalDate"], shortened) == ["reserved", "available"]


def test_a_reservation_cannot_move_to_another_listing(hostaway: Hostaway, stay: dict[str, Any]) -> None:
    created = hostaway.result("POST", "/reservations", json=stay)

    refused = hostaway.refusal("PUT", f"/reservations/{created['id']}", json={"listingMapId": 100030002})

    assert refused == (400, "listingMapId cannot be changed.")


def test_a_cancelled_reservation_releases_its_nights(hostaway: Hostaway, stay: dict[str, Any]) -> None:
    created = hostaway.result("POST", "/reservations", json=stay)

    cancelled = hostaway.result(
        "PUT", f"/reservations/{created['id']}/statuses/cancelled", json={"cancelledBy": "guest"}
    )

    assert (cancelled["status"], cancelled["cancelledBy"]) == ("cancelled", "guest")
    assert cancelled["cancellationDate"] == "2026-03-14 12:00:00"
    assert statuses(hostaway, stay["arrivalDate"], stay["arrivalDate"]) == ["available"]


def test_a_generated_booking_can_be_cancelled_and_stays_cancelled(hostaway: Hostaway, sandbox: RunningSandbox) -> None:
    coming = next(
        stay
        for stay in hostaway.get("/reservations", listingId=100030001, arrivalStartDate="2026-03-20")
        if stay["status"] == "new"
    )
    path = f"/reservations/{coming['id']}"

    hostaway.result("PUT", f"{path}/statuses/cancelled", json={"cancelledBy": "host"})
    sandbox.clock.advance(3 * 86_400)

    after = hostaway.get(path)
    assert (after["status"], after["cancelledBy"], after["updatedOn"]) == ("cancelled", "host", "2026-03-14 12:00:00")
    assert after["guestName"] == coming["guestName"]


def test_a_cancellation_must_say_who_cancelled(hostaway: Hostaway, stay: dict[str, Any]) -> None:
    created = hostaway.result("POST", "/reservations", json=stay)

    refused = hostaway.refusal("PUT", f"/reservations/{created['id']}/statuses/cancelled", json={})

    assert refused == (400, "cancelledBy must be host or guest.")


def test_a_deleted_reservation_is_not_found_and_releases_its_nights(hostaway: Hostaway, stay: dict[str, Any]) -> None:
    created = hostaway.result("POST", "/reservations", json=stay)
    path = f"/reservations/{created['id']}"

    assert hostaway.result("DELETE", path) == []

    assert hostaway.refusal("GET", path) == (404, f"Reservation {created['id']} not found.")
    assert hostaway.get("/reservations", limit=1)[0]["id"] != created["id"]
    assert statuses(hostaway, stay["arrivalDate"], stay["arrivalDate"]) == ["available"]


def test_only_bookingcom_reservations_can_have_a_no_show_or_an_invalid_card(
    hostaway: Hostaway, stay: dict[str, Any]
) -> None:
    direct = hostaway.result("POST", "/reservations", json=stay)
    past = hostaway.get("/reservations", channelId=2005, arrivalEndDate="2026-03-10", limit=500)
    stayed = next(stay for stay in past if stay["status"] == "new")

    reported = hostaway.result("PUT", f"/reservations/{stayed['id']}/statuses/noShow", json={"waivedFees": True})
    cancelled = hostaway.result("DELETE", f"/reservations/{stayed['id']}/statuses/cancelledDueToInvalidCreditCard")

    assert reported["bookingcomNoShowReportedAt"]
    assert reported["bookingcomNoShowFeeWaived"] == 1
    assert cancelled["status"] == "cancelled"
    for method, name in (("PUT", "noShow"), ("DELETE", "cancelledDueToInvalidCreditCard")):
        assert hostaway.refusal(method, f"/reservations/{direct['id']}/statuses/{name}")[0] == 400


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"channelId": None}, "channelId is required."),
        ({"channelId": 1}, "channelId 1 is not a channel."),
        ({"arrivalDate": "tomorrow"}, "arrivalDate must be a date such as 2030-05-31."),
        ({"departureDate": "2026-01-01"}, "departureDate must be 1 to 1125 nights after arrivalDate."),
        ({"status": "asleep"}, "status asleep is not known."),
        ({"status": "ownerStay", "totalPrice": 10}, "ownerStay must not carry financial data."),
        ({"totalPrice": "a lot"}, "totalPrice must be a number not below 0."),
        ({"arrivalDate": "9999-12-30", "departureDate": "9999-12-31"}, None),
    ],
)
def test_an_invalid_reservation_is_not_created(
    hostaway: Hostaway, stay: dict[str, Any], changed: dict[str, Any], reason: str | None
) -> None:
    status, text = hostaway.refusal("POST", "/reservations", json=stay | changed)

    assert status == 400
    assert reason in (None, text)


@pytest.mark.parametrize("reservation_id", [1, 10**30])
def test_an_unknown_reservation_is_not_found(hostaway: Hostaway, reservation_id: int) -> None:
    assert hostaway.refusal("GET", f"/reservations/{reservation_id}")[0] == 404


def test_another_accounts_reservation_is_not_found(hostaway: Hostaway, bigger_hostaway: Hostaway) -> None:
    theirs = bigger_hostaway.get("/reservations", listingId=100400001, limit=1)[0]["id"]

    for method, path in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("PUT", "/statuses/noShow")):
        assert hostaway.refusal(method, f"/reservations/{theirs}{path}", json={})[0] == 404
    assert hostaway.refusal("GET", f"/financeField/{theirs}")[0] == 404
