"""The 43 operations as documented: their paths, answers and authorization."""

import re
from collections import Counter
from typing import Any, NamedTuple

import httpx
import pytest

from sandbox.server import RunningSandbox
from tests.sandbox.spotahome.conftest import LandlordWith
from tests.sandbox.spotahome.landlord import PROBLEMS, Landlord, invalid

PHOTO = {
    "id": "1954a8700fe80ff031e55a44a8b6e8ae417383f9a8a441c34f75f6b3",
    "caption": None,
    "taxonomy": "bedroom",
    "principal": True,
    "checkedBy": False,
}
STRETCH = [{"start": "2031-03-01", "end": "2031-05-31", "note": "owner stay"}]


class Documented(NamedTuple):
    """`unknown` is the status if the listing or property does not exist; None if the operation names none."""

    number: int
    method: str
    path: str
    success: int
    unknown: int | None
    body: Any = None


FLAT = "400030001"
OPERATIONS = [
    Documented(1, "GET", "/listings", 200, None),
    Documented(2, "GET", "/listings/400030001", 200, 404),
    Documented(3, "PUT", "/listings/400030001", 200, 404, {"landlordReference": "U-1", "occupations": []}),
    Documented(4, "PUT", "/listings/400030001/price", 204, 404, {"priceType": "fixed", "fixedPrice": 915}),
    Documented(5, "PUT", "/listings/price", 200, None, {"listingIds": [400030001], "amountType": "fixed"}),
    Documented(6, "POST", "/listings/currencies", 200, None, {"listingIds": ["400030001"]}),
    Documented(7, "PUT", "/listings/400030001/occupancies", 204, 404, STRETCH),
    Documented(
        8,
        "POST",
        "/listings/400030001/occupancies",
        204,
        404,
        {"checkIn": "2031-03-01", "checkOut": "2031-05-31", "bookingRequestId": "902"},
    ),
    Documented(9, "DELETE", "/api/listings/400030001/occupancies/booking-requests/902", 204, 404),
    Documented(10, "PUT", "/public/listings/400030001/occupancies", 204, 404, STRETCH),
    Documented(11, "PUT", "/listings/400030001/last-availabilities-date", 204, 404),
    Documented(12, "GET", "/api/listings/400030001/availabilities", 200, 404),
    Documented(13, "PUT", "/listings/400030001/landlord-commission", 204, 404, {"type": "fixed", "value": 10.4}),
    Documented(14, "PUT", "/listings/400030001/exclusivity-type", 204, 404, {"type": "basic"}),
    Documented(15, "GET", "/listings/legacy/exclusivity-types", 200, None),
    Documented(16, "GET", "/listings/legacy/400030001/feed-id", 200, 404),
    Documented(17, "PUT", "/listings/legacy/400030001/feed-id", 204, 404, {"feedId": "https://feed.example/1"}),
    Documented(18, "GET", "/listings/legacy/properties?page=1&itemsPerPage=100&isPublished=true", 200, None),
    Documented(19, "PUT", "/listings/legacy/properties/400030001/details", 204, 500, {"area": 120}),
    Documented(20, "GET", "/listings/legacy/properties/400030001/details", 200, 500),
    Documented(21, "PUT", "/listings/legacy/properties/400030001/stay-rules", 204, 404, {"minStay": 30, "maxStay": 60}),
    Documented(
        22,
        "PUT",
        "/api/listings/legacy/properties/units/400030001/floor-plan-reference",
        204,
        404,
        {"floorPlanReference": 30},
    ),
    Documented(23, "PUT", "/listings/legacy/properties/400030001/units/details", 204, 404, []),
    Documented(24, "GET", "/listings/legacy/units/400030001/changelog", 200, 500),
    Documented(25, "GET", "/listings/legacy/photos/taxonomies/apartment", 200, None),
    Documented(26, "GET", "/listings/legacy/photos/albums?propertyId=400030001", 200, 200),
    Documented(27, "GET", "/listings/legacy/photos?albumId=4000300011&category=verified", 200, 200),
    Documented(28, "PUT", "/listings/400030001/photos", 202, 403, {"photos": []}),
    Documented(29, "GET", "/listings/legacy/properties/400030001/photos", 200, 404),
    Documented(
        30,
        "PUT",
        "/listings/legacy/properties/400030001/photos",
        204,
        404,
        [{"category": "verified", "photos": [PHOTO]}],
    ),
    Documented(
        31,
        "POST",
        "/listings/legacy/properties/photos/copy",
        202,
        404,
        {"originalPropertyId": FLAT, "destinationPropertyIds": ["400030002"]},
    ),
    Documented(32, "PUT", "/listings/legacy/properties/400030001/units/400030001/photos", 204, 404, {"photos": []}),
    Documented(33, "POST", "/listings/legacy/property/400030001/photos/notification", 204, 500),
    Documented(34, "POST", "/public/listings/400030001/photos", 204, 404, {"photoId": "(of the flat)"}),
    Documented(35, "POST", "/public/listings/photos/multiple", 204, None, {"photos": []}),
    Documented(36, "PUT", "/listings/legacy/400030001/photo-principal", 204, 404, {"photoId": "(of the flat)"}),
    Documented(37, "GET", "/listings/legacy/videos/albums?propertyId=400030001", 200, 200),
    Documented(38, "GET", "/listings/legacy/videos/albums/4000300012", 200, 500),
    Documented(39, "GET", "/listings/legacy/properties/400030001/videos", 200, 404),
    Documented(40, "PUT", "/listings/legacy/properties/400030001/videos", 204, 404, {"videos": []}),
    Documented(
        41,
        "POST",
        "/listings/legacy/properties/videos/copy",
        202,
        400,
        {"originalPropertyId": FLAT, "destinationPropertyIds": ["400030002"]},
    ),
    Documented(42, "POST", "/listings/legacy/400030001/publication-notification", 204, 404),
    Documented(43, "GET", "/listings/legacy/400030001/changelog", 204, 404),
]
NO_TOKEN_NEEDED = {6, 13}


