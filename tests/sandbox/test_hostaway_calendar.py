"""Hostaway's calendar: reading and writing nights."""

from typing import Any

import pytest

from sandbox.server import RunningSandbox
from tests.sandbox.hostaway_client import SEVERAL, SINGLE, Hostaway, calendar, free_nights


def test_the_default_calendar_is_a_year_from_today_in_the_listings_time_zone(
    bigger_hostaway: Hostaway, sandbox: RunningSandbox
) -> None:
    # In Tokyo it is already the 15th.
    sandbox.clock.advance(4 * 3600)

    days = bigger_hostaway.get("/listings/100400040/calendar")

    assert len(days) == 365
    assert days[0]["date"] == "2026-03-15"


def test_both_ends_of_the_range_are_included(hostaway: Hostaway) -> None:
    dates = [day["date"] for day in calendar(hostaway, SINGLE, "2026-05-01", "2026-05-03")]

    assert dates == ["2026-05-01", "2026-05-02", "2026-05-03"]


def test_reserved_days_are_the_nights_of_reservations(hostaway: Hostaway) -> None:
    days = calendar(hostaway, SINGLE, "2026-03-01", "2026-06-30", includeResources=1)

    reserved = [day for day in days if day["status"] == "reserved"]
    assert reserved
    for day in reserved:
        (stay,) = day["reservations"]
        assert day["isAvailable"] == 0
        assert stay["arrivalDate"] <= day["date"] < stay["departureDate"]
        assert hostaway.get(f"/reservations/{stay['id']}")["status"] == stay["status"]
    free = [day for day in days if day["status"] in ("available", "blocked")]
    assert free
    assert not any(day["reservations"] for day in free)


def test_the_calendar_has_no_reservations_unless_the_query_includes_them(hostaway: Hostaway) -> None:
    days = calendar(hostaway, SINGLE, "2026-03-01", "2026-06-30")

    assert len(days) == 122
    assert all(day["reservations"] == [] for day in days)


def test_counters_are_null_for_a_single_unit_and_add_up_for_several_units(hostaway: Hostaway) -> None:
    (single,) = calendar(hostaway, SINGLE, "2026-05-01")
    units = len(hostaway.get("/listingUnits/100030003"))

    assert single["countAvailableUnits"] is single["availableUnitsToSell"] is single["countPendingUnits"] is None
    days = calendar(hostaway, SEVERAL, "2026-03-01", "2026-06-30")
    assert len(days) == 122
    for day in days:
        assert day["countAvailableUnits"] == units
        taken = day["countBlockingReservations"] + day["countBlockedUnits"]
        assert day["availableUnitsToSell"] == max(0, units - taken)
        assert day["isAvailable"] == (day["availableUnitsToSell"] > 0)


def test_an_interval_is_written_and_its_days_are_returned(hostaway: Hostaway) -> None:
    first, *_, last = free_nights(hostaway, SINGLE, 3)
    span = {"startDate": first["date"], "endDate": last["date"], "price": 142.5, "minimumStay": 2, "isAvailable": 1}

    days = hostaway.result("PUT", f"{SINGLE}/calendar", json=span)

    assert [(day["price"], day["minimumStay"], day["status"]) for day in days] == [(142.5, 2, "available")] * 3
    assert calendar(hostaway, SINGLE, first["date"], last["date"]) == days


def test_absent_and_null_members_stay_unchanged(hostaway: Hostaway) -> None:
    (night,) = free_nights(hostaway, SINGLE, 1)
    span = {"startDate": night["date"], "endDate": night["date"]}

    hostaway.result("PUT", f"{SINGLE}/calendar", json=span | {"price": 99, "note": "Deep clean before"})
    hostaway.result("PUT", f"{SINGLE}/calendar", json=span | {"minimumStay": 5, "price": None, "isAvailable": None})

    assert calendar(hostaway, SINGLE, night["date"]) == [
        night | {"price": 99.0, "minimumStay": 5, "note": "Deep clean before"}
    ]


def test_many_intervals_are_written_together_and_a_later_one_overrides_an_earlier_one(hostaway: Hostaway) -> None:
    intervals = [
        {"startDate": "2026-10-01", "endDate": "2026-10-31", "price": 100},
        {"startDate": "2026-10-10", "endDate": "2026-10-12", "price": 150, "maximumStay": 14, "closedOnArrival": 1},
    ]

    assert hostaway.result("PUT", f"{SINGLE}/calendarIntervals", json=intervals) == []

    before, inside = calendar(hostaway, SINGLE, "2026-10-09", "2026-10-10")
    assert (before["price"], before["closedOnArrival"]) == (100, 0)
    assert (inside["price"], inside["closedOnArrival"], inside["maximumStay"]) == (150, 1, 14)


def test_two_hundred_intervals_are_accepted_and_one_more_is_refused(hostaway: Hostaway) -> None:
    before = calendar(hostaway, SINGLE, "2026-10-01")
    intervals = [{"startDate": "2026-10-01", "endDate": "2026-10-01", "price": 1000 + step} for step in range(201)]

    refused = hostaway.refusal("PUT", f"{SINGLE}/calendarIntervals", json=intervals)

    assert refused == (400, "Send 1 to 200 intervals, not 201.")
    assert calendar(hostaway, SINGLE, "2026-10-01") == before
    hostaway.result("PUT", f"{SINGLE}/calendarIntervals", json=intervals[:200])
    assert calendar(hostaway, SINGLE, "2026-10-01")[0]["price"] == 1199


