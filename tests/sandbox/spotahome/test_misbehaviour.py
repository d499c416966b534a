"""The framework's faults in Spotahome's form, and Spotahome's own switches."""

from collections.abc import Callable
from json import JSONDecodeError
from typing import Any

import httpx
import pytest

from sandbox.server import RunningSandbox
from tests.sandbox.spotahome.landlord import PROBLEMS, Landlord, invalid

FLAT, LIST = 400030001, "/listings/400030001/occupancies"


@pytest.fixture
def switch(sandbox: RunningSandbox, http: httpx.Client) -> Callable[..., None]:
    def set_switches(**switches: Any) -> None:
        http.post(f"{sandbox.base_url}/spotahome/_switches", json=switches).raise_for_status()

    return set_switches


@pytest.mark.parametrize(("kind", "status"), [("expired_token", 401), ("server_error", 500)])
def test_faults_have_the_form_of_spotahomes_errors(
    sandbox: RunningSandbox, landlord: Landlord, kind: str, status: int
) -> None:
    sandbox.faults.add({"kind": kind, "channel": "spotahome"})

    landlord.assert_refused(status, "GET", "/listings")


def test_an_answer_can_be_cut_off(sandbox: RunningSandbox, landlord: Landlord) -> None:
    sandbox.faults.add({"kind": "malformed_json", "channel": "spotahome", "count": 1})

    with pytest.raises(JSONDecodeError):
        landlord.call("GET", "/listings").json()


def test_the_list_of_listings_can_have_repeated_and_reversed_items(sandbox: RunningSandbox, landlord: Landlord) -> None:
    original = [listing["id"] for listing in landlord.get("/listings")]
    sandbox.faults.add({"kind": "feed_repeats", "channel": "spotahome", "count": 1})
    twice = [listing["id"] for listing in landlord.get("/listings")]
    sandbox.faults.add({"kind": "feed_reorders", "channel": "spotahome", "count": 1})
    backwards = [listing["id"] for listing in landlord.get("/listings")]

    assert len(original) == 3
    assert twice == [listing_id for listing_id in original for _ in range(2)]
    assert backwards == original[::-1]


def test_an_operation_can_be_switched_to_refuse(landlord: Landlord, switch: Callable[..., None]) -> None:
    switch(refuse={"S4": 404, "S2": 500})

    landlord.assert_refused(404, "PUT", f"/listings/{FLAT}/price", {"priceType": "fixed", "fixedPrice": 900})
    landlord.assert_refused(500, "GET", f"/listings/{FLAT}")


@pytest.mark.parametrize(
    "path",
    [
        "/listings/legacy/properties/400039999/details",
        "/listings/legacy/units/400039999/changelog",
        "/listings/legacy/videos/albums/4000399992",
    ],
)
def test_the_undocumented_answer_to_an_unknown_id_can_be_chosen(
    landlord: Landlord, switch: Callable[..., None], path: str
) -> None:
    landlord.assert_refused(500, "GET", path)
    switch(unknown="empty")

    assert landlord.get(path) == []


def test_an_operation_can_be_switched_to_do_nothing(landlord: Landlord, switch: Callable[..., None]) -> None:
    before = landlord.listing(FLAT)
    switch(deaf=["S4"])

    landlord.change("PUT", f"/listings/{FLAT}/price", {"priceType": "fixed", "fixedPrice": 1})

    assert landlord.listing(FLAT) == before


@pytest.mark.parametrize("status", [400, 422, 500])
def test_the_undocumented_answer_to_an_invalid_list_can_be_chosen(
    landlord: Landlord, switch: Callable[..., None], status: int
) -> None:
    switch(bad_body_status=status)

    answer = landlord.call("PUT", LIST, {"not": "a list"})

    assert answer.status_code == status
    assert answer.json() == (invalid(body={"notArray": "An array is expected"}) if status == 422 else PROBLEMS[status])


def test_an_overlapping_occupancy_is_accepted_unless_it_is_switched_off(
    landlord: Landlord, switch: Callable[..., None]
) -> None:
    landlord.change("PUT", LIST, [])
    landlord.change("POST", LIST, {"checkIn": "2031-03-01", "checkOut": "2031-05-31"})
    landlord.change("POST", LIST, {"checkIn": "2031-05-01", "checkOut": "2031-06-30"})
    switch(overlaps="refuse")

    answer = landlord.call("POST", LIST, {"checkIn": "2031-06-29", "checkOut": "2031-07-30"})

    overlap = {"overlaps": "The listing is occupied on some of these days"}
    assert (answer.status_code, answer.json()) == (422, invalid(checkIn=overlap))
    landlord.change("POST", LIST, {"checkIn": "2031-06-30", "checkOut": "2031-07-30"})


def test_a_bulk_change_of_prices_can_fail_for_chosen_listings(landlord: Landlord, switch: Callable[..., None]) -> None:
    switch(bulk_price_errors={str(FLAT): "The price is too low"})

    answer = landlord.call(
        "PUT", "/listings/price", {"listingIds": [FLAT, 400030002], "amountType": "fixed", "amountValue": 1}
    )

    assert answer.json() == [{"listingId": FLAT, "error": "The price is too low"}]


def test_switches_are_returned_reset_and_checked(
    sandbox: RunningSandbox, http: httpx.Client, switch: Callable[..., None]
) -> None:
    url = f"{sandbox.base_url}/spotahome/_switches"
    switch(deaf=["S4"])

    assert http.get(url).json()["deaf"] == ["S4"]
    assert http.post(url, json={"overlaps": "maybe"}).status_code == 422
    assert http.post(url, content=b"{").json() == PROBLEMS[400]
    assert http.delete(url).json()["deaf"] == []


def test_the_index_of_the_sandbox_lists_the_tokens(sandbox: RunningSandbox, http: httpx.Client) -> None:
    assert http.get(sandbox.base_url).json()["channels"]["spotahome"] == {
        "url": f"{sandbox.base_url}/spotahome",
        "credentials": [{"token": f"sandbox.spotahome.{count}"} for count in (3, 40, 1000)],
    }
