"""Hostaway's listings and dictionaries."""

from typing import Any

import pytest

from sandbox.server import RunningSandbox
from tests.sandbox.hostaway_client import Hostaway

NEW_LISTING: dict[str, Any] = {
    "name": "Canal loft",
    "address": "Prinsengracht 1, Amsterdam, Netherlands",
    "price": 180,
    "currencyCode": "EUR",
    "guestsIncluded": 2,
    "priceForExtraPerson": 25,
    "minNights": 2,
    "listingAmenities": [{"amenityId": 2}],
    "listingBedTypes": [{"bedTypeId": 2, "quantity": 1}],
}
"""The members that Hostaway requires of a listing that can be synchronized, and two lists."""
ARCHIVED = 100400037


def test_listings_have_pages_with_the_total_count(bigger_hostaway: Hostaway) -> None:
    answer = bigger_hostaway.http.get("/listings", params={"limit": 15, "offset": 30}).json()

    assert len(answer["result"]) == 10
    assert {name: answer[name] for name in ("status", "limit", "offset", "count", "page", "totalPages")} == {
        "status": "success",
        "limit": 15,
        "offset": 30,
        "count": 40,
        "page": 3,
        "totalPages": 3,
    }


def test_a_listing_has_the_members_that_pricing_needs(hostaway: Hostaway) -> None:
    listing = hostaway.get("/listings/100030002")

    assert listing["city"] == "Edinburgh"
    assert listing["currencyCode"] == "GBP"
    assert listing["timeZoneName"] == "Europe/London"
    assert listing["price"] > 0
    assert listing["externalListingName"] == listing["name"]
    assert listing["personCapacity"] >= listing["guestsIncluded"] >= 1
    assert listing["specialStatus"] is None


def test_supplementary_lists_are_empty_unless_the_query_includes_them(hostaway: Hostaway) -> None:
    plain, full = hostaway.get("/listings/100030001"), hostaway.get("/listings/100030001", includeResources=1)

    assert plain["listingImages"] == plain["listingAmenities"] == plain["listingBedTypes"] == []
    assert full["listingImages"]
    assert all(image["url"].startswith("https://") for image in full["listingImages"])
    assert full["listingAmenities"]
    assert full["listingBedTypes"]


@pytest.mark.parametrize(
    ("sort", "key", "reverse"),
    [
        ("name", "name", False),
        ("nameReversed", "name", True),
        ("order", "id", False),
        ("orderReversed", "id", True),
        ("latestActivity", "latestActivityOn", False),
        ("latestActivityDesc", "latestActivityOn", True),
    ],
)
def test_listings_have_the_order_of_the_query(bigger_hostaway: Hostaway, sort: str, key: str, reverse: bool) -> None:
    values = [listing[key] for listing in bigger_hostaway.get("/listings", sortOrder=sort)]

    assert len(values) == 40
    assert values == sorted(values, reverse=reverse)


def test_listings_are_filtered_by_place_name_and_type(bigger_hostaway: Hostaway) -> None:
    listings = bigger_hostaway.get("/listings")
    word = listings[0]["name"].split()[0]

    assert len(bigger_hostaway.get("/listings", city="tokyo")) == 6
    assert len(bigger_hostaway.get("/listings", country="Portugal")) == 12
    named = bigger_hostaway.get("/listings", match=word.lower())
    assert 0 < len(named) < 40
    assert all(word in listing["name"] for listing in named)
    hotels = bigger_hostaway.get("/listings", propertyTypeId=13)
    assert {listing["id"] for listing in hotels} == {100400013, 100400026, 100400039}


def test_a_search_for_free_nights_excludes_booked_listings(bigger_hostaway: Hostaway) -> None:
    dates = {"availabilityDateStart": "2026-04-03", "availabilityDateEnd": "2026-04-06"}

    free = {listing["id"] for listing in bigger_hostaway.get("/listings", **dates, availabilityGuestNumber=2)}

    listings = bigger_hostaway.get("/listings")
    assert 0 < len(free) < len(listings) == 40
    for listing in listings:
        days = bigger_hostaway.get(f"/listings/{listing['id']}/calendar", startDate="2026-04-03", endDate="2026-04-05")
        assert (listing["id"] in free) == all(day["isAvailable"] for day in days) or listing["specialStatus"]


