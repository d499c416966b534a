"""What every endpoint shares (contract, *Documents* and *Errors*)."""

import json
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import path
from rest_framework.serializers import Serializer

from jsonapi.operations import Operation
from jsonapi.views import PartnerView
from tests.factories import ListingFactory, UserFactory
from tests.partner import JSON_API, Partner


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("sort", "shoe-size"),
        ("include", "landlord"),
        ("fields[listings]", "title,shoe-size"),
        ("fields[shoes]", "size"),
        ("filter[shoe-size]", "42"),
        ("filter[owner]", "nobody"),
        ("filter[owner]", "9" * 30),
        ("filter[enabled]", "perhaps"),
        ("filter", "1"),
        ("page[number]", "first"),
        ("page[size]", "0"),
        ("page[offset]", "3"),
        ("shoes", "2"),
    ],
)
def test_a_query_parameter_that_means_nothing_is_named(partner: Partner, parameter: Any, value: Any) -> None:
    answer = partner.get("/listings/", {parameter: value})

    assert answer.status == 400
    assert answer.error["source"] == {"parameter": parameter}
    assert answer.error["title"] == "Bad Request"


def test_with_a_query_parameter_that_means_nothing_the_known_ones_are_told(partner: Partner) -> None:
    answer = partner.get("/users/?limit=2")

    assert answer.error["detail"] == (
        "limit is not a query parameter of this operation. "
        "Known: fields[users], filter[email], filter[updated-since], page[after], page[before], page[number], "
        "page[size], sort."
    )


def test_a_repeated_query_parameter_is_refused(partner: Partner) -> None:
    answer = partner.get("/listings/", {"sort": ["title", "city"]})

    assert answer.status == 400
    assert answer.error["detail"] == "sort may be given only once."


@pytest.mark.parametrize("number", ["0", "-1", "2", "999999999999999999"])
def test_a_page_that_does_not_exist_is_not_found(partner: Partner, number: Any) -> None:
    answer = partner.get("/listings/", {"page[number]": number})

    assert answer.status == 404
    assert answer.error["detail"] == f"Page {number} not found"


def test_pages_hold_25_unless_asked_and_100_at_most(partner: Partner) -> None:
    owner = UserFactory(application=partner.application)
    ListingFactory.create_batch(101, owner=owner)

    assert len(partner.get("/listings/").data) == 25
    assert len(partner.get("/listings/", {"page[size]": 3}).data) == 3
    assert len(partner.get("/listings/", {"page[size]": 1000}).data) == 100


def test_page_links_keep_every_query_parameter(partner: Partner) -> None:
    owner = UserFactory(application=partner.application)
    ListingFactory.create_batch(3, owner=owner)

    query = {
        "page[size]": 1,
        "page[number]": 2,
        "sort": "title",
        "filter[owner]": owner.pk,
        "fields[listings]": "title",
    }
    links = partner.get("/listings/", query).document["links"]

    for name, number in {"first": 1, "prev": 1, "next": 3, "last": 3}.items():
        assert links[name] == (
            f"http://testserver/api/v1/listings/?fields%5Blistings%5D=title&filter%5Bowner%5D={owner.pk}"
            f"&page%5Bnumber%5D={number}&page%5Bsize%5D=1&sort=title"
        )


@pytest.mark.parametrize("sort", ["title", "-title", "city", "-city", "base-price", "-created-at", "city,-base_price"])
def test_pages_of_any_order_neither_overlap_nor_skip(partner: Partner, sort: Any) -> None:
    owner = UserFactory(application=partner.application)
    listings = ListingFactory.create_batch(9, owner=owner, title="Same", city=None, created_at=owner.created_at)

    seen = [
        listing["id"]
        for number in (1, 2, 3)
        for listing in partner.get("/listings/", {"sort": sort, "page[size]": 3, "page[number]": number}).data
    ]

    assert sorted(seen) == sorted(str(listing.pk) for listing in listings)


def test_only_the_fields_asked_for_are_answered_in_either_spelling(partner: Partner) -> None:
    ListingFactory(owner__application=partner.application)

    for spelling in ("base-price", "base_price"):
        (listing,) = partner.get("/listings/", {"fields[listings]": f"title,{spelling}"}).data
        assert set(listing["attributes"]) == {"title", "base-price"}
        assert "relationships" not in listing


