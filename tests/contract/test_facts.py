"""Our schema against the facts of the contract: nothing missing, renamed or retyped.

`partners-api.facts.yaml` is a copy of the contract's facts file; `accepted.yaml` holds the differences that are meant.
"""

import copy
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from partners.documentation import openapi
from tests.contract.comparison import Difference, differences

HERE = Path(__file__).parent
ACCEPTED = yaml.safe_load((HERE / "accepted.yaml").read_text())


@cache
def facts() -> dict[str, Any]:
    return yaml.load((HERE / "partners-api.facts.yaml").read_text(), Loader=yaml.CSafeLoader)


def is_accepted(difference: Difference, entry: dict[str, str]) -> bool:
    return fnmatchcase(difference.where, entry["where"]) and fnmatchcase(difference.what, entry.get("what", "*"))


def unaccepted(found: list[Difference]) -> list[Difference]:
    return [difference for difference in found if not any(is_accepted(difference, entry) for entry in ACCEPTED)]


def test_ours_has_all_that_the_facts_have() -> None:
    assert unaccepted(list(differences(facts(), openapi("3.1")))) == []


@pytest.mark.parametrize("entry", ACCEPTED, ids=lambda entry: entry["where"])
def test_an_accepted_difference_exists_and_has_a_reason(entry: Any) -> None:
    assert entry["reason"]
    assert any(is_accepted(difference, entry) for difference in differences(facts(), openapi("3.1")))


def operation(schema: dict[str, Any], path: str, method: str = "get") -> dict[str, Any]:
    return schema["paths"][f"/api/v1{path}"][method]


def parameter(schema: dict[str, Any], path: str, name: str) -> dict[str, Any]:
    (found,) = [p for p in operation(schema, path)["parameters"] if p["name"] == name]
    return found


def attributes(schema: dict[str, Any], component: str) -> dict[str, Any]:
    found = schema["components"]["schemas"][component]["properties"]
    return found.get("data", {}).get("properties", found)["attributes"]


Change = Callable[[dict[str, Any]], Any]
CHANGES: dict[str, tuple[Change, str]] = {
    "an operation removed": (lambda s: s["paths"]["/api/v1/users/"].pop("post"), "create_user"),
    "an operation renamed": (lambda s: operation(s, "/users/").update(operationId="users"), "list_users.operationId"),
    "a tag renamed": (lambda s: operation(s, "/users/").update(tags=["People"]), "list_users.tags"),
    "a scope swapped": (
        lambda s: operation(s, "/users/").update(security=[{"oauth2": ["user:write"]}]),
        "list_users.security",
    ),
    "a parameter removed": (
        lambda s: operation(s, "/users/").update(parameters=operation(s, "/users/")["parameters"][:-1]),
        "list_users.parameters.query sort",
    ),
    "a parameter required": (
        lambda s: parameter(s, "/listings/", "filter[owner]").update(required=True),
        "list_listings.parameters.query filter[owner].required",
    ),
    "a new parameter required": (
        lambda s: operation(s, "/users/")["parameters"].append({"name": "x", "in": "query", "required": True}),
        "list_users.parameters.query x",
    ),
    "a list written otherwise": (
        lambda s: parameter(s, "/listings/", "include").update(explode=True),
        "list_listings.parameters.query include.explode",
    ),
    "a sort field removed": (
        lambda s: parameter(s, "/listings/", "sort")["schema"]["items"]["enum"].remove("-city"),
        "list_listings.parameters.query sort.items.enum",
    ),
    "a status removed": (
        lambda s: operation(s, "/users/", "post")["responses"].pop("409"),
        "create_user.responses.409",
    ),
    "another document answered": (
        lambda s: operation(s, "/users/")["responses"]["200"]["content"]["application/vnd.api+json"].update(
            schema={"$ref": "#/components/schemas/PaginatedListingList"}
        ),
        "list_users.responses.200.application/vnd.api+json.ref",
    ),
    "a body not taken": (lambda s: operation(s, "/users/", "post").pop("requestBody"), "create_user.requestBody"),
    "a component renamed": (
        lambda s: s["components"]["schemas"].update(Tiers=s["components"]["schemas"].pop("TierEnum")),
        "schemas.TierEnum",
    ),
    "an attribute renamed": (
        lambda s: attributes(s, "Listing")["properties"].pop("room-type"),
        "schemas.Listing.attributes.room-type",
    ),
    "an attribute retyped": (
        lambda s: attributes(s, "Listing")["properties"]["base-price"].update(type="number"),
        "schemas.Listing.attributes.base-price.types",
    ),
    "an attribute not nullable": (
        lambda s: attributes(s, "Listing")["properties"]["max-price"].update(type="integer"),
        "schemas.Listing.attributes.max-price.nullable",
    ),
    "an attribute not promised": (
        lambda s: attributes(s, "Listing")["required"].remove("title"),
        "schemas.Listing.attributes.title",
    ),
    "an attribute longer than promised": (
        lambda s: attributes(s, "Listing")["properties"]["title"].update(maxLength=500),
        "schemas.Listing.attributes.title.maxLength",
    ),
    "an enum member removed": (
        lambda s: s["components"]["schemas"]["WeekdayEnum"]["enum"].remove("sunday"),
        "schemas.WeekdayEnum.enum",
    ),
    "a request's member required": (
        lambda s: attributes(s, "UserRequest")["required"].append("locale"),
        "schemas.UserRequest.data.attributes.locale",
    ),
    "a request's limit narrower": (
        lambda s: attributes(s, "UserRequest")["properties"]["first-name"].update(maxLength=10),
        "schemas.UserRequest.data.attributes.first-name.maxLength",
    ),
    "an authorisation scope removed": (
        lambda s: s["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]["scopes"].pop("user:read"),
        "securitySchemes.oauth2.clientCredentials.scopes.user:read",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "where"), CHANGES.values(), ids=CHANGES)
def test_a_change_that_breaks_clients_is_found(change: Any, where: Any) -> None:
    ours = copy.deepcopy(openapi("3.1"))
    change(ours)

    assert where in {difference.where for difference in unaccepted(list(differences(facts(), ours)))}


def test_an_addition_breaks_no_client() -> None:
    ours = copy.deepcopy(openapi("3.1"))
    attributes(ours, "Listing")["properties"]["pets"] = {"type": "boolean"}
    parameter(ours, "/listings/", "sort")["schema"]["items"]["enum"].append("pets")
    operation(ours, "/listings/")["responses"]["507"] = {"description": "Full"}
    ours["paths"]["/api/v1/pets/"] = {}

    assert unaccepted(list(differences(facts(), ours))) == []
