"""JSON:API 1.1, section *Fetching Data*, for every operation that reads."""

from typing import Any

import pytest

from tests.contract.example_world import IDS, path_of
from tests.factories import ListingFactory
from tests.jsonapi.reading import COLLECTIONS, READING, every_collection, every_reading, parameters
from tests.partner import JSON_API, Partner


def read(host: Partner, operation: str, query: dict[str, str] | None = None) -> Any:
    method, path = path_of(operation)
    return host.call(method, path, query=query or {})


def primary(answer: Any) -> list[dict]:
    return answer.data if isinstance(answer.data, list) else [answer.data]


class TestFetchingResources:
    @every_reading
    def test_an_existing_resource_answers_200_with_its_document(self, host: Partner, operation: Any) -> None:
        answer = read(host, operation)

        assert answer.status == 200
        assert answer.header("Content-Type") == JSON_API

    @pytest.mark.parametrize("operation", sorted(name for name in READING if "{" in str(READING[name])))
    def test_a_missing_resource_answers_404(self, host: Partner, operation: Any) -> None:
        method, path = path_of(operation)
        missing = path
        for known in IDS.values():
            missing = missing.replace(f"/{known}/", "/424242/")

        answer = host.call(method, missing, query={"page[number]": "99"} if missing == path else {})

        assert answer.status == 404
        assert answer.error["title"] == "Not Found"

    @every_reading
    def test_head_answers_as_get_does_without_the_document(self, host: Partner, operation: Any) -> None:
        _, path = path_of(operation)

        got, head = (
            host.get(path),
            host.client.head("/api/v1" + path, headers={"authorization": f"Bearer {host.token}", "accept": JSON_API}),
        )

        assert head.status_code == 200
        assert head.content == b""
        assert head["Content-Type"] == got.header("Content-Type")


class TestInclusionOfRelatedResources:
    including = [name for name in READING if "include" in parameters(name)]

    @pytest.mark.parametrize("operation", including)
    def test_each_path_offered_brings_its_resources(self, host: Partner, operation: Any) -> None:
        for path in parameters(operation)["include"]:
            assert read(host, operation, {"include": path}).document["included"]

    @pytest.mark.parametrize("operation", including)
    def test_an_empty_include_asks_for_no_related_resources(self, host: Partner, operation: Any) -> None:
        assert read(host, operation, {"include": ""}).document["included"] == []

    @pytest.mark.parametrize("operation", including)
    @pytest.mark.parametrize("include", ["landlord", "owner.listings", "owner,landlord", "owner,", "."])
    def test_an_unknown_include_path_answers_400(self, host: Partner, operation: Any, include: Any) -> None:
        answer = read(host, operation, {"include": include})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": "include"}

    @pytest.mark.parametrize("operation", sorted(set(READING) - set(including)))
    def test_where_include_is_not_supported_it_answers_400(self, host: Partner, operation: Any) -> None:
        answer = read(host, operation, {"include": "owner"})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": "include"}

    def test_the_same_path_twice_brings_a_resource_once(self, host: Partner) -> None:
        assert len(read(host, "list_listings", {"include": "owner,owner"}).document["included"]) == 1