def test_one_invalid_interval_refuses_the_whole_request(hostaway: Hostaway) -> None:
    before = calendar(hostaway, SINGLE, "2026-10-01")
    good = {"startDate": "2026-10-01", "endDate": "2026-10-01", "price": 333}

    refused = hostaway.refusal("PUT", f"{SINGLE}/calendarIntervals", json=[good, good | {"price": "much"}])

    assert refused == (400, "price must be a number not below 0.")
    assert calendar(hostaway, SINGLE, "2026-10-01") == before


@pytest.mark.parametrize(
    ("interval", "reason"),
    [
        ({"endDate": "2026-10-01"}, "startDate is required."),
        ({"startDate": "2026-10-01"}, "endDate is required."),
        ({"startDate": "1.10.2026", "endDate": "2026-10-01"}, "startDate must be a date such as 2030-05-31."),
        ({"startDate": "2026-10-02", "endDate": "2026-10-01"}, "endDate must not be before startDate."),
        ({"startDate": "2026-10-01", "endDate": "9999-12-31"}, "Nights can be written until 2029-03-16."),
        ({"startDate": "2026-10-01", "endDate": "2026-10-01", "price": 0}, "price must be above 0."),
        (
            {"startDate": "2026-10-01", "endDate": "2026-10-01", "minimumStay": 0},
            "minimumStay must be a whole number from 1 to 1125.",
        ),
        (
            {"startDate": "2026-10-01", "endDate": "2026-10-01", "minimumStay": 9, "maximumStay": 3},
            "minimumStay must not exceed maximumStay.",
        ),
        ({"startDate": "2026-10-01", "endDate": "2026-10-01", "isAvailable": 2}, "isAvailable must be 0 or 1."),
    ],
)
def test_an_invalid_interval_is_refused(hostaway: Hostaway, interval: dict[str, Any], reason: str) -> None:
    assert hostaway.refusal("PUT", f"{SINGLE}/calendar", json=interval) == (400, reason)


@pytest.mark.parametrize("dates", [("2026-05-02", "2026-05-01"), ("2026-05-01", "2030-05-01"), ("9999-12-31", "")])
def test_an_invalid_range_is_refused(hostaway: Hostaway, dates: tuple[str, str]) -> None:
    first, last = dates
    assert hostaway.refusal("GET", f"{SINGLE}/calendar?startDate={first}&endDate={last}")[0] == 400


def test_blocked_days_stay_blocked_until_they_are_opened(hostaway: Hostaway) -> None:
    (night,) = free_nights(hostaway, SINGLE, 1)
    span = {"startDate": night["date"], "endDate": night["date"]}

    (blocked,) = hostaway.result("PUT", f"{SINGLE}/calendar", json=span | {"isAvailable": 0})
    (opened,) = hostaway.result("PUT", f"{SINGLE}/calendar", json=span | {"isAvailable": "1"})

    assert (blocked["status"], blocked["isAvailable"]) == ("blocked", 0)
    assert opened == night


def test_desired_units_to_sell_sets_the_number_of_open_units(hostaway: Hostaway) -> None:
    night = next(
        day for day in calendar(hostaway, SEVERAL, "2026-04-01", "2026-12-31") if day["availableUnitsToSell"] > 1
    )
    span = {"startDate": night["date"], "endDate": night["date"]}

    (one,) = hostaway.result("PUT", f"{SEVERAL}/calendar", json=span | {"desiredUnitsToSell": 1})
    (none,) = hostaway.result("PUT", f"{SEVERAL}/calendar", json=span | {"desiredUnitsToSell": 0})

    assert (one["availableUnitsToSell"], one["status"]) == (1, "available")
    assert one["countBlockedUnits"] == night["availableUnitsToSell"] - 1
    assert (none["availableUnitsToSell"], none["isAvailable"]) == (0, 0)


def test_blocked_nights_are_not_booked(hostaway: Hostaway, sandbox: RunningSandbox) -> None:
    def arrivals_booked_in_twenty_days() -> list[str]:
        sandbox.clock.advance(20 * 86_400)
        query = {"listingId": 100030003, "latestActivityStart": "2026-03-15", "arrivalStartDate": "2026-03-15"}
        stays = hostaway.get("/reservations", **query)
        return [stay["arrivalDate"] for stay in stays if stay["reservationDate"] >= "2026-03-15"]

    unblocked = arrivals_booked_in_twenty_days()
    sandbox.clock.advance(-20 * 86_400)
    hostaway.result(
        "PUT", f"{SEVERAL}/calendar", json={"startDate": "2026-03-15", "endDate": "2026-12-31", "isAvailable": 0}
    )
    blocked = arrivals_booked_in_twenty_days()

    assert any(arrival <= "2026-12-31" for arrival in unblocked)
    assert all(arrival > "2026-12-31" for arrival in blocked)


def test_every_year_has_a_maintenance_night(hostaway: Hostaway) -> None:
    days = calendar(hostaway, SINGLE, "2027-01-01", "2027-01-31")

    (blocked,) = [day for day in days if day["status"] == "blocked"]
    assert blocked["note"] == "Maintenance"