def test_a_created_listing_is_complete_and_appears_in_the_list(hostaway: Hostaway) -> None:
    created = hostaway.result("POST", "/listings", json=NEW_LISTING)

    assert created["name"] == created["externalListingName"] == "Canal loft"
    assert created["price"] == 180
    assert created["listingAmenities"] == [{"id": created["listingAmenities"][0]["id"], "amenityId": 2}]
    assert [listing["id"] for listing in hostaway.get("/listings")][-1] == created["id"]
    day = hostaway.get(f"/listings/{created['id']}/calendar")[0]
    assert (day["status"], day["price"], day["minimumStay"]) == ("available", 180, 2)


def test_an_update_changes_only_the_members_that_are_sent(hostaway: Hostaway) -> None:
    before = hostaway.get("/listings/100030001", includeResources=1)

    hostaway.result("PUT", "/listings/100030001", json={"price": 199.5, "houseRules": "No parties"})

    after = hostaway.get("/listings/100030001", includeResources=1)
    assert {name for name in after if after[name] != before[name]} == {"price", "houseRules", "latestActivityOn"}


def test_the_filter_for_latest_activity_finds_an_updated_listing(hostaway: Hostaway) -> None:
    assert hostaway.get("/listings", latestActivityStart="2026-03-14") == []

    hostaway.result("PUT", "/listings/100030002", json={"minNights": 4})

    assert [listing["id"] for listing in hostaway.get("/listings", latestActivityStart="2026-03-14")] == [100030002]
    assert hostaway.get("/listings", latestActivityStart="2026-03-15") == []


def test_images_are_added_and_an_update_replaces_all_of_them(hostaway: Hostaway) -> None:
    before = hostaway.get("/listings/100030001", includeResources=1)["listingImages"]
    image = {"url": "https://photos.sandbox.example/new.jpg", "caption": "New"}

    answer = hostaway.result("POST", "/listings/100030001/images", json={"images": [image]})
    added = hostaway.get("/listings/100030001", includeResources=1)["listingImages"]
    hostaway.result("PUT", "/listings/100030001", json={"listingImages": [image]})

    assert answer["imagesCount"] == 1
    assert len(added) == len(before) + 1
    kept = hostaway.get("/listings/100030001", includeResources=1)["listingImages"]
    assert [image["url"] for image in kept] == ["https://photos.sandbox.example/new.jpg"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({}, "images is missing or empty."),
        ({"images": ["x"]}, "Each image must be an object."),
        ({"images": [{"caption": "x"}]}, "Each image must have a url."),
        ({"images": [{"url": "ftp://x"}]}, "Invalid url: ftp://x"),
    ],
)
def test_invalid_images_are_refused(hostaway: Hostaway, body: dict[str, Any], reason: str) -> None:
    assert hostaway.refusal("POST", "/listings/100030001/images", json=body) == (400, reason)


def test_a_deleted_listing_is_not_found_and_keeps_its_reservations(hostaway: Hostaway) -> None:
    assert hostaway.result("DELETE", "/listings/100030001") == []

    assert hostaway.refusal("GET", "/listings/100030001") == (404, "Listing 100030001 not found.")
    assert len(hostaway.get("/listings")) == 2
    assert hostaway.get("/reservations", listingId=100030001)


@pytest.mark.parametrize("listing_id", [100400001, 999, 10**30])
def test_an_unknown_listing_and_another_accounts_listing_get_the_same_answer(
    hostaway: Hostaway, listing_id: int
) -> None:
    for method, path in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("GET", "/calendar")):
        answer = hostaway.refusal(method, f"/listings/{listing_id}{path}", json={})
        assert answer == (404, f"Listing {listing_id} not found.")


def test_a_very_long_id_is_not_found(hostaway: Hostaway) -> None:
    assert hostaway.refusal("GET", "/listings/" + "9" * 5000)[0] == 404


def test_an_archived_listing_can_be_read_but_not_written(bigger_hostaway: Hostaway) -> None:
    assert bigger_hostaway.get(f"/listings/{ARCHIVED}")["specialStatus"] == "archived"
    refused = (400, f"Listing {ARCHIVED} is archived.")
    stay = {"channelId": 2000, "listingMapId": ARCHIVED, "arrivalDate": "2026-05-01", "departureDate": "2026-05-03"}

    assert bigger_hostaway.refusal("PUT", f"/listings/{ARCHIVED}", json={"price": 90}) == refused
    assert bigger_hostaway.refusal("PUT", f"/listings/{ARCHIVED}/calendarIntervals", json=[]) == refused
    assert bigger_hostaway.refusal("POST", "/reservations", json=stay) == refused


