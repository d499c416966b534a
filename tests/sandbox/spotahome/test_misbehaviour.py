"""The switches: the framework's faults as Spotahome would word them, and its own choices."""

from json import JSONDecodeError

import pytest

from tests.sandbox.spotahome.conftest import PROBLEMS, invalid

FLAT, LIST = 400030001, "/listings/400030001/occupancies"


@pytest.fixture
def switch(sandbox, http):
    def set_switches(**switches):
        http.post(f"{sandbox.base_url}/spotahome/_switches", json=switches).raise_for_status()

    return set_switches


@pytest.mark.parametrize(("kind", "status"), [("expired_token", 401), ("server_error", 500)])
def test_faults_look_like_spotahomes_own_errors(sandbox, landlord, kind, status):
    sandbox.faults.add({"kind": kind, "channel": "spotahome"})

    landlord.refused(status, "GET", "/listings")


def test_an_answer_can_be_cut_short(sandbox, landlord):
    sandbox.faults.add({"kind": "malformed_json", "channel": "spotahome", "count": 1})

    with pytest.raises(JSONDecodeError):
        landlord.call("GET", "/listings").json()


def test_the_list_of_listings_can_repeat_itself_and_run_backwards(sandbox, landlord):
    straight = [listing["id"] for listing in landlord.get("/listings")]
    sandbox.faults.add({"kind": "feed_repeats", "channel": "spotahome", "count": 1})
    twice = [listing["id"] for listing in landlord.get("/listings")]
    sandbox.faults.add({"kind": "feed_reorders", "channel": "spotahome", "count": 1})
    backwards = [listing["id"] for listing in landlord.get("/listings")]

    assert twice == [own for own in straight for _ in range(2)]
    assert backwards == straight[::-1]


def test_an_operation_can_be_told_to_refuse(landlord, switch):
    switch(refuse={"S4": 404, "S2": 500})

    landlord.refused(404, "PUT", f"/listings/{FLAT}/price", {"priceType": "fixed", "fixedPrice": 900})
    landlord.refused(500, "GET", f"/listings/{FLAT}")


def test_an_operation_can_be_told_to_forget_what_it_is_sent(landlord, switch):
    before = landlord.listing(FLAT)
    switch(deaf=["S4"])

    landlord.change("PUT", f"/listings/{FLAT}/price", {"priceType": "fixed", "fixedPrice": 1})

    assert landlord.listing(FLAT) == before


@pytest.mark.parametrize("status", [400, 422, 500])
def test_the_undocumented_answer_to_a_bad_list_is_a_choice(landlord, switch, status):
    switch(bad_body_status=status)

    answer = landlord.call("PUT", LIST, {"not": "a list"})

    assert answer.status_code == status
    assert answer.json() == (invalid(body={"notArray": "An array is expected"}) if status == 422 else PROBLEMS[status])


def test_an_overlapping_occupancy_is_taken_unless_told_otherwise(landlord, switch):
    landlord.change("PUT", LIST, [])
    landlord.change("POST", LIST, {"checkIn": "2031-03-01", "checkOut": "2031-05-31"})
    landlord.change("POST", LIST, {"checkIn": "2031-05-01", "checkOut": "2031-06-30"})
    switch(overlaps="refuse")

    answer = landlord.call("POST", LIST, {"checkIn": "2031-06-29", "checkOut": "2031-07-30"})

    overlap = {"overlaps": "The listing is occupied on some of these days"}
    assert (answer.status_code, answer.json()) == (422, invalid(checkIn=overlap))
    landlord.change("POST", LIST, {"checkIn": "2031-06-30", "checkOut": "2031-07-30"})


def test_many_prices_at_once_can_fail_for_chosen_listings(landlord, switch):
    switch(bulk_price_errors={str(FLAT): "The price is too low"})

    answer = landlord.call(
        "PUT", "/listings/price", {"listingIds": [FLAT, 400030002], "amountType": "fixed", "amountValue": 1}
    )

    assert answer.json() == [{"listingId": FLAT, "error": "The price is too low"}]


def test_switches_are_shown_put_back_and_checked(sandbox, http, switch):
    url = f"{sandbox.base_url}/spotahome/_switches"
    switch(deaf=["S4"])

    assert http.get(url).json()["deaf"] == ["S4"]
    assert http.post(url, json={"overlaps": "maybe"}).status_code == 422
    assert http.post(url, content=b"{").json() == PROBLEMS[400]
    assert http.delete(url).json()["deaf"] == []


def test_the_index_of_the_sandbox_lists_the_tokens(sandbox, http):
    assert http.get(sandbox.base_url).json()["channels"]["spotahome"] == {
        "url": f"{sandbox.base_url}/spotahome",
        "credentials": [{"token": f"sandbox.spotahome.{count}"} for count in (3, 40, 1000)],
    }
