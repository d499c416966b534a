"""The data behind the channels: they are a function of the instant, and change with the clock."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from sandbox.server import RunningSandbox, running
from tests.sandbox.conftest import NOW
from tests.sandbox.hostaway_client import Hostaway, Row

BLOCKING = {"new", "modified", "awaitingPayment", "pending", "unconfirmed", "ownerStay"}
PAGES = (
    "/listings?includeResources=1",
    "/reservations?limit=500&includeResources=1",
    "/reservations?sortOrder=arrivalDate",
)


def all_reservations(hostaway: Hostaway, **query: object) -> list[Row]:
    """All pages, read by the last id until a page is empty, as the documentation recommends."""
    found: list[Row] = []
    while page := hostaway.get("/reservations", limit=500, **query, **({"afterId": found[-1]["id"]} if found else {})):
        found += page
    return found


def snapshot(hostaway: Hostaway) -> list[bytes]:
    listing_id = hostaway.get("/listings")[0]["id"]
    paths = (*PAGES, f"/listings/{listing_id}/calendar?includeResources=1")
    return [hostaway.http.get(path).content for path in paths]


def test_the_same_seed_and_instant_give_the_same_bytes(hostaway: Hostaway) -> None:
    with running(now=NOW) as twin, Hostaway(twin.base_url, "10003") as other:
        assert snapshot(other) == snapshot(hostaway)


def test_another_seed_gives_another_world(hostaway: Hostaway) -> None:
    with running(now=NOW, seed=2) as twin, Hostaway(twin.base_url, "10003") as other:
        assert snapshot(other)[0] != snapshot(hostaway)[0]
        assert snapshot(other)[1] != snapshot(hostaway)[1]


def test_many_steps_to_an_instant_give_the_same_state_as_one_jump(hostaway: Hostaway, sandbox: RunningSandbox) -> None:
    for _ in range(6):
        sandbox.clock.advance(9 * 86_400 + 1234)
        hostaway.get("/reservations", limit=1)

    later = NOW + timedelta(days=54, seconds=6 * 1234)
    with running(now=later) as twin, Hostaway(twin.base_url, "10003") as other:
        assert snapshot(other) == snapshot(hostaway)


def test_turning_the_clock_back_restores_the_earlier_state(hostaway: Hostaway, sandbox: RunningSandbox) -> None:
    before = snapshot(hostaway)
    sandbox.clock.advance(40 * 86_400)
    assert snapshot(hostaway) != before

    sandbox.clock.set(NOW)

    assert snapshot(hostaway) == before


def test_bookings_arrive_as_the_clock_advances_each_at_its_own_instant(
    hostaway: Hostaway, sandbox: RunningSandbox
) -> None:
    known = {reservation["id"] for reservation in all_reservations(hostaway)}

    sandbox.clock.advance(7 * 86_400)
    arrived = [
        reservation
        for reservation in all_reservations(hostaway, latestActivityStart="2026-03-14")
        if reservation["id"] not in known
    ]

    assert len(arrived) > 5
    booked = [datetime.fromisoformat(reservation["reservationDate"]).replace(tzinfo=UTC) for reservation in arrived]
    assert all(NOW < instant <= NOW + timedelta(days=7) for instant in booked)
    assert all(reservation["departureDate"] > "2026-03-14" for reservation in arrived)


def test_there_are_two_years_of_history_and_future_bookings(hostaway: Hostaway) -> None:
    reservations = all_reservations(hostaway)

    statuses = Counter(reservation["status"] for reservation in reservations)
    assert {"new", "modified", "cancelled", "ownerStay", "inquiryTimedout", "declined", "expired"} <= set(statuses)
    assert 0.08 < statuses["cancelled"] / (statuses["new"] + statuses["cancelled"]) < 0.25
    arrivals = [reservation["arrivalDate"] for reservation in reservations if reservation["status"] == "new"]
    assert min(arrivals) < "2024-03-20"
    assert max(arrivals) > "2026-07-01"
    assert min(reservation["departureDate"] for reservation in reservations if reservation["nights"]) >= "2024-03-01"


def test_no_two_stays_share_a_unit_on_a_night(hostaway: Hostaway) -> None:
    units = {
        listing["id"]: max(1, len(hostaway.get(f"/listingUnits/{listing['id']}")))
        for listing in hostaway.get("/listings")
    }
    taken: Counter[tuple[int, str]] = Counter()
    for reservation in all_reservations(hostaway):
        if reservation["status"] in BLOCKING:
            night = datetime.fromisoformat(reservation["arrivalDate"])
            for _ in range(reservation["nights"]):
                taken[reservation["listingMapId"], night.date().isoformat()] += 1
                night += timedelta(days=1)

    assert max(units.values()) > 1
    assert len(taken) > 1000
    assert all(count <= units[listing_id] for (listing_id, _), count in taken.items())


def test_festival_nights_in_edinburgh_have_more_bookings_and_higher_rates_than_winter_nights(
    bigger_hostaway: Hostaway,
) -> None:
    def nights_and_rate(month: str) -> tuple[int, float]:
        stays = [
            stay
            for listing_id in range(100400001, 100400009)
            for stay in bigger_hostaway.get(
                "/reservations",
                listingId=listing_id,
                arrivalStartDate=f"{month}-01",
                arrivalEndDate=f"{month}-28",
            )
            if stay["status"] == "new"
        ]
        nights = sum(stay["nights"] for stay in stays)
        return nights, sum(stay["totalPrice"] for stay in stays) / nights

    (busy_nights, high_rate), (quiet_nights, low_rate) = nights_and_rate("2025-08"), nights_and_rate("2025-01")
    assert busy_nights > 1.2 * quiet_nights
    assert high_rate > 1.1 * low_rate


def test_the_manager_has_several_currencies_and_time_zones_a_multi_unit_and_an_archived_listing(
    bigger_hostaway: Hostaway,
) -> None:
    listings = bigger_hostaway.get("/listings")

    assert len(listings) == 40
    assert {listing["currencyCode"] for listing in listings} == {"EUR", "GBP", "CZK", "JPY"}
    assert {listing["timeZoneName"] for listing in listings} == {
        "Europe/Lisbon",
        "Europe/London",
        "Europe/Prague",
        "Asia/Tokyo",
    }
    assert [listing["id"] for listing in listings if listing["specialStatus"] == "archived"] == [100400037]
    assert len(bigger_hostaway.get("/listingUnits/100400013")) > 1


def test_lower_prices_give_more_bookings_and_higher_prices_fewer() -> None:
    booked = [nights_booked_at(price_factor) for price_factor in (0.7, 1.0, 1.4)]

    cheap, fair, dear = booked
    assert cheap > 1.15 * fair
    assert dear < 0.75 * fair


def nights_booked_at(price_factor: float) -> int:
    """Nights booked within a month, after all prices were set to `price_factor` times the base price."""
    with running(now=NOW) as sandbox, Hostaway(sandbox.base_url, "10040") as hostaway:
        for listing in hostaway.get("/listings"):
            if listing["specialStatus"] is None:
                span = {"startDate": "2026-03-15", "endDate": "2026-08-31", "price": listing["price"] * price_factor}
                hostaway.result("PUT", f"/listings/{listing['id']}/calendarIntervals", json=[span])
        sandbox.clock.advance(30 * 86_400)
        stays = all_reservations(hostaway, latestActivityStart="2026-03-15", arrivalEndDate="2026-08-20")
        new = [stay for stay in stays if stay["reservationDate"] > "2026-03-15" and stay["status"] in BLOCKING]
        return sum(stay["nights"] for stay in new)