def test_an_archived_listing_gets_no_new_bookings(hostaway: Hostaway, sandbox: RunningSandbox) -> None:
    def reservations(**query: int) -> int:
        count: int = hostaway.http.get("/reservations", params={"limit": 1, **query}).json()["count"]
        return count

    hostaway.result("PUT", "/listings/100030003", json={"specialStatus": "archived"})
    before, of_all_before = reservations(listingId=100030003), reservations()

    sandbox.clock.advance(10 * 86_400)

    assert reservations(listingId=100030003) == before > 0
    assert reservations() > of_all_before
    assert hostaway.get("/listings/100030003")["specialStatus"] == "archived"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"price": None}, "Missing: price."),
        ({"price": "cheap"}, "price must be a number not below 0."),
        ({"price": -1}, "price must be a number not below 0."),
        ({"currencyCode": "EURO"}, "currencyCode EURO is not a currency."),
        ({"minNights": 30, "maxNights": 7}, "minNights must not exceed maxNights."),
        ({"guestsIncluded": 1.5}, "guestsIncluded must be a whole number from 1 to 10000."),
        ({"checkInTimeStart": 24}, "checkInTimeStart must be a whole number from 0 to 23."),
        ({"listingBedTypes": "two"}, "listingBedTypes must be a list of objects."),
        ({"timeZoneName": "Mars/Phobos"}, "timeZoneName Mars/Phobos is not a time zone."),
        ({"roomType": "tent"}, "roomType must be one of entire_home, private_room, shared_room."),
    ],
)
def test_an_invalid_listing_is_not_created(hostaway: Hostaway, changed: dict[str, Any], reason: str) -> None:
    assert hostaway.refusal("POST", "/listings", json=NEW_LISTING | changed) == (400, reason)
    assert len(hostaway.get("/listings")) == 3


def test_a_body_that_is_not_a_json_object_is_refused(hostaway: Hostaway) -> None:
    assert hostaway.refusal("PUT", "/listings/100030001", content=b"{") == (400, "The request body is not valid JSON.")
    assert hostaway.refusal("PUT", "/listings/100030001", json=[]) == (400, "The request body must be a JSON object.")


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=-5", "limit=ten", "offset=-1", "sortOrder=price", "userId=x", "offset=" + "9" * 5000]
)
def test_an_invalid_query_is_refused(hostaway: Hostaway, query: str) -> None:
    assert hostaway.refusal("GET", f"/listings?{query}")[0] == 400


def test_units_are_listed_for_a_multi_unit_listing_only(hostaway: Hostaway) -> None:
    units = hostaway.get("/listingUnits/100030003")

    assert len(units) > 1
    assert len({unit["id"] for unit in units}) == len(units)
    assert hostaway.get("/listingUnits/100030001") == []


def test_the_dictionaries_have_the_documented_shapes(hostaway: Hostaway) -> None:
    assert {"id": 1, "name": "Apartment"} in hostaway.get("/propertyTypes")
    for path in ("/amenities", "/bedTypes"):
        entries = hostaway.get(path)
        assert entries
        assert all(entry.keys() == {"id", "name"} for entry in entries)
    assert hostaway.get("/countries")["PT"] == "Portugal"
    assert hostaway.get("/currencies")["JPY"] == "Yen"
    assert hostaway.get("/languages")["pt"] == "Portuguese"
    assert hostaway.get("/timezones")["Asia/Kolkata"] == {"value": "Asia/Kolkata", "diff": "+05:30"}


def test_an_unknown_path_and_a_wrong_method_get_hostaways_error_format(hostaway: Hostaway) -> None:
    assert hostaway.refusal("GET", "/nothing") == (404, "Not found.")
    assert hostaway.refusal("PATCH", "/listings") == (405, "This method is not allowed here.")


@pytest.mark.parametrize("path", ["/listings", "/reservations", "/seasonalRules", "/unifiedWebhookLogs"])
def test_an_empty_parameter_counts_as_absent(hostaway: Hostaway, path: str) -> None:
    names = ("limit", "offset", "afterId", "listingId", "channelId", "city", "propertyTypeId", "latestActivityStart")
    empty = dict.fromkeys([*names, "isArchived", "isBookingEngineActive", "sortOrder"], "")

    assert hostaway.get(path, **empty) == hostaway.get(path)
