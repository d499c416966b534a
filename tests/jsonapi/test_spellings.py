"""A request says each thing once: in one spelling, and with numbers in the form that the schema publishes."""

import json
from typing import Any

import pytest

from jsonapi.numbers import is_whole_number, read_number
from tests.factories import AccountFactory, ListingFactory, UserFactory
from tests.partner import Partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing(partner: Partner) -> Any:
    return ListingFactory(owner__application=partner.application, in_active_market=True)


@pytest.mark.parametrize(
    ("path", "query", "parameter"),
    [
        ("calendar/", "filter[start-date]=2030-01-01&filter[start_date]=2030-01-02", "filter[start_date]"),
        ("calendar/", "filter[end_date]=2030-01-01&filter[end-date]=2030-01-01", "filter[end-date]"),
        ("", "fields[listings]=base-price,base_price", "fields[listings]"),
        ("", "fields[listings]=title&fields[listings]=city", "fields[listings]"),
        ("", "include=owner&include=owner", "include"),
    ],
)
def test_a_parameter_in_two_spellings_is_refused(
    partner: Partner, listing: Any, path: str, query: str, parameter: str
) -> None:
    answer = partner.get(f"/listings/{listing.pk}/{path}?{query}")

    assert answer.status == 400
    assert answer.error["source"] == {"parameter": parameter}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("sort=created-at,created_at", "sort"),
        ("sort=-base_price,title,-base-price", "sort"),
        ("page[size]=2&page[size]=3", "page[size]"),
        ("page[number]=1&page[number]=1", "page[number]"),
        ("filter[owner]=1&filter[owner]=2", "filter[owner]"),
    ],
)
def test_a_parameter_of_a_list_in_two_spellings_is_refused(partner: Partner, query: str, parameter: str) -> None:
    answer = partner.get(f"/listings/?{query}")

    assert answer.status == 400
    assert answer.error["source"] == {"parameter": parameter}


def test_a_name_may_occur_twice_in_a_list_in_one_spelling(partner: Partner, listing: Any) -> None:
    answer = partner.get("/listings/", {"sort": "base-price,base-price", "fields[listings]": "title,title"})

    assert [list(row["attributes"]) for row in answer.data] == [["title"]]


@pytest.mark.parametrize(
    ("attributes", "pointer"),
    [
        ('{"first-name": "Ada", "first_name": "Bo"}', "/data/attributes/first_name"),
        ('{"first_name": "Ada", "first-name": "Ada"}', "/data/attributes/first-name"),
        ('{"first-name": "Ada", "first-name": "Bo"}', "/data/attributes/first-name"),
        ('{"created-at": "x", "created_at": "y"}', "/data/attributes/created_at"),
        ('{"shoe-size": 1, "shoe_size": 2}', "/data/attributes/shoe_size"),
    ],
)
def test_an_attribute_that_is_given_twice_is_refused(partner: Partner, attributes: str, pointer: str) -> None:
    answer = partner.call("POST", "/users/", f'{{"data": {{"type": "users", "attributes": {attributes}}}}}')

    assert answer.status == 400
    assert answer.error["source"] == {"pointer": pointer}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ('{"data": {"type": "users"}, "data": {"type": "users"}}', "/data"),
        ('{"data": {"type": "users", "type": "users"}}', "/data/type"),
        ('{"data": {"type": "users", "attributes": {}, "attributes": {}}}', "/data/attributes"),
        ('{"data": {"type": "users", "relationships": {"a": {"b": 1, "b": 1}}}}', "/data/relationships/a/b"),
        ('{"data": {"type": "users"}, "meta": [{}, {"a/~": 1, "a/~": 1}]}', "/meta/1/a~1~0"),
        ('{"data": {"type": "users"}, "data": {"type": 1, "type": 2}}', "/data"),
    ],
)
def test_a_member_that_is_given_twice_is_refused_wherever_it_is(partner: Partner, body: str, pointer: str) -> None:
    answer = partner.call("POST", "/users/", body)

    assert answer.status == 400
    assert answer.error["source"] == {"pointer": pointer}