def test_an_included_owner_appears_once_and_can_be_sparse(partner: Partner) -> None:
    owner = UserFactory(application=partner.application)
    ListingFactory.create_batch(2, owner=owner)

    document = partner.get("/listings/", {"include": "owner", "fields[users]": "email"}).document

    assert document["included"] == [{"type": "users", "id": str(owner.pk), "attributes": {"email": owner.email}}]
    assert {d["relationships"]["owner"]["data"]["id"] for d in document["data"]} == {str(owner.pk)}


@pytest.mark.parametrize("count", [1, 25])
def test_a_page_of_listings_with_owners_costs_the_same_for_one_row_or_many(
    partner: Partner, django_assert_num_queries: Any, count: Any
) -> None:
    for user in UserFactory.create_batch(count, application=partner.application):
        ListingFactory(owner=user)

    with django_assert_num_queries(5):  # the token, the count, the page, its channel listings, its owners
        assert partner.get("/listings/", {"include": "owner"}).status == 200


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (JSON_API, JSON_API),
        ("application/json", "application/json"),
        ("*/*", JSON_API),
        ("application/*", JSON_API),
        ("text/html, */*;q=0.8", JSON_API),
        (f'{JSON_API};profile="https://example.com/p"', JSON_API),
        (f"{JSON_API};charset=utf-8, {JSON_API};q=0.1", JSON_API),
        (f'{JSON_API};ext="https://example.com/e", {JSON_API};profile="https://example.com/p"', JSON_API),
        (f"{JSON_API};q=0, */*", "application/json"),
        (f"{JSON_API};q=0.1, application/*", "application/json"),
        (f"{JSON_API};q=0.5, application/json", "application/json"),
        ("application/json, */*", "application/json"),
        (f"application/json, {JSON_API}", "application/json"),
        ("application/json;q=0, */*;q=0.1", JSON_API),
        ("application/json;charset=utf-8", "application/json"),
        ("Application/Vnd.Api+Json", JSON_API),
        ("application/json;q=0.5, */*", JSON_API),
        (f"text/html, {JSON_API};q=0.5", JSON_API),
        ("", JSON_API),
    ],
)
def test_the_media_type_asked_for_is_answered(partner: Partner, accept: Any, content_type: Any) -> None:
    answer = partner.get("/listings/", accept=accept)

    assert answer.status == 200
    assert answer.header("Content-Type") == content_type
    assert "Accept" in str(answer.header("Vary"))


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        f"{JSON_API};charset=utf-8",
        f'{JSON_API};ext="https://example.com/e"',
        f"{JSON_API};q=0",
        "*/*;q=0",
        "application/*;q=0, text/html",
        # All entries of JSON:API have other parameters, so the rest of the header does not count.
        f"{JSON_API};charset=utf-8, application/json",
        f"{JSON_API};charset=utf-8, */*",
        f'{JSON_API};charset=utf-8, {JSON_API};ext="https://example.com/e", */*',
        f'{JSON_API};profile="https://example.com/p";version=1, */*',
    ],
)
def test_a_media_type_that_we_do_not_answer_with_is_not_acceptable(partner: Partner, accept: Any) -> None:
    answer = partner.get("/listings/", accept=accept)

    assert answer.status == 406
    assert answer.error["title"] == "Not Acceptable"
    assert answer.error["source"] == {"pointer": None}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", f"{JSON_API}; charset=utf-8", f'{JSON_API}; ext="https://example.com/e"', f"{JSON_API}; q=0.5"],
)
def test_a_body_of_another_media_type_is_not_taken(partner: Partner, content_type: Any) -> None:
    body = json.dumps({"data": {"type": "users", "attributes": {}}})

    answer = partner.call("POST", "/users/", body, content_type=content_type)

    assert answer.status == 415
    assert answer.error["title"] == "Unsupported Media Type"


