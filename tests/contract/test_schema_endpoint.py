"""`/api/v1/schema/`: the OpenAPI document, as a download and for programs."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import yaml
from django.test import Client
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from partners.documentation import _generated, openapi
from tests.partner import JSON_API

SCHEMA = "/api/v1/schema/"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.mark.parametrize(
    ("query", "version", "validator"),
    [("", "3.0.3", OpenAPIV30SpecValidator), ("?version=3.1", "3.1.1", OpenAPIV31SpecValidator)],
)
def test_it_is_valid_openapi_in_yaml_to_download(client: Any, query: Any, version: Any, validator: Any) -> None:
    response = client.get(SCHEMA + query)

    assert response.status_code == 200
    assert response["Content-Type"] == "application/yaml"
    assert response["Content-Disposition"] == 'attachment; filename="partners-api.yaml"'
    document = yaml.load(response.content, Loader=yaml.CSafeLoader)
    assert document["openapi"] == version
    validator(document).validate()


@pytest.mark.parametrize(
    ("query", "accept"), [("?format=json", "*/*"), ("?format=json", "text/html"), ("", "application/json")]
)
@pytest.mark.parametrize("version", ["3.0", "3.1"])
def test_it_is_json_where_asked_for(client: Any, query: Any, accept: Any, version: Any) -> None:
    response = client.get(SCHEMA + query, {} if query else {"version": version}, headers={"accept": accept})

    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == 'inline; filename="partners-api.json"'
    assert json.loads(response.content)["info"]["title"] == "Partners API"


def test_two_threads_that_ask_first_get_each_its_version() -> None:
    _generated.cache_clear()
    with ThreadPoolExecutor(3) as threads:
        found = threads.map(openapi, ["3.0", "3.1", "3.0"])

    assert [document["openapi"] for document in found] == ["3.0.3", "3.1.1", "3.0.3"]


def test_json_and_yaml_say_the_same(client: Any) -> None:
    as_json = client.get(SCHEMA, {"format": "json", "version": "3.1"}).content
    as_yaml = client.get(SCHEMA, {"format": "yaml", "version": "3.1"}).content

    assert json.loads(as_json) == yaml.load(as_yaml, Loader=yaml.CSafeLoader)


@pytest.mark.parametrize(
    ("parameter", "value"), [("version", "2.0"), ("version", ""), ("format", "xml"), ("lang", "pt")]
)
def test_an_unknown_value_is_an_error_that_names_the_parameter(client: Any, parameter: Any, value: Any) -> None:
    response = client.get(SCHEMA, {parameter: value})

    assert response.status_code == 400
    assert response["Content-Type"] == JSON_API
    (error,) = json.loads(response.content)["errors"]
    assert error["source"] == {"parameter": parameter}


def test_another_media_type_is_not_acceptable(client: Any) -> None:
    response = client.get(SCHEMA, headers={"accept": "text/html"})

    assert response.status_code == 406
    assert response["Content-Type"] == JSON_API


def test_it_is_read_only(client: Any) -> None:
    response = client.post(SCHEMA)

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"
    assert response["Content-Type"] == JSON_API


def test_who_has_it_already_is_told_so(client: Any) -> None:
    etag = client.get(SCHEMA)["ETag"]

    assert client.get(SCHEMA, headers={"if-none-match": etag}).status_code == 304
    assert client.get(SCHEMA, {"version": "3.1"}, headers={"if-none-match": etag}).status_code == 200


def test_head_has_the_headers_and_no_body(client: Any) -> None:
    response = client.head(SCHEMA)

    assert response.status_code == 200
    assert response["Content-Type"] == "application/yaml"
    assert response.content == b""