@pytest.mark.parametrize(
    ("attributes", "pointer"),
    [
        (
            {"seasonal-prices": [{}, {"start-date": "2030-01-01", "start_date": "2030-01-02"}]},
            "/data/attributes/seasonal-prices/1/start_date",
        ),
        ({"min-price": 80, "min_price": 90}, "/data/attributes/min_price"),
    ],
)
def test_a_member_within_an_attribute_in_two_spellings_is_refused(
    partner: Partner, listing: Any, attributes: Any, pointer: str
) -> None:
    path = f"/listings/{listing.pk}/customizations/min-max-prices/"

    answer = partner.patch(path, "min-max-price-customizations", listing.pk, **attributes)

    assert answer.status == 400
    assert answer.error["source"] == {"pointer": pointer}


def test_credentials_in_two_spellings_are_refused(partner: Partner) -> None:
    user = UserFactory(application=partner.application)
    credentials = {"client-id": "1", "client_id": "2", "client_secret": "s"}

    answer = partner.post(f"/users/{user.pk}/accounts/", "accounts", channel="hostaway", credentials=credentials)

    assert answer.status == 400
    assert answer.error["source"] == {"pointer": "/data/attributes/credentials/client_id"}


NO_NUMBERS = ["1_0", "+1", " 1", "1 ", "\u0661", "01", "0x1", "1.", ".5", "1e", "-0", "", "1e1_0", "Infinity", "NaN"]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_python_spellings_of_numbers_are_no_whole_numbers(text: str) -> None:
    assert not is_whole_number(text)
    assert text == "-0" or read_number(text) is None


@pytest.mark.parametrize("value", NO_NUMBERS)
@pytest.mark.parametrize("parameter", ["filter[owner]", "page[number]", "page[size]"])
def test_a_number_in_a_parameter_is_as_strict_as_in_a_document(partner: Partner, parameter: str, value: str) -> None:
    answer = partner.get("/listings/", {parameter: value})

    assert answer.status == 400
    assert answer.error["source"] == {"parameter": parameter}


@pytest.mark.parametrize("value", [*NO_NUMBERS, "-1", "1e1", "1.0"])
def test_a_number_of_minutes_is_as_strict(partner: Partner, value: str) -> None:
    account = AccountFactory(user__application=partner.application)

    answer = partner.post(
        f"/users/{account.user_id}/accounts/{account.pk}/refresh/", query={"recent_sync_threshold_minutes": value}
    )

    assert answer.status == 400
    assert answer.error["source"] == {"parameter": "recent_sync_threshold_minutes"}


def test_all_spellings_of_a_json_number_mean_the_same_owner(partner: Partner) -> None:
    owner = UserFactory(pk=1200, application=partner.application)
    listing = ListingFactory(owner=owner)

    for value in ("1200", "1200.0", "12e2", "1.2E+3", "120000e-2"):
        assert [row["id"] for row in partner.get("/listings/", {"filter[owner]": value}).data] == [str(listing.pk)]


@pytest.mark.parametrize("value", ["1.5", "0", "-1", "0.0", "1e999", "1e-999", "1e9999", "9007199254740993", "-1e99"])
def test_numbers_that_are_no_id_are_refused(partner: Partner, value: str) -> None:
    answer = partner.get("/listings/", {"filter[owner]": value})

    assert answer.status == 400
    assert answer.error["source"] == {"parameter": "filter[owner]"}


@pytest.mark.parametrize("value", ['"120"', '"1_0"', "true", '"1e2"', '" 120"', '"\u0661\u0662\u0660"'])
def test_text_is_no_number_in_a_document(partner: Partner, listing: Any, value: str) -> None:
    attributes = {"base-price": json.loads(value)}

    answer = partner.patch(
        f"/listings/{listing.pk}/customizations/base-price/", "base-price-customizations", listing.pk, **attributes
    )

    assert answer.status == 400
    assert answer.error["source"] == {"pointer": "/data/attributes/base-price"}


@pytest.mark.parametrize("value", ["120", "120.0", "1.2e2", "12E+1"])
def test_all_spellings_of_a_number_mean_the_same_price(partner: Partner, listing: Any, value: str) -> None:
    body = f'{{"data": {{"type": "base-price-customizations", "id": "{listing.pk}", "attributes": {{"base-price": '

    answer = partner.call("PATCH", f"/listings/{listing.pk}/customizations/base-price/", f"{body}{value}}}}}}}")

    assert answer.attributes == {"base-price": 120}