def test_plain_json_is_taken_and_answered(partner: Partner) -> None:
    attributes = {"first-name": "Ada", "last-name": "Host", "email": "ada@example.com"}
    body = {"data": {"type": "users", "attributes": attributes}}

    answer = partner.call("POST", "/users/", body, content_type="application/json", accept="application/json")

    assert answer.status == 201
    assert answer.header("Content-Type") == "application/json"


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ("{", 400, None),
        (b"\xff\xfe", 400, None),
        ("[]", 400, ""),
        ("null", 400, ""),
        ("{}", 400, ""),
        ('{"data": null}', 400, "/data"),
        ('{"data": []}', 400, "/data"),
        ('{"data": {}}', 400, "/data/type"),
        ('{"data": {"type": 7}}', 400, "/data/type"),
        ('{"data": {"type": "shoes"}}', 409, "/data/type"),
        ('{"data": {"type": "users", "id": "7"}}', 403, "/data/id"),
        ('{"data": {"type": "users", "attributes": []}}', 400, "/data/attributes"),
        ('{"data": {"type": "users", "relationships": {"x": 1}}}', 400, "/data/relationships"),
    ],
)
def test_a_malformed_document_is_refused_with_a_pointer_to_the_fault(
    partner: Partner, body: Any, status: Any, pointer: Any
) -> None:
    answer = partner.call("POST", "/users/", body)

    assert answer.status == status
    assert answer.error["source"] == {"pointer": pointer}


def test_the_id_of_a_patch_must_be_the_urls(partner: Partner) -> None:
    listing = ListingFactory(owner__application=partner.application)

    answer = partner.patch(f"/listings/{listing.pk}/activation/", "listing-activations", listing.pk + 1, enabled=True)

    assert answer.status == 409
    assert answer.error["source"] == {"pointer": "/data/id"}


def test_an_unknown_url_is_a_json_api_404(partner: Partner) -> None:
    answer = partner.get("/shoes/")

    assert answer.status == 404
    assert answer.header("Content-Type") == JSON_API
    assert answer.error == {
        "status": "404",
        "title": "Not Found",
        "detail": "/api/v1/shoes/ not found",
        "source": {"pointer": None},
    }


def test_an_unknown_url_is_answered_in_plain_json_on_request(partner: Partner) -> None:
    answer = partner.get("/shoes/", accept="application/json")

    assert answer.status == 404
    assert answer.header("Content-Type") == "application/json"


def test_an_id_beyond_any_row_is_not_found(partner: Partner) -> None:
    answer = partner.get(f"/listings/{10**30}/")

    assert answer.status == 404
    assert answer.error["detail"] == f"Listing {10**30} not found"


def test_the_error_names_the_unsupported_method(partner: Partner) -> None:
    answer = partner.call("PUT", "/users/", {"data": {"type": "users"}})

    assert answer.status == 405
    assert answer.error["title"] == "Method Not Allowed"
    assert "PUT" in answer.error["detail"]


def test_delete_takes_an_empty_json_body(partner: Partner) -> None:
    user = UserFactory(application=partner.application)

    assert partner.call("DELETE", f"/users/{user.pk}/", {}).status == 204


@pytest.mark.django_db
def test_no_token_is_401_with_a_challenge() -> None:
    response = Client().get("/api/v1/listings/", headers={"accept": JSON_API})

    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    (error,) = json.loads(response.content)["errors"]
    assert error["title"] == "Unauthorized"
    assert error["source"] == {"pointer": None}


class Broken(PartnerView):
    serializer_class = Serializer
    operations = {"GET": Operation(id="break", tag="Broken", summary="Break", scopes=[["user:read"]])}

    def get(self, request: Any) -> None:
        raise ZeroDivisionError("a secret of ours")


class Away(PartnerView):
    operations = {"GET": Operation(id="miss", tag="Broken", summary="Miss", scopes=[["user:read"]])}

    def get(self, request: Any) -> None:
        raise OperationalError("the server closed the connection unexpectedly")


urlpatterns = [path("api/v1/broken/", Broken.as_view()), path("api/v1/away/", Away.as_view())]


@pytest.mark.urls(__name__)
def test_a_failure_of_the_server_discloses_only_the_request_id(partner: Partner) -> None:
    answer = partner.call("GET", "/broken/", **request_id("abc-123"))

    assert answer.status == 500
    assert answer.header("X-Request-ID") == "abc-123"
    assert answer.error == {
        "status": "500",
        "title": "Internal Server Error",
        "detail": "Something went wrong on our side.",
        "source": {"pointer": None},
        "meta": {"request-id": "abc-123"},
    }


def request_id(value: str) -> dict[str, Any]:
    return {"x-request-id": value}