def by_number(operation: Documented) -> str:
    return f"S{operation.number}"


def body_of(operation: Documented, landlord: Landlord) -> Any:
    """The operation's body. It names a photo of the flat, and creates a stay that can be removed, if needed."""
    if operation.number == 9:
        landlord.change("POST", OPERATIONS[7].path, OPERATIONS[7].body)
    if operation.number in (34, 36):
        return {"photoId": landlord.get("/listings/legacy/properties/400030001/photos")[0]["id"]}
    return operation.body


def test_all_43_operations_are_listed_once() -> None:
    assert [operation.number for operation in OPERATIONS] == list(range(1, 44))
    assert max(Counter((operation.method, operation.path) for operation in OPERATIONS).values()) == 1


@pytest.mark.parametrize("operation", OPERATIONS, ids=by_number)
def test_an_operation_answers_with_its_documented_success_status(operation: Documented, landlord: Landlord) -> None:
    body = body_of(operation, landlord)

    answer = landlord.call(operation.method, operation.path, body)

    assert answer.status_code == operation.success
    assert bool(answer.content) is (operation.success == 200)


@pytest.mark.parametrize(
    "operation", [operation for operation in OPERATIONS if operation.number not in NO_TOKEN_NEEDED], ids=by_number
)
@pytest.mark.parametrize("token", [None, "sandbox.spotahome.4", "Bearer sandbox.spotahome.3"])
def test_a_call_without_a_known_token_is_unauthorized(
    operation: Documented, token: str | None, landlord_with: LandlordWith
) -> None:
    answer = landlord_with(token=token).call(operation.method, operation.path, operation.body)

    assert (answer.status_code, answer.json()) == (401, PROBLEMS[401])


@pytest.mark.parametrize(
    "operation", [operation for operation in OPERATIONS if operation.number in NO_TOKEN_NEEDED], ids=by_number
)
def test_an_operation_documented_without_authorization_needs_none(
    operation: Documented, landlord_with: LandlordWith
) -> None:
    answer = landlord_with(token=None).call(operation.method, operation.path, operation.body)

    assert answer.status_code == operation.success


def test_a_wrong_token_is_refused_for_the_commission_and_ignored_for_currencies(landlord_with: LandlordWith) -> None:
    stranger = landlord_with(token="who.knows.whom")

    assert stranger.call("PUT", OPERATIONS[12].path, OPERATIONS[12].body).status_code == 401
    assert stranger.call("POST", OPERATIONS[5].path, OPERATIONS[5].body).status_code == 200


@pytest.mark.parametrize(
    "operation", [operation for operation in OPERATIONS if operation.unknown is not None], ids=by_number
)
def test_an_unknown_listing_or_property_gets_a_documented_status(operation: Documented, landlord: Landlord) -> None:
    path, body = operation.path.replace(FLAT, "400039999"), operation.body
    if operation.number in (31, 41):
        body = {"originalPropertyId": "400039999", "destinationPropertyIds": []}

    answer = landlord.call(operation.method, path, body)

    assert answer.status_code == operation.unknown
    assert answer.json() == ([] if operation.unknown == 200 else PROBLEMS[operation.unknown])


@pytest.mark.parametrize(
    ("operation", "expected"),
    [(2, 404), (4, 404), (12, 403), (28, 403), (29, 404)],
    ids=["S2", "S4", "S12", "S28", "S29"],
)
def test_another_landlords_listing_is_forbidden_if_that_is_documented_and_not_found_otherwise(
    operation: int, expected: int, big_landlord: Landlord
) -> None:
    asked = OPERATIONS[operation - 1]

    big_landlord.assert_refused(expected, asked.method, asked.path, asked.body)


@pytest.mark.parametrize("path", [OPERATIONS[8].path, OPERATIONS[11].path, OPERATIONS[21].path])
def test_paths_documented_with_a_second_api_segment_are_also_served_without_it(path: str, landlord: Landlord) -> None:
    operation = next(operation for operation in OPERATIONS if operation.path == path)
    body = body_of(operation, landlord)

    answer = landlord.call(operation.method, path.removeprefix("/api"), body)

    assert answer.status_code == operation.success


