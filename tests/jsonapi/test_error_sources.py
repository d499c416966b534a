"""Errors name the part of the request that caused them, and what would be accepted instead."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.contract.example_world import IDS, example_partner, path_of
from tests.jsonapi.reading import COLLECTIONS
from tests.partner import JSON_API, Partner
from tests.test_access import CASES, Case

ACCEPTED = "application/vnd.api+json, application/json"
WITH_BODY = [case for case in CASES if case.operation.request]


@pytest.fixture
def host(db: None) -> Partner:
    return example_partner()


@pytest.mark.parametrize("case", WITH_BODY, ids=lambda case: case.operation.id)
@pytest.mark.parametrize("sent", ["text/plain", f"{JSON_API}; charset=utf-8", "multipart/form-data; boundary=x", "a/b"])
def test_a_415_names_the_media_types_that_are_accepted(host: Partner, case: Case, sent: str) -> None:
    method, path = path_of(case.operation.id)

    answer = host.call(method, path, "anything", content_type=sent)

    assert answer.status == 415
    assert "Send application/vnd.api+json, without parameters, or application/json, not " in answer.error["detail"]
    assert answer.header("Accept") == ACCEPTED
    assert answer.header(f"Accept-{method.capitalize()}") == ACCEPTED


@pytest.mark.parametrize("case", WITH_BODY, ids=lambda case: case.operation.id)
def test_options_names_the_media_types_of_bodies(host: Partner, case: Case) -> None:
    method, path = path_of(case.operation.id)

    response: Any = host.client.options(f"/api/v1{path}", headers={"authorization": f"Bearer {host.token}"})

    assert response.status_code == 204
    assert response[f"Accept-{method.capitalize()}"] == ACCEPTED


def test_an_encoded_body_is_told_the_encodings_only(host: Partner) -> None:
    answer = host.call("POST", "/users/", b"x", content_encoding="gzip")

    assert (answer.status, answer.header("Accept-Encoding"), answer.header("Accept")) == (415, "identity", None)


@pytest.mark.parametrize("operation", sorted(COLLECTIONS))
@pytest.mark.parametrize("number", ["0", "-1", "999999"])
def test_a_page_that_does_not_exist_names_its_parameter(host: Partner, operation: str, number: str) -> None:
    _, path = path_of(operation)

    answer = host.get(path, {"page[number]": number})

    assert (answer.status, answer.error["source"]) == (404, {"parameter": "page[number]"})


TODAY = timezone.now().date()


@pytest.mark.parametrize(
    ("start", "end", "parameter"),
    [
        (timedelta(days=-4000), None, "filter[start-date]"),
        (timedelta(days=4000), timedelta(days=4001), "filter[start-date]"),
        (timedelta(days=9), timedelta(days=8), "filter[end-date]"),
        (timedelta(days=9), timedelta(days=800), "filter[end-date]"),
        (None, timedelta(days=-9), "filter[end-date]"),
    ],
)
def test_a_range_that_is_refused_names_its_parameter(
    host: Partner, start: timedelta | None, end: timedelta | None, parameter: str
) -> None:
    dates = {"filter[start-date]": start, "filter[end-date]": end}
    query = {name: (TODAY + days).isoformat() for name, days in dates.items() if days is not None}

    answer = host.get(f"/listings/{IDS['listing_id']}/calendar/", query)

    assert (answer.status, answer.error["source"]) == (422, {"parameter": parameter})


BAD_VALUES = {"page": "x", "sort": "shoe-size", "include": "landlord", "fields": "shoe-size", "filter": "\x01"}
# Any text can be an email that nobody has, or a place where nothing is known.
ANY_TEXT = ["filter[email]", "filter[markets]", "filter[cities]", "filter[clusters]"]
BAD_VALUES |= {"start_date": "soon", "end_date": "20300101"}


@pytest.mark.parametrize("case", [case for case in CASES if case.method == "GET"], ids=lambda case: case.operation.id)
def test_every_bad_query_parameter_is_named(host: Partner, case: Case) -> None:
    _, path = path_of(case.operation.id)
    known = host.get(path, {"unknown": "1"}).error
    assert known["source"] == {"parameter": "unknown"}

    for name in known["detail"].removesuffix(".").partition("Known: ")[2].split(", "):
        if name not in ("none", *ANY_TEXT):
            answer = host.get(path, {name: BAD_VALUES[name.partition("[")[0]]})
            assert (answer.status, answer.error["source"]) == (400, {"parameter": name})


MALFORMED = ["[]", "{}", '{"data": 1}', '{"data": {"type": 1}}', '{"data": {"type": "shoes"}}']


@pytest.mark.parametrize("case", WITH_BODY, ids=lambda case: case.operation.id)
def test_every_error_of_a_document_points_into_it(host: Partner, case: Case) -> None:
    method, path = path_of(case.operation.id)
    type_ = case.operation.request.Meta.resource_name
    resource = f'"type": "{type_}"' + (f', "id": "{IDS["listing_id"]}"' if method == "PATCH" else "")
    parts = ['"attributes": 1', '"attributes": {"shoe-size": 1}', '"relationships": {"owner": {}}']
    bodies = [*MALFORMED, *(f'{{"data": {{{resource}, {part}}}}}' for part in parts)]

    for body in bodies:
        answer = host.call(method, path, body)
        assert answer.status in (400, 409)
        assert all(error["source"].get("pointer") is not None for error in answer.errors), (body, answer.errors)
