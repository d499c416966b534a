"""The published schema describes every operation, parameter and member."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import partners
from connectors import registry
from openapi.channels import channels_in_words, describe_channels
from partners.documentation import openapi
from tests.published_schema import resolve

SCHEMA = openapi("3.1")
OPERATIONS = {operation["operationId"]: operation for item in SCHEMA["paths"].values() for operation in item.values()}
every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
MONEY = re.compile(r"price(?!-(updated|post)|s$|.*-pct)|price-posted|fee$|^amount$")


@every_operation
def test_an_operation_has_an_id_a_summary_a_description_and_a_tag(operation: Any) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", operation["operationId"])
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert set(operation["tags"]) <= {tag["name"] for tag in SCHEMA["tags"]}


@every_operation
def test_an_operation_names_the_tokens_that_may_call_it(operation: Any) -> None:
    scopes = [scope for each in operation["security"] for scope in each.get("oauth2", [])]
    if not operation["security"]:
        assert operation["tags"] == ["OAuth2"]
        return

    assert all(f"`{scope}`" in operation["description"] for scope in scopes)
    tier = operation["x-token-tier"]
    assert {"app-level": "app-level only", "both": "app-level or user-scoped"}[tier] in operation["description"]


@every_operation
def test_a_parameter_has_a_description_and_its_values(operation: Any) -> None:
    for parameter in operation.get("parameters", []):
        assert parameter["description"], parameter["name"]
        if parameter["name"] in ("sort", "include") or parameter["name"].startswith("fields["):
            assert parameter["schema"].get("items", parameter["schema"])["enum"]


@every_operation
def test_every_response_has_a_description_and_its_headers(operation: Any) -> None:
    for status, response in operation["responses"].items():
        documented = resolve(response)
        assert documented["description"]
        assert {"X-Request-ID", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit"} <= set(
            documented["headers"]
        )
        assert ("Location" in documented["headers"]) == (status == "201")
        assert ("Retry-After" in documented["headers"]) == (status in ("409", "429", "503"))
        assert ("WWW-Authenticate" in documented["headers"]) == (status == "401")


def members(schema: Any, path: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, member in schema.get("properties", {}).items():
        yield path, name, member
        yield from members(member, f"{path}.{name}")


MEMBERS = [found for name, schema in SCHEMA["components"]["schemas"].items() for found in members(schema, name)]
FRAMES = {"data", "attributes", "relationships", "links", "meta", "pagination", "included"}


def test_every_member_has_a_description() -> None:
    undescribed = [f"{path}.{name}" for path, name, member in MEMBERS if not member.get("description")]

    assert [name for name in undescribed if name.rpartition(".")[2] not in FRAMES | {"type", "id"}] == []


def test_every_amount_of_money_names_its_unit() -> None:
    amounts = [
        (f"{path}.{name}", member)
        for path, name, member in MEMBERS
        if MONEY.search(name) and re.search("integer|number", str(member.get("type")))
    ]

    assert len(amounts) > 40
    assert [name for name, member in amounts if not re.search("(?i)(whole|minor) units", member["description"])] == []


def test_the_schema_names_the_channels_and_their_credentials() -> None:
    operation = OPERATIONS["create_account"]

    assert {each["channel"] for each in operation["x-channels"]} == set(registry.SUPPORTED)
    for each in operation["x-channels"]:
        connector = registry.get(each["channel"])
        assert each["required-credentials"] == connector.required_credentials
        assert each["optional-credentials"] == connector.optional_credentials
        assert all(f"`{name}`" in operation["description"] for name in connector.required_credentials)


def test_the_page_about_accounts_contains_the_same_list() -> None:
    page = Path(partners.__file__).parents[1] / "docs" / "connecting-accounts.md"

    assert channels_in_words(describe_channels(map(registry.get, registry.SUPPORTED))) in page.read_text()
