"""`links.about` of every error is the address of a page that explains it."""

import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from jsonapi.error_codes import meanings
from tests.environment import changed
from tests.factories import ChannelListingFactory, UserFactory
from tests.partner import Partner

pytestmark = pytest.mark.django_db

USER = {"type": "users", "attributes": {}}


def about(answer: Any) -> str:
    return str(answer.document["errors"][0]["links"]["about"])


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        ("", 411, "length_required", ""),
        ("{", 400, "invalid_json", None),
        ("[" * 2000 + "]" * 2000, 400, "invalid_json", None),
        ("[]", 400, "document_not_an_object", ""),
        ("{}", 400, "data_missing", ""),
        ('{"data": {"type": "users"}, "data": null}', 400, "repeated_member", "/data"),
        ({"data": []}, 400, "data_not_a_resource", "/data"),
        ({"data": None}, 400, "data_not_a_resource", "/data"),
        ({"data": {}}, 400, "type_missing", "/data/type"),
        ({"data": {"type": 1}}, 400, "type_missing", "/data/type"),
        ({"data": {"type": "accounts"}}, 409, "type_mismatch", "/data/type"),
        ({"data": {**USER, "id": "1"}}, 403, "id_not_allowed", "/data/id"),
        ({"data": {**USER, "attributes": []}}, 400, "attributes_not_an_object", "/data/attributes"),
        ({"data": {**USER, "relationships": {"x": {}}}}, 400, "relationships_not_writable", "/data/relationships"),
        (
            {"data": {**USER, "attributes": {"first-name": "a", "first_name": "b"}}},
            400,
            "repeated_member",
            "/data/attributes/first_name",
        ),
        ({"data": {**USER, "attributes": {"shoe-size": 1}}}, 400, "unknown", "/data/attributes/shoe-size"),
        ({"data": USER}, 400, "required", "/data/attributes/first-name"),
    ],
)
def test_a_document_that_breaks_a_rule_is_told_which(
    partner: Partner, body: Any, status: int, code: str, pointer: str | None
) -> None:
    answer = partner.call("POST", "/users/", body)

    (error, *_) = answer.errors
    assert (answer.status, error["code"], error["source"]) == (status, code, {"pointer": pointer})
    assert about(answer) == f"/api/v1/errors/{code}"


def test_the_id_of_a_patch_is_checked(partner: Partner) -> None:
    listing = ChannelListingFactory(listing__owner__application=partner.application).listing
    path, attributes = f"/listings/{listing.pk}/activation/", {"enabled": True}

    missing = partner.call("PATCH", path, {"data": {"type": "listing-activations", "attributes": attributes}})
    other = partner.patch(path, "listing-activations", listing.pk + 1, **attributes)

    assert (missing.status, missing.error["code"]) == (400, "id_missing")
    assert (other.status, other.error["code"]) == (409, "id_mismatch")


def test_other_unknown_members_are_ignored(partner: Partner) -> None:
    attributes = {"first-name": "Ada", "last-name": "Host", "email": "ada@example.com"}
    document = {"data": {"type": "users", "attributes": attributes, "shoes": 1}, "meta": {}, "shoes": []}

    assert partner.call("POST", "/users/", document).status == 201


def test_a_bad_parameter_has_a_code(partner: Partner) -> None:
    answer = partner.get("/users/", {"limit": "10"})

    assert answer.error["code"] == "parameter_invalid"
    assert about(answer) == "/api/v1/errors/parameter_invalid"


def test_an_error_without_a_code_has_the_page_of_its_status(partner: Partner) -> None:
    assert about(partner.get("/listings/99999/")) == "/api/v1/errors/404"
    assert about(partner.get("/shoes/")) == "/api/v1/errors/404"
    assert about(partner.get("/listings/", authorization="Bearer x")) == "/api/v1/errors/401"


def test_the_code_of_a_channel_has_a_page(partner: Partner) -> None:
    user = UserFactory(application=partner.application)

    answer = partner.post(f"/users/{user.pk}/accounts/", "accounts", channel="airbnb", credentials={})

    assert about(answer) == "/api/v1/errors/channel_not_supported"


def test_an_operator_can_link_to_another_place(partner: Partner, settings: LazySettings) -> None:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, error_docs_url="https://docs.example.com/errors#")

    assert about(partner.get("/listings/99999/")) == "https://docs.example.com/errors#404"


def test_every_page_exists() -> None:
    client = Client()
    overview = client.get("/api/v1/errors/").content.decode()

    assert re.findall(r'<dt id="(\w+)">', overview)[:2] == ["400", "401"]
    assert set(meanings()) <= set(re.findall(r'<dt id="(\w+)">', overview))
    for name in re.findall(r'<dt id="(\w+)">', overview):
        page = client.get(f"/api/v1/errors/{name}")
        assert page.status_code == 200
        assert page.headers["Content-Type"].startswith("text/html")
    assert "<code>type</code>" in client.get("/api/v1/errors/type_missing/").content.decode()
    assert "<em>Top Level</em>" in client.get("/api/v1/errors/data_missing/").content.decode()


def test_unknown_pages_and_other_methods_are_errors() -> None:
    assert Client().get("/api/v1/errors/shoes/").status_code == 404
    assert Client().post("/api/v1/errors/").status_code == 405
