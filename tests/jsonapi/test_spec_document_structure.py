"""JSON:API 1.1, section *Document Structure*, for every operation that reads."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from partners.documentation import openapi
from tests.contract.example_world import IDS, path_of
from tests.jsonapi.reading import COLLECTIONS, every_reading
from tests.partner import Partner

MEMBER_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?")


def read(host: Partner, operation: str, **query: str) -> dict[str, Any]:
    method, path = path_of(operation)
    return host.call(method, path, query=query).document


def resources(document: dict[str, Any]) -> list[dict[str, Any]]:
    data = document["data"] if isinstance(document["data"], list) else [document["data"]]
    return [*data, *document.get("included", [])]


def nested(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nested(inner)


class TestTopLevel:
    @every_reading
    def test_a_document_has_data_or_errors_and_never_both(self, host: Partner, operation: Any) -> None:
        method, path = path_of(operation)

        good, bad = host.call(method, path), host.call(method, path, query={"shoes": "2"})

        assert "data" in good.document
        assert "errors" not in good.document
        assert set(bad.document) == {"errors"}

    @every_reading
    def test_primary_data_is_an_array_for_a_collection_and_an_object_for_a_resource(
        self, host: Partner, operation: Any
    ) -> None:
        data = read(host, operation)["data"]

        assert isinstance(data, list if operation in COLLECTIONS else dict)
        assert data

    def test_primary_data_of_an_empty_collection_is_an_empty_array(self, partner: Partner) -> None:
        assert partner.get("/listings/").data == []

    def test_a_document_without_include_has_no_included(self, host: Partner) -> None:
        assert "included" not in read(host, "list_listings")


class TestResourceObjects:
    @every_reading
    def test_a_resource_has_a_type_and_an_id_that_are_strings(self, host: Partner, operation: Any) -> None:
        for resource in resources(read(host, operation)):
            assert isinstance(resource["type"], str)
            assert isinstance(resource["id"], str)

    @every_reading
    def test_attributes_and_relationships_share_one_namespace_with_type_and_id(
        self, host: Partner, operation: Any
    ) -> None:
        for resource in resources(read(host, operation)):
            attributes, relationships = set(resource["attributes"]), set(resource.get("relationships", {}))
            assert not attributes & relationships
            assert not (attributes | relationships) & {"type", "id"}

    @every_reading
    def test_no_object_within_an_attribute_has_links_or_relationships(self, host: Partner, operation: Any) -> None:
        for resource in resources(read(host, operation)):
            assert not any({"links", "relationships"} & set(inner) for inner in nested(resource["attributes"]))


class TestResourceLinkage:
    def test_a_relationship_to_one_has_a_resource_identifier_as_its_data(self, host: Partner) -> None:
        (listing,) = read(host, "list_listings")["data"]

        assert listing["relationships"]["owner"] == {"data": {"type": "users", "id": str(IDS["user_id"])}}


class TestCompoundDocuments:
    @pytest.mark.parametrize("operation", ["list_listings", "get_listing"])
    def test_every_included_resource_is_linked_to_and_appears_once(self, host: Partner, operation: Any) -> None:
        document = read(host, operation, include="owner")

        included = [(resource["type"], resource["id"]) for resource in document["included"]]
        data = document["data"] if operation in COLLECTIONS else [document["data"]]
        linked = {tuple(listing["relationships"]["owner"]["data"].values()) for listing in data}
        assert len(included) == len(set(included))
        assert set(included) == linked

    def test_an_included_resource_needs_no_linkage_where_sparse_fieldsets_exclude_it(self, host: Partner) -> None:
        document = read(host, "list_listings", **{"include": "owner", "fields[listings]": "title"})

        assert [set(listing) for listing in document["data"]] == [{"type", "id", "attributes"}]
        assert [resource["id"] for resource in document["included"]] == [str(IDS["user_id"])]


class TestMemberNames:
    def test_every_published_name_has_letters_digits_and_hyphens_only(self) -> None:
        schemas = openapi("3.1")["components"]["schemas"]
        oauth = {"TokenError"}
        names = {
            name
            for component, schema in schemas.items()
            if component not in oauth
            for inner in nested(schema)
            for name in inner.get("properties", {})
            if isinstance(inner.get("properties"), dict)
        }

        assert len(names) > 100
        assert [name for name in names if not MEMBER_NAME.fullmatch(name.removeprefix("atomic:")) or "_" in name] == []


class TestErrorObjects:
    def test_every_error_is_an_object_in_an_array(self, host: Partner) -> None:
        (error,) = host.get("/listings/", {"shoes": "2"}).errors

        assert isinstance(error["status"], str)
        assert set(error) <= {"id", "links", "status", "code", "title", "detail", "source", "meta"}

    def test_a_pointer_names_a_value_of_the_request_or_the_object_that_lacks_it(self, host: Partner) -> None:
        body = {"data": {"type": "users", "attributes": {"first-name": "", "email": "ada"}}}

        errors = host.call("POST", "/users/", body).errors

        pointers = {error["source"]["pointer"] for error in errors}
        assert pointers == {f"/data/attributes/{name}" for name in ("first-name", "last-name", "email")}