BAD_BODIES = [
    (3, 400, {"landlordReference": "U-1"}),
    (4, 422, {"priceType": "weekly"}),
    (5, 400, {"listingIds": "all"}),
    (6, 400, {}),
    (7, 400, [{"start": "2031-03-01", "end": "2031-05-31", "colour": "red"}]),
    (8, 422, {"checkIn": "tomorrow", "checkOut": "2031-05-31"}),
    (10, 400, {"start": "2031-03-01"}),
    (13, 422, {"type": "free"}),
    (14, 400, {"type": "secret"}),
    (17, 400, {"feedId": None}),
    (19, 400, {"area": "large"}),
    (21, 422, {"minStay": 30}),
    (22, 400, {"floorPlanReference": -1}),
    (23, 400, [{"unitId": 400030001}]),
    (28, 400, {"photos": [{"url": 12}]}),
    (30, 400, [{"category": "holiday", "photos": []}]),
    (31, 400, {"originalPropertyId": 400030001, "destinationPropertyIds": []}),
    (32, 400, {}),
    (34, 400, {}),
    (35, 400, {"photos": [{}]}),
    (36, 422, {"photoId": 7}),
    (40, 400, {"videos": [1]}),
    (41, 400, {}),
]


@pytest.mark.parametrize(("number", "status", "body"), BAD_BODIES, ids=[f"S{bad[0]}" for bad in BAD_BODIES])
def test_an_invalid_body_is_refused_with_the_documented_or_the_chosen_status(
    number: int, status: int, body: Any, landlord: Landlord
) -> None:
    operation = OPERATIONS[number - 1]

    answer = landlord.call(operation.method, operation.path, body)

    assert answer.status_code == status
    assert answer.json()["title"] == ("Bad Request" if status == 400 else "Unprocessable Entity")
    assert bool(answer.json().get("validationMessages")) is (status == 422)


def test_a_body_that_is_not_json_is_refused(landlord: Landlord) -> None:
    landlord.assert_refused(400, "PUT", "/listings/400030001/exclusivity-type", b'{"type": ')


def test_an_unknown_path_and_a_wrong_method_have_the_form_of_other_problems(landlord: Landlord) -> None:
    landlord.assert_refused(404, "GET", "/listings/400030001/guests")

    assert landlord.call("DELETE", "/listings/400030001").json() == {
        "detail": "The method is not allowed for this resource",
        "status": 405,
        "title": "Method Not Allowed",
        "type": PROBLEMS[404]["type"],
    }


@pytest.mark.parametrize("digits", [25, 4400])
@pytest.mark.parametrize("operation", OPERATIONS, ids=by_number)
def test_an_id_that_is_too_long_is_answered_like_an_unknown_one(
    operation: Documented, digits: int, landlord: Landlord
) -> None:
    path = re.sub(r"\d{8,}", "9" * digits, operation.path)

    answer = landlord.call(operation.method, path, body_of(operation, landlord))

    assert answer.status_code < 500 or operation.unknown == 500
    assert answer.status_code < 400 or answer.json() == PROBLEMS[answer.status_code]


DOCUMENTED_FAILURES = {
    1: {401, 404, 500}, 2: {401, 404}, 3: {401, 404, 500}, 4: {401, 404, 422, 500}, 5: {500}, 6: {500},
    7: {401, 404, 500}, 8: {400, 401, 404, 422, 500}, 9: {401, 404, 500}, 10: {401, 404, 500}, 11: {401, 404, 500},
    12: {401, 403, 404}, 13: {401, 404, 422, 500}, 14: {400, 401, 404, 500}, 15: {401, 500}, 16: {401, 404, 500},
    17: {400, 401, 404, 500}, 18: {401, 500}, 19: {401, 500}, 20: {401, 500}, 21: {401, 404, 422, 500},
    22: {401, 404, 500}, 23: {401, 404, 500}, 24: {401, 500}, 25: {400, 401, 500}, 26: {401, 500}, 27: {401, 500},
    28: {401, 403}, 29: {401, 404, 500}, 30: {401, 404, 500}, 31: {401, 404, 500}, 32: {401, 404, 500}, 33: {401, 500},
    34: {400, 401, 404, 500}, 35: {400, 401, 404, 409}, 36: {400, 401, 404, 422, 500}, 37: {401, 500}, 38: {401, 500},
    39: {401, 404, 500}, 40: {400, 401, 404, 500}, 41: {400, 401, 500}, 42: {400, 401, 404, 500}, 43: {401, 404, 500},
}  # fmt: skip


@pytest.mark.parametrize("operation", OPERATIONS, ids=by_number)
def test_every_documented_failure_of_an_operation_can_be_switched_on(
    operation: Documented, sandbox: RunningSandbox, http: httpx.Client, landlord: Landlord
) -> None:
    body = body_of(operation, landlord)
    for status in sorted(DOCUMENTED_FAILURES[operation.number]):
        refuse = {"refuse": {f"S{operation.number}": status}}
        http.post(f"{sandbox.base_url}/spotahome/_switches", json=refuse).raise_for_status()

        answer = landlord.call(operation.method, operation.path, body)

        expected = invalid() if status == 422 else PROBLEMS[status]
        assert (answer.status_code, answer.json()) == (status, expected)
