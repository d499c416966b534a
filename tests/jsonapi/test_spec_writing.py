"""JSON:API 1.1, sections *Creating*, *Updating* and *Deleting Resources*; what answers to other methods."""

from typing import Any

import pytest

from tests.contract.example_world import IDS, path_of
from tests.jsonapi.reading import every_reading
from tests.partner import JSON_API, Partner

JOHN = {"first-name": "John", "last-name": "Doe", "email": "john@example.com"}
LISTING = IDS["listing_id"]
ACTIVATION = f"/listings/{LISTING}/activation/"
MIN_STAYS = f"/listings/{LISTING}/customizations/min-stays/"
PATCHED = [
    (ACTIVATION, "listing-activations"),
    (f"/listings/{LISTING}/customizations/base-price/", "base-price-customizations"),
    (f"/listings/{LISTING}/customizations/extra-guest-fees/", "extra-guest-fee-customizations"),
    (f"/listings/{LISTING}/customizations/min-max-prices/", "min-max-price-customizations"),
    (MIN_STAYS, "min-stay-customizations"),
    (f"/listings/{LISTING}/customizations/max-stays/", "max-stay-customizations"),
    (f"/listings/{LISTING}/customizations/time-based-adjustments/", "time-based-adjustment-customizations"),
    (f"/listings/{LISTING}/customizations/checkin-checkout-days/", "checkin-checkout-day-customizations"),
]
every_patch = pytest.mark.parametrize(("path", "type_"), PATCHED, ids=[type_ for _, type_ in PATCHED])


class TestCreatingResources:
    def test_a_created_resource_answers_201_with_its_document_and_its_location(self, host: Partner) -> None:
        answer = host.post("/users/", "users", None, **JOHN)

        assert answer.status == 201
        location = answer.header("Location")
        assert location == f"http://127.0.0.1:8000/api/v1/users/{answer.data['id']}/"
        assert host.get(location.partition("/api/v1")[2]).data == answer.data

    def test_an_id_of_the_clients_choice_is_forbidden(self, host: Partner) -> None:
        body = {"data": {"type": "users", "id": "4711", "attributes": JOHN}}

        answer = host.call("POST", "/users/", body)

        assert answer.status == 403
        assert answer.error["source"] == {"pointer": "/data/id"}

    @pytest.mark.parametrize("path", ["/users/", f"/users/{IDS['user_id']}/accounts/"])
    def test_a_type_that_is_not_the_collections_is_a_conflict(self, host: Partner, path: Any) -> None:
        answer = host.call("POST", path, {"data": {"type": "listings", "attributes": {}}})

        assert answer.status == 409
        assert answer.error["source"] == {"pointer": "/data/type"}

    def test_work_that_is_not_done_yet_answers_202(self, host: Partner) -> None:
        answer = host.post(f"/listings/{LISTING}/refresh/")

        assert answer.status == 202
        assert answer.response.content == b""


class TestUpdatingResources:
    def test_an_attribute_that_is_left_out_keeps_its_value(self, host: Partner) -> None:
        before = host.get(MIN_STAYS).attributes

        after = host.patch(MIN_STAYS, "min-stay-customizations", LISTING, **{"min-stay": 4}).attributes

        assert after == {**before, "min-stay": 4}

    def test_the_answer_is_the_resource_as_it_is_read_afterwards(self, host: Partner) -> None:
        answer = host.patch(MIN_STAYS, "min-stay-customizations", LISTING, **{"min-stay": 4})

        assert answer.status == 200
        assert answer.document == host.get(MIN_STAYS).document

    @every_patch
    def test_another_id_than_the_urls_is_a_conflict(self, host: Partner, path: Any, type_: Any) -> None:
        answer = host.patch(path, type_, LISTING + 1)

        assert answer.status == 409
        assert answer.error["source"] == {"pointer": "/data/id"}

    @every_patch
    def test_another_type_than_the_urls_is_a_conflict(self, host: Partner, path: Any, type_: Any) -> None:
        answer = host.patch(path, "users", LISTING)

        assert answer.status == 409
        assert answer.error["source"] == {"pointer": "/data/type"}

    @every_patch
    def test_a_resource_without_its_id_is_refused(self, host: Partner, path: Any, type_: Any) -> None:
        answer = host.call("PATCH", path, {"data": {"type": type_, "attributes": {}}})

        assert answer.status == 400
        assert answer.error["source"] == {"pointer": "/data/id"}

    @every_patch
    def test_a_resource_that_does_not_exist_answers_404(self, host: Partner, path: Any, type_: Any) -> None:
        answer = host.patch(path.replace(str(LISTING), "424242"), type_, 424242, enabled=True)

        assert answer.status == 404

    @every_patch
    def test_an_unknown_attribute_is_refused_with_a_pointer_to_it(self, host: Partner, path: Any, type_: Any) -> None:
        errors = host.patch(path, type_, LISTING, **{"shoe-size": 42}).errors

        assert {"pointer": "/data/attributes/shoe-size"} in [error["source"] for error in errors]

    @every_patch
    def test_a_query_parameter_that_means_nothing_here_answers_400(self, host: Partner, path: Any, type_: Any) -> None:
        body = {"data": {"type": type_, "id": str(LISTING), "attributes": {}}}

        answer = host.call("PATCH", path, body, query={"include": "owner"})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": "include"}


class TestDeletingResources:
    @pytest.mark.parametrize("operation", ["delete_account", "delete_user"])
    @pytest.mark.parametrize("body", [None, {}])
    def test_a_deleted_resource_answers_204_and_is_gone(self, host: Partner, operation: Any, body: Any) -> None:
        method, path = path_of(operation)

        assert host.call(method, path, body).status == 204

        assert host.get(path).status == 404
        assert host.call(method, path).status == 404


class TestOtherMethods:
    @every_reading
    def test_an_unsupported_method_answers_405_and_names_the_supported_methods(
        self, host: Partner, operation: Any
    ) -> None:
        _, path = path_of(operation)

        answer = host.call("PUT", path, {})

        assert answer.status == 405
        assert answer.header("Content-Type") == JSON_API
        assert "GET" in str(answer.header("Allow"))
        assert "PUT" not in str(answer.header("Allow"))

    @every_reading
    def test_options_names_the_methods_and_tells_nothing_else(self, host: Partner, operation: Any) -> None:
        _, path = path_of(operation)

        response = host.client.options("/api/v1" + path, headers={"authorization": f"Bearer {host.token}"})

        assert response.status_code == 204
        assert "GET" in response["Allow"]
        assert response.content == b""

    @every_reading
    def test_options_without_a_token_answers_401(self, host: Partner, operation: Any) -> None:
        _, path = path_of(operation)

        assert host.client.options("/api/v1" + path).status_code == 401
