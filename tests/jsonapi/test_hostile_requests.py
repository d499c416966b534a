"""Requests that are meant to break something: each is refused in the API's own form, and none is a failure of ours."""

import gzip
import io
import json
from typing import Any

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory

from partners.readable_headers import with_readable_headers
from tests.factories import CredentialFactory, ListingFactory
from tests.partner import JSON_API, Partner
from users.models import User


@pytest.fixture
def listing(partner: Partner) -> Any:
    return ListingFactory(owner__application=partner.application)


def activation(listing: Any, attributes: str) -> str:
    return f'{{"data": {{"type": "listing-activations", "id": "{listing.pk}", "attributes": {attributes}}}}}'


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("depth", [40, 600, 1000, 100_000])
def test_a_too_deeply_nested_document_is_malformed(
    partner: Partner, listing: Any, opening: Any, closing: Any, depth: Any
) -> None:
    nested = f'{{"enabled": {opening * depth}1{closing * depth}}}'

    answer = partner.call("PATCH", f"/listings/{listing.pk}/activation/", activation(listing, nested))

    assert answer.status == 400
    assert answer.error["source"]["pointer"] in ("/data/attributes", None)


def test_a_body_beyond_the_limit_is_refused_and_nothing_is_changed(partner: Partner, listing: Any) -> None:
    body = activation(listing, '{"enabled": true}') + " " * settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    answer = partner.call("PATCH", f"/listings/{listing.pk}/activation/", body)

    assert (answer.status, answer.error["title"]) == (413, "Content Too Large")
    assert "2097152 bytes" in answer.error["detail"]
    listing.refresh_from_db()
    assert not listing.enabled


@pytest.mark.parametrize(
    ("length", "status"), [({}, 411), ({"CONTENT_LENGTH": ""}, 411), ({"CONTENT_LENGTH": "0"}, 400)]
)
def test_a_body_without_a_length_is_refused(partner: Partner, listing: Any, length: Any, status: int) -> None:
    body = json.dumps({"data": {"type": "min-stay-customizations", "id": str(listing.pk), "attributes": {}}})
    path = f"/api/v1/listings/{listing.pk}/customizations/min-stays/"
    sent = {"HTTP_AUTHORIZATION": f"Bearer {partner.token}", "wsgi.input": io.BytesIO(body.encode()), **length}

    answer = partner.client.request(
        REQUEST_METHOD="PATCH", PATH_INFO=path, CONTENT_TYPE=JSON_API, HTTP_TRANSFER_ENCODING="chunked", **sent
    )

    assert answer.status_code == status
    assert "Send a document" in json.loads(answer.content)["errors"][0]["detail"]


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate, identity"])
def test_a_compressed_body_is_refused_with_the_encoding_that_is_accepted(
    partner: Partner, listing: Any, coding: str
) -> None:
    body = gzip.compress(activation(listing, '{"enabled": true}').encode())
    path = f"/listings/{listing.pk}/activation/"

    answer = partner.call("PATCH", path, body, content_encoding=coding)

    assert (answer.status, answer.header("Accept-Encoding")) == (415, "identity")
    assert answer.error["detail"] == f"Send the body without an encoding, not in {coding}."


def test_of_a_hundred_thousand_unknown_attributes_the_first_are_named(partner: Partner, listing: Any) -> None:
    unknown = json.dumps({f"unknown{n}": 1 for n in range(100_000)})

    answer = partner.call("PATCH", f"/listings/{listing.pk}/activation/", activation(listing, unknown))

    assert answer.status == 400
    assert len(answer.errors) == 20


def test_no_answer_has_more_than_a_hundred_errors(partner: Partner, listing: Any) -> None:
    seasons = [{"start-date": "never", "end-date": "never"}] * 500
    path = f"/listings/{listing.pk}/customizations/min-stays/"

    answer = partner.patch(path, "min-stay-customizations", listing.pk, **{"seasonal-min-stays": seasons})

    assert answer.status == 400
    assert len(answer.errors) == 100


def test_a_list_of_weekdays_that_is_too_long_is_refused_as_a_whole(partner: Partner, listing: Any) -> None:
    path = f"/listings/{listing.pk}/customizations/checkin-checkout-days/"

    answer = partner.patch(
        path, "checkin-checkout-day-customizations", listing.pk, **{"checkin-days": ["someday"] * 501}
    )

    assert (answer.status, answer.error["source"]["pointer"]) == (400, "/data/attributes/checkin-days")


@pytest.mark.parametrize("query", ["&".join(f"a{n}=1" for n in range(1001)), "&" * 1001])
def test_a_thousand_parameters_are_malformed(partner: Partner, query: Any) -> None:
    assert partner.call("GET", f"/listings/?{query}").status == 400


@pytest.mark.parametrize("host", ["a b", "evil.example", "x:y:z"])
def test_a_host_that_is_not_ours_is_malformed(partner: Partner, settings: Any, host: str) -> None:
    settings.ALLOWED_HOSTS = ["api.example.com"]

    answer = partner.get("/listings/", host=host)
    assert answer.status == 400
    assert answer.error["detail"] == "The Host header names no host that this server answers for."


def test_a_request_to_a_host_that_is_not_ours_does_nothing(partner: Partner, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["api.example.com"]
    user = CredentialFactory(user__application=partner.application).user
    names = {"first-name": "Grace", "last-name": "Hopper", "email": "grace@example.com"}

    created = partner.call("POST", "/users/", {"data": {"type": "users", "attributes": names}}, host="10.0.0.5")
    deleted = partner.call("DELETE", f"/users/{user.pk}/", host="10.0.0.5")

    assert (created.status, deleted.status) == (400, 400)
    assert list(User.objects.values_list("pk", "deleted_at")) == [(user.pk, None)]


@pytest.mark.parametrize("value", ["1e400", "-1e400", "1" * 5000])
def test_a_number_that_no_machine_knows_is_malformed(partner: Partner, listing: Any, value: Any) -> None:
    path = f"/listings/{listing.pk}/activation/"

    answer = partner.call("PATCH", path, activation(listing, f'{{"enabled": true, "base-price": {value}}}'))

    assert answer.status == 400


UNREADABLE = "application/json; a*=bogus''x"


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("HTTP_ACCEPT", UNREADABLE, 406),
        ("HTTP_ACCEPT", f"{JSON_API}, text/html; q*=bogus'en'x, */*", 406),
        ("CONTENT_TYPE", UNREADABLE, 401),  # what is sent does not matter before who sends it
    ],
)
@pytest.mark.django_db(transaction=True)
def test_media_types_that_cannot_be_read_are_answered_in_the_apis_own_form(name: Any, value: Any, status: Any) -> None:
    """Over WSGI, for the content type is read while the request is made."""
    environ = RequestFactory().post("/api/v1/users/", b"{}", JSON_API).environ | {name: value}
    answered: list[str] = []

    body = with_readable_headers(get_wsgi_application())(environ, lambda status, headers: answered.append(status))

    assert answered[0].startswith(f"{status} ")
    assert json.loads(b"".join(body))["errors"][0]["status"] == str(status)


@pytest.mark.parametrize("accept", ["", ";;;", "text/html;q=nan, */*", "a/b; x*=utf-8'en'%ff", "\xff"])
def test_media_types_that_can_be_read_reach_the_application_as_they_are(accept: Any) -> Any:
    def echo(environ: Any, start_response: Any) -> Any:
        return [environ["HTTP_ACCEPT"].encode()]

    assert with_readable_headers(echo)({"HTTP_ACCEPT": accept}, None) == [accept.encode()]
