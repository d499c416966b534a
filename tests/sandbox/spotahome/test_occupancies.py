"""Writing occupancies, and the availabilities that follow from them."""

from datetime import date, timedelta

import pytest

from sandbox.server import RunningSandbox
from tests.sandbox.spotahome.conftest import NOON
from tests.sandbox.spotahome.landlord import Landlord, invalid

FLAT, LIST = 400030001, "/listings/400030001/occupancies"
OWNER = {"from": "2031-01-01", "to": "2031-02-01", "note": "owner stay"}
STUDENT = {"from": "2031-03-01", "to": "2031-05-31", "source": "pms", "bookingRequestId": "901"}


def as_sent(occupancy: dict[str, str]) -> dict[str, str]:
    """The occupancy with `start` and `end`, which lists have when they are written, instead of `from` and `to`."""
    return {{"from": "start", "to": "end"}.get(name, name): value for name, value in occupancy.items()}


@pytest.fixture
def emptied(landlord: Landlord) -> Landlord:
    """The landlord, after all occupancies of the flat were removed."""
    landlord.change("PUT", LIST, [])
    return landlord


@pytest.mark.parametrize("path", [LIST, f"/public{LIST}"])
def test_writing_the_list_replaces_it(landlord: Landlord, path: str) -> None:
    landlord.change("PUT", path, [as_sent(OWNER), as_sent(STUDENT)])
    assert landlord.listing(FLAT)["occupancies"] == [OWNER, STUDENT]

    landlord.change("PUT", path, [as_sent(STUDENT)])
    assert landlord.listing(FLAT)["occupancies"] == [STUDENT]


def test_a_booking_that_is_sent_again_is_updated(landlord: Landlord) -> None:
    bookings = [one for one in landlord.listing(FLAT)["occupancies"] if "bookingRequestId" in one]
    longer = bookings[-1] | {"to": "2032-01-01"}

    landlord.change("PUT", LIST, [as_sent(one) for one in [*bookings[:-1], longer]])

    assert landlord.listing(FLAT)["occupancies"] == [*bookings[:-1], longer]


@pytest.mark.parametrize(
    "stretch",
    [
        {"start": "2031-03-01"},
        {"start": "2031-03-01", "end": "soon"},
        {"start": "2031-03-01", "end": "2031-03-01"},
        {"start": "2031-03-01", "end": "2031-05-31", "guest": "somebody"},
    ],
)
def test_a_list_with_an_invalid_item_is_refused_completely(landlord: Landlord, stretch: dict[str, str]) -> None:
    before = landlord.listing(FLAT)

    landlord.assert_refused(400, "PUT", LIST, [as_sent(STUDENT), stretch])

    assert landlord.listing(FLAT) == before


def test_an_occupancy_can_be_added_and_removed_by_its_booking_request(emptied: Landlord) -> None:
    emptied.change(
        "POST",
        LIST,
        {"checkIn": "2031-03-01", "checkOut": "2031-05-31", "source": "pms", "bookingRequestId": "901"},
    )
    assert emptied.listing(FLAT)["occupancies"] == [STUDENT]

    emptied.change("DELETE", f"/api{LIST}/booking-requests/901")
    assert emptied.listing(FLAT)["occupancies"] == []
    emptied.assert_refused(404, "DELETE", f"/api{LIST}/booking-requests/901")


def test_an_added_occupancy_must_end_after_it_begins(emptied: Landlord) -> None:
    answer = emptied.call("POST", LIST, {"checkIn": "2031-03-01", "checkOut": "2031-03-01"})

    assert (answer.status_code, answer.json()) == (
        422,
        invalid(checkOut={"notAfter": "checkOut must be after checkIn"}),
    )


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_an_added_or_removed_occupancy_can_confirm_the_availabilities(
    sandbox: RunningSandbox, emptied: Landlord, method: str
) -> None:
    stay = {"checkIn": "2031-03-01", "checkOut": "2031-05-31", "bookingRequestId": "901"}
    emptied.change("POST", LIST, stay)
    before = emptied.listing(FLAT)["refreshAvailabilitiesDate"]
    sandbox.clock.set(NOON + timedelta(hours=1))

    path = LIST if method == "POST" else f"/api{LIST}/booking-requests/901"
    body = stay | {"bookingRequestId": "902"} if method == "POST" else {}
    emptied.change(method, path, body | {"shouldUpdateRefreshAvailabilities": True})

    assert before != emptied.listing(FLAT)["refreshAvailabilitiesDate"] == "2026-03-02T13:00:00+00:00"


def test_availabilities_can_be_confirmed_without_a_change(sandbox: RunningSandbox, landlord: Landlord) -> None:
    sandbox.clock.set(NOON + timedelta(hours=2))

    landlord.change("PUT", "/listings/400030001/last-availabilities-date")

    assert landlord.listing(FLAT)["refreshAvailabilitiesDate"] == "2026-03-02T14:00:00+00:00"


def test_nights_that_a_client_occupied_are_not_booked(sandbox: RunningSandbox, big_landlord: Landlord) -> None:
    ids = range(400400001, 400400011)
    for listing_id in ids:
        taken = [{"start": "2026-03-01", "end": "2028-03-01", "note": "renovation"}]
        big_landlord.change("PUT", f"/listings/{listing_id}/occupancies", taken)
    sandbox.clock.set(NOON + timedelta(days=200))

    for listing_id in ids:
        occupancies = big_landlord.listing(listing_id)["occupancies"]
        assert [one["to"] for one in occupancies if one["from"] < "2028-03-01"] == ["2028-03-01"]


def test_availabilities_are_the_gaps_that_fit_the_minimum_stay(emptied: Landlord) -> None:
    emptied.change(
        "PUT",
        LIST,
        [
            {"start": "2026-02-01", "end": "2026-04-01"},
            {"start": "2026-04-20", "end": "2026-06-01"},
            {"start": "2026-08-01", "end": "2026-09-01"},
        ],
    )
    emptied.change("PUT", "/listings/legacy/properties/400030001/stay-rules", {"minStay": 30, "maxStay": 60})

    shown = emptied.get("/api/listings/400030001/availabilities")

    between, after = shown["availability"]
    assert (shown["listingId"], shown["firstAvailableDate"]) == (FLAT, "2026-06-01")
    assert between == {
        "moveInFrom": {"date": "2026-06-01 00:00:00.000000", "timezone_type": 3, "timezone": "UTC"},
        "moveInTo": {"date": "2026-07-02 00:00:00.000000", "timezone_type": 3, "timezone": "UTC"},
        "moveOutFrom": {"date": "2026-07-01 00:00:00.000000", "timezone_type": 3, "timezone": "UTC"},
        "moveOutTo": {"date": "2026-08-01 00:00:00.000000", "timezone_type": 3, "timezone": "UTC"},
        "minStay": 30,
        "maxStay": 60,
    }
    assert after["moveInFrom"]["date"].startswith("2026-09-01")
    assert after["moveInTo"]["date"].startswith("2027-03-02")


def test_a_listing_without_free_days_has_no_first_available_date(emptied: Landlord) -> None:
    end = date(2026, 3, 2) + timedelta(days=3 * 365)
    emptied.change("PUT", LIST, [{"start": "2026-01-01", "end": end.isoformat()}])

    assert emptied.get("/api/listings/400030001/availabilities") == {"listingId": FLAT, "availability": []}
