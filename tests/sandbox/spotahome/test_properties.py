"""Properties, their units, and the agreements on listings."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from sandbox.server import RunningSandbox
from tests.sandbox.spotahome.conftest import NOON
from tests.sandbox.spotahome.landlord import Landlord, invalid

FLAT, RESIDENCE = 400400001, 400400003
ALL = "/listings/legacy/properties"


def test_properties_have_pages_until_there_is_no_next_link(big_landlord: Landlord) -> None:
    found, path = [], f"{ALL}?itemsPerPage=10"
    while path:
        page = big_landlord.get(path)
        assert page["count"] == len(page["_embedded"]["properties"])
        found += [row["id"] for row in page["_embedded"]["properties"]]
        link = urlsplit(page["_links"]["next"].get("href", ""))
        path = f"{ALL}?{link.query}" if link.path == f"/spotahome/api{ALL}" else ""

    assert page["total"] == len(found) == len(set(found)) == 24
    assert (FLAT in found, RESIDENCE in found, RESIDENCE + 1 in found) == (True, True, False)
    assert page["_links"]["previous"]["href"].endswith("page=2")


@pytest.mark.parametrize("page", [4, 100])
def test_a_page_past_the_end_is_empty_and_has_all_links(big_landlord: Landlord, page: int) -> None:
    shown = big_landlord.get(f"{ALL}?itemsPerPage=10&page={page}")

    assert (shown["count"], shown["total"], shown["_embedded"]) == (0, 24, {"properties": []})
    pages = {name: link.get("href", "").rpartition("page=")[2] for name, link in shown["_links"].items()}
    assert pages == {"self": str(page), "first": "1", "last": "3", "next": "", "previous": "3"}


def test_properties_are_filtered_by_publication_and_landlord(big_landlord: Landlord) -> None:
    landlord_id = big_landlord.listing(FLAT)["landlordId"]

    def total(query: str) -> int:
        found: int = big_landlord.get(f"{ALL}?{query}")["total"]
        return found

    assert total("isPublished=true") + total("isPublished=false") == 24
    assert total(f"landlordId={landlord_id}") == 24
    assert total("landlordId=00000000-0000-4000-8000-000000000001") == 0
    assert total("isPublished=&landlordId=&page=&itemsPerPage=") == 24


def test_the_details_of_a_property_have_a_row_for_each_unit(big_landlord: Landlord) -> None:
    (flat,) = big_landlord.get(f"{ALL}/{FLAT}/details")
    units = big_landlord.get(f"{ALL}/{RESIDENCE}/details")

    assert flat.keys() == {
        "unitId",
        "landlordReference",
        "area",
        "numberBathrooms",
        "minStay",
        "maxStay",
        "floorPlanReference",
    }
    assert (flat["unitId"], flat["minStay"], flat["maxStay"]) == (str(FLAT), 30, None)
    assert [unit["unitId"] for unit in units] == ["400400003", "400400004", "400400005"]
    big_landlord.assert_refused(500, "GET", f"{ALL}/2ae880c4-8eda-4118-86ec-ac1679ef62fe/details")
    big_landlord.assert_refused(500, "GET", f"{ALL}/{RESIDENCE + 1}/details")


def test_sent_details_change_null_clears_and_absent_details_stay(big_landlord: Landlord) -> None:
    (before,) = big_landlord.get(f"{ALL}/{FLAT}/details")

    big_landlord.change("PUT", f"{ALL}/{FLAT}/details", {"landlordReference": "Beach house", "area": None})

    assert big_landlord.get(f"{ALL}/{FLAT}/details") == [before | {"landlordReference": "Beach house", "area": None}]
    assert big_landlord.listing(FLAT)["landlordReference"] == "Beach house"


def test_stay_rules_apply_to_all_units_of_a_property(big_landlord: Landlord) -> None:
    big_landlord.change("PUT", f"{ALL}/{RESIDENCE}/stay-rules", {"minStay": 60, "maxStay": 180})

    for unit in range(RESIDENCE, RESIDENCE + 3):
        listing = big_landlord.listing(unit)
        assert (listing["minStay"], listing["maxStay"]) == (60, 180)
    assert big_landlord.listing(FLAT)["minStay"] == 30


def test_a_missing_limit_is_null_in_a_property_and_0_in_a_listing(big_landlord: Landlord) -> None:
    big_landlord.change("PUT", f"{ALL}/{FLAT}/stay-rules", {"minStay": None, "maxStay": None})

    (unit,) = big_landlord.get(f"{ALL}/{FLAT}/details")
    listing = big_landlord.listing(FLAT)
    assert (unit["minStay"], unit["maxStay"]) == (None, None)
    assert (listing["minStay"], listing["maxStay"]) == (0, 0)


def test_a_maximum_stay_below_the_minimum_stay_is_refused(big_landlord: Landlord) -> None:
    answer = big_landlord.call("PUT", f"{ALL}/{FLAT}/stay-rules", {"minStay": 60, "maxStay": 30})

    messages = invalid(maxStay={"notGreaterThan": "maxStay must not be less than minStay"})
    assert (answer.status_code, answer.json()) == (422, messages)
    assert big_landlord.listing(FLAT)["minStay"] == 30


def test_guests_follow_the_stay_rules(sandbox: RunningSandbox, big_landlord: Landlord) -> None:
    ids = range(400400011, 400400021)
    for listing_id in ids:
        cheap = {"priceType": "fixed", "fixedPrice": 300}
        big_landlord.change("PUT", f"/listings/{listing_id}/price", cheap)
    for property_id in (400400011, 400400012, 400400013, 400400016, 400400017, 400400018):
        big_landlord.change("PUT", f"{ALL}/{property_id}/stay-rules", {"minStay": 90, "maxStay": 120})
    before = {listing_id: requests(big_landlord, listing_id) for listing_id in ids}
    sandbox.clock.set(NOON + timedelta(days=200))

    new = [
        (one["from"], one["to"])
        for listing_id in ids
        for one in big_landlord.listing(listing_id)["occupancies"]
        if "bookingRequestId" in one and one["bookingRequestId"] not in before[listing_id]
    ]

    assert new
    for start, end in new:
        assert 89 <= nights(start, end) <= 120  # a changed booking ends one night earlier


def requests(landlord: Landlord, listing_id: int) -> set[str | None]:
    return {one.get("bookingRequestId") for one in landlord.listing(listing_id)["occupancies"]}


def nights(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


UNIT = {
    "unitId": "400400004",
    "landlordReference": "Room 2",
    "area": None,
    "numberBathrooms": 2,
    "minStay": 60,
    "maxStay": 330,
    "floorPlanReference": 4,
}


def test_units_are_written_one_by_one(big_landlord: Landlord) -> None:
    first, _, third = big_landlord.get(f"{ALL}/{RESIDENCE}/details")

    big_landlord.change("PUT", f"{ALL}/{RESIDENCE}/units/details", [UNIT])

    assert big_landlord.get(f"{ALL}/{RESIDENCE}/details") == [first, UNIT, third]


def test_a_unit_of_another_property_refuses_the_whole_request(big_landlord: Landlord) -> None:
    before = big_landlord.get(f"{ALL}/{RESIDENCE}/details")

    units = [UNIT, UNIT | {"unitId": str(FLAT)}]
    big_landlord.assert_refused(404, "PUT", f"{ALL}/{RESIDENCE}/units/details", units)

    assert big_landlord.get(f"{ALL}/{RESIDENCE}/details") == before


def test_a_unit_has_a_floor_plan(big_landlord: Landlord) -> None:
    path = "/api/listings/legacy/properties/units/400400004/floor-plan-reference"
    big_landlord.change("PUT", path, {"floorPlanReference": 30})

    assert big_landlord.get(f"{ALL}/{RESIDENCE}/details")[1]["floorPlanReference"] == 30


def test_the_changelog_has_the_author_the_time_and_the_content_of_each_change(
    sandbox: RunningSandbox, http: httpx.Client, big_landlord: Landlord
) -> None:
    requester = {"Authorization": "sandbox.spotahome.40", "Requester": "ana@nomadquarters.example"}
    http.put(
        f"{sandbox.base_url}/spotahome/api/listings/{FLAT}/exclusivity-type",
        json={"type": "exclusive"},
        headers=requester,
    ).raise_for_status()
    big_landlord.change("PUT", f"/listings/{FLAT}/price", {"priceType": "fixed", "fixedPrice": 900})

    exclusivity, price = big_landlord.get(f"/listings/legacy/units/{FLAT}/changelog")

    assert exclusivity == {
        "changed_by": "ana@nomadquarters.example",
        "occurred_on": "2026-03-02T12:00:00+00:00",
        "change_type": "SAH\\RealEstate\\Domain\\Ad\\ListingExclusivityWasUpdated",
        "before": '{"exclusivityDealType":null}',
        "after": '{"exclusivityDealType":"exclusive"}',
    }
    assert price["changed_by"] == "landlords@nomadquarters.example"
    assert price["change_type"].endswith("AdPriceWasUpdated")
    big_landlord.assert_refused(500, "GET", "/listings/legacy/units/aaaa-bbbb-cccc-dddd/changelog")


@pytest.mark.parametrize(
    ("path", "sent", "shown"),
    [
        ("landlord-commission", {"type": "percentage", "value": 10.4}, {"landlordCommission": ...}),
        ("landlord-commission", {"type": "fixed"}, {"landlordCommission": {"type": "fixed", "value": None}}),
        ("exclusivity-type", {"type": "guaranteed"}, {"exclusivityDealType": "guaranteed"}),
    ],
)
def test_agreements_appear_in_the_listing(
    landlord: Landlord, path: str, sent: dict[str, Any], shown: dict[str, Any]
) -> None:
    landlord.change("PUT", f"/listings/400030001/{path}", sent)

    listing = landlord.listing(400030001)
    for name, value in shown.items():
        assert listing[name] == (sent if value is ... else value)


def test_there_are_three_types_of_exclusivity(landlord: Landlord) -> None:
    shown = landlord.get("/listings/legacy/exclusivity-types")

    assert (shown["count"], shown["total"]) == (3, 3)
    assert shown["_links"].keys() == {"self", "first", "last"}
    types = [{"type": "basic"}, {"type": "exclusive"}, {"type": "guaranteed"}]
    assert shown["_embedded"] == {"sah:real_state:listing:exclusivity_types": types}


def test_a_written_feed_id_is_returned(landlord: Landlord) -> None:
    path = "/listings/legacy/400030001/feed-id"
    assert landlord.get(path) == {"feedId": None}

    landlord.change("PUT", path, {"feedId": "https://feed.example/1"})

    assert landlord.get(path) == {"feedId": "https://feed.example/1"}


def test_a_notification_of_an_unpublished_listing_is_refused(big_landlord: Landlord) -> None:
    unpublished = next(one["id"] for one in big_landlord.get("/listings") if not one["isPublished"])

    big_landlord.assert_refused(400, "POST", f"/listings/legacy/{unpublished}/publication-notification")