class TestSparseFieldsets:
    @every_reading
    def test_each_field_can_be_asked_for_alone(self, host: Partner, operation: Any) -> None:
        (type_,) = {resource["type"] for resource in primary(read(host, operation))}
        for name in parameters(operation)[f"fields[{type_}]"]:
            for resource in primary(read(host, operation, {f"fields[{type_}]": name})):
                shown = {*resource.get("attributes", {}), *resource.get("relationships", {})}
                assert shown <= {name}
                assert shown or name in ("id", "event-impact")

    @every_reading
    def test_an_empty_list_asks_for_no_fields(self, host: Partner, operation: Any) -> None:
        (type_,) = {resource["type"] for resource in primary(read(host, operation))}

        for resource in primary(read(host, operation, {f"fields[{type_}]": ""})):
            assert not resource.get("attributes")
            assert not resource.get("relationships")

    @pytest.mark.parametrize("operation", ["list_listings", "get_listing"])
    def test_fields_of_included_resources_are_chosen_by_their_own_type(self, host: Partner, operation: Any) -> None:
        for name in parameters(operation)["fields[users]"]:
            answer = read(host, operation, {"include": "owner", "fields[users]": name})
            (owner,) = answer.document["included"]
            assert set(owner.get("attributes", {})) == {name} - {"id"}
            assert len(primary(answer)[0]["attributes"]) > 20

    @every_reading
    def test_an_unknown_field_answers_400(self, host: Partner, operation: Any) -> None:
        (type_,) = {resource["type"] for resource in primary(read(host, operation))}

        answer = read(host, operation, {f"fields[{type_}]": "shoe-size"})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": f"fields[{type_}]"}


class TestSorting:
    @every_collection
    def test_each_field_offered_sorts_both_ways(self, host: Partner, operation: Any) -> None:
        for term in parameters(operation).get("sort", []):
            assert read(host, operation, {"sort": term}).status == 200

    def test_ascending_is_the_default_and_a_minus_turns_it(self, host: Partner) -> Any:
        ListingFactory(owner_id=IDS["user_id"], application=host.application, title="A loft")

        def titles(sort: str) -> list[str]:
            return [listing["attributes"]["title"] for listing in read(host, "list_listings", {"sort": sort}).data]

        assert titles("title") == ["A loft", "Loft by the river"]
        assert titles("-title") == ["Loft by the river", "A loft"]

    def test_fields_are_applied_in_the_order_given(self, host: Partner) -> None:
        for city, title in (("Porto", "B"), ("Porto", "A"), ("Faro", "C")):
            ListingFactory(owner_id=IDS["user_id"], application=host.application, title=title, city=city)

        listings = read(host, "list_listings", {"sort": "-city,title"}).data

        assert [listing["attributes"]["title"] for listing in listings] == ["A", "B", "Loft by the river", "C"]

    @every_collection
    def test_a_field_that_cannot_be_sorted_by_answers_400(self, host: Partner, operation: Any) -> None:
        answer = read(host, operation, {"sort": "shoe-size"})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": "sort"}


class TestPagination:
    @every_collection
    def test_the_links_of_a_page_have_the_four_names_and_null_where_there_is_no_page(
        self, host: Partner, operation: Any
    ) -> None:
        links = read(host, operation).document["links"]

        assert set(links) == {"first", "last", "next", "prev"}
        assert links["prev"] is None

    @every_collection
    def test_a_link_leads_to_the_page_it_names(self, host: Partner, operation: Any) -> None:
        answer = read(host, operation, {"page[size]": "1"})

        again = host.client.get(
            answer.document["links"]["first"], headers={"authorization": f"Bearer {host.token}", "accept": JSON_API}
        )
        assert again.json() == answer.document

    @pytest.mark.parametrize("operation", sorted(set(READING) - set(COLLECTIONS)))
    def test_a_single_resource_has_no_pages(self, host: Partner, operation: Any) -> None:
        answer = read(host, operation, {"page[number]": "1"})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": "page[number]"}


class TestFiltering:
    @every_collection
    def test_an_unknown_filter_answers_400(self, host: Partner, operation: Any) -> None:
        answer = read(host, operation, {"filter[shoe-size]": "42"})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": "filter[shoe-size]"}


class TestQueryParameters:
    @every_reading
    @pytest.mark.parametrize("name", ["shoes", "page", "filter", "fields", "sort[title]", "shoeSize", "shoe-size"])
    def test_a_parameter_that_the_server_does_not_know_answers_400(
        self, host: Partner, operation: Any, name: Any
    ) -> None:
        answer = read(host, operation, {name: "1"})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": name}
