"""Atomic Operations: many changes in one request, all or none."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from jobs.models import Job
from listings.models import Listing
from tests.factories import ChannelListingFactory, CredentialFactory
from tests.partner import Answer, Partner

pytestmark = pytest.mark.django_db

ATOMIC = 'application/vnd.api+json; ext="https://jsonapi.org/ext/atomic"'


@pytest.fixture
def listings(partner: Partner) -> list[Listing]:
    shown = ChannelListingFactory.create_batch(3, listing__owner__application=partner.application)
    return [each.listing for each in shown]


def run(partner: Partner, *operations: Any, content_type: str = ATOMIC, **headers: str) -> Answer:
    body = {"atomic:operations": list(operations)}
    headers = {"accept": ATOMIC} | headers
    return partner.call("POST", "/operations/", body, query=None, content_type=content_type, **headers)


def update(type_: str, pk: int, **attributes: Any) -> dict[str, Any]:
    ref = {"type": type_, "id": str(pk)}
    return {"op": "update", "ref": ref, "data": {**ref, "attributes": attributes}}


def base_price(listing: Listing, price: int) -> dict[str, Any]:
    return update("base-price-customizations", listing.pk, **{"base-price": price})


def refresh(listing: Listing) -> dict[str, Any]:
    return {"op": "add", "href": f"/api/v1/listings/{listing.pk}/refresh/"}


def base_prices() -> list[int]:
    return list(Listing.objects.order_by("pk").values_list("base_price", flat=True))


def test_operations_are_carried_out_in_order_and_answered_in_order(partner: Partner, listings: list[Listing]) -> None:
    first, second, third = listings

    answer = run(
        partner,
        base_price(second, 210),
        update("listing-activations", first.pk, enabled=True),
        update("min-max-price-customizations", first.pk, **{"min-price": 90}),
        base_price(second, 220),
        refresh(third),
    )

    assert answer.status == 200
    assert answer.header("Content-Type") == ATOMIC
    results = answer.document["atomic:results"]
    assert [result.get("data", {}).get("id") for result in results] == [
        str(second.pk), str(first.pk), str(first.pk), str(second.pk), None,
    ]  # fmt: skip
    assert results[3]["data"]["attributes"] == {"base-price": 220}
    assert base_prices() == [120, 220, 120]
    assert Listing.objects.get(pk=first.pk).enabled
    assert Job.objects.filter(kind="refresh_listing").count() == 1


def test_a_failed_operation_undoes_all_and_is_pointed_at(partner: Partner, listings: list[Listing]) -> None:
    answer = run(partner, base_price(listings[0], 210), refresh(listings[0]), base_price(listings[1], 5))

    assert answer.status == 400
    assert [error["source"] for error in answer.errors] == [
        {"pointer": "/atomic:operations/2/data/attributes/base-price"}
    ]
    assert answer.errors[0]["code"] == "min_value"
    assert base_prices() == [120, 120, 120]
    assert not Job.objects.exists()


def test_href_names_the_resource_with_or_without_the_prefix(partner: Partner, listings: list[Listing]) -> None:
    operation = base_price(listings[0], 210)
    del operation["ref"]
    for href in ("/listings/{}/customizations/base-price", "/api/v1/listings/{}/customizations/base-price/"):
        assert run(partner, operation | {"href": href.format(listings[0].pk)}).status == 200

    assert base_prices()[0] == 210


def test_an_account_is_refreshed_with_its_threshold(partner: Partner, listings: list[Listing]) -> None:
    account = listings[0].channel_listings.get().account
    href = f"/users/{account.user_id}/accounts/{account.pk}/refresh/"

    answer = run(partner, {"op": "add", "href": f"{href}?recent_sync_threshold_minutes=5"})

    assert answer.document["atomic:results"] == [{}]
    assert Job.objects.get().arguments["recent_sync_threshold_minutes"] == 5
    conflict = run(partner, base_price(listings[0], 210), {"op": "add", "href": href})
    assert (conflict.status, conflict.error["source"]) == (409, {"pointer": "/atomic:operations/1"})
    refused = run(partner, {"op": "add", "href": f"{href}?recent_sync_threshold_minutes=x"})
    assert (refused.status, refused.error["source"]) == (400, {"pointer": "/atomic:operations/0/href"})


def test_an_activation_that_changes_nothing_has_an_empty_result(partner: Partner, listings: list[Listing]) -> None:
    answer = run(partner, update("listing-activations", listings[0].pk, enabled=False))

    assert answer.document["atomic:results"] == [{}]


@pytest.mark.parametrize(
    ("operations", "code", "pointer"),
    [
        ([], "operations_missing", ""),
        (["x"], "operation_malformed", "/atomic:operations/0"),
        ([{"op": "replace"}], "operation_malformed", "/atomic:operations/0/op"),
        ([{"op": "remove", "href": "/users/1/"}], "operation_not_supported", "/atomic:operations/0/op"),
        ([{"op": "update"}], "operation_malformed", "/atomic:operations/0"),
        ([{"op": "update", "href": "/users/1/", "ref": {}}], "operation_malformed", "/atomic:operations/0"),
        ([{"op": "update", "href": 7, "data": {}}], "operation_malformed", "/atomic:operations/0/href"),
        ([{"op": "update", "href": "http://[", "data": {}}], "operation_malformed", "/atomic:operations/0/href"),
        ([{"op": "update", "href": "https://x.test/api/v1/"}], "operation_malformed", "/atomic:operations/0/href"),
        ([{"op": "add", "href": "/users/"}], "operation_not_supported", "/atomic:operations/0/href"),
        ([{"op": "add", "href": "/operations/"}], "operation_not_supported", "/atomic:operations/0/href"),
        ([{"op": "update", "href": "/nowhere/"}], "operation_not_supported", "/atomic:operations/0/href"),
        ([{"op": "update", "ref": {"type": "users", "id": "1"}}], "operation_not_supported",
         "/atomic:operations/0/ref/type"),
        ([{"op": "update", "ref": {"type": "listing-activations", "id": "x"}}], "operation_malformed",
         "/atomic:operations/0/ref/id"),
        ([{"op": "update", "ref": {"type": "listing-activations", "id": "1"}}], "operation_malformed",
         "/atomic:operations/0"),
        ([{"op": "add", "href": "/listings/1/refresh/"}] * 501, "operations_too_many", "/atomic:operations"),
    ],
)  # fmt: skip
def test_a_malformed_document_is_refused(partner: Partner, operations: list[Any], code: str, pointer: str) -> None:
    answer = run(partner, *operations)

    assert (answer.status, answer.error["code"], answer.error["source"]) == (400, code, {"pointer": pointer})


def test_the_media_type_has_to_name_the_extension_or_be_plain_json(partner: Partner, listings: list[Listing]) -> None:
    operation = base_price(listings[0], 210)

    assert run(partner, operation, content_type='application/vnd.api+json; ext="https://x.test"').status == 415
    assert run(partner, operation, accept='application/vnd.api+json; ext="https://x.test"').status == 406
    assert run(partner, operation, content_type="application/json", accept="application/json").status == 200


def test_each_operation_needs_its_own_scope(partner: Partner, listings: list[Listing]) -> None:
    answer = run(partner.with_scopes("user:write"), base_price(listings[0], 210))

    assert (answer.status, answer.error["source"]) == (403, {"pointer": "/atomic:operations/0"})
    assert base_prices()[0] == 120


def test_others_listings_are_not_there(partner: Partner, other_partner: Partner, listings: list[Listing]) -> None:
    for stranger in (other_partner, partner.as_user(CredentialFactory(user__application=partner.application))):
        answer = run(stranger, base_price(listings[0], 210))

        assert (answer.status, answer.error["source"]) == (404, {"pointer": "/atomic:operations/0"})


def test_an_id_that_is_not_the_references_is_refused(partner: Partner, listings: list[Listing]) -> None:
    operation = base_price(listings[0], 210)
    operation["ref"]["id"] = str(listings[1].pk)

    answer = run(partner, operation)

    assert (answer.status, answer.error["source"]) == (409, {"pointer": "/atomic:operations/0/data/id"})


def test_a_repeated_request_with_its_key_gets_the_first_answer(partner: Partner, listings: list[Listing]) -> None:
    first = run(partner, base_price(listings[0], 210), **{"idempotency-key": "8e03978e"})
    Listing.objects.update(base_price=130)

    again = run(partner, base_price(listings[0], 210), **{"idempotency-key": "8e03978e"})

    assert (again.status, again.document) == (first.status, first.document)
    assert again.header("Idempotency-Replayed") == "true"
    assert base_prices()[0] == 130


def test_an_operation_costs_no_more_queries_than_a_request_of_its_own(
    partner: Partner, listings: list[Listing], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    run(partner, base_price(listings[0], 200))
    operations = [base_price(listings[0], 210 + place) for place in range(100)]

    with django_assert_max_num_queries(4 + 100 * 8):
        assert run(partner, *operations).status == 200
