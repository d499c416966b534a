"""Checks of ours for Schemathesis, how it meets what exists, and what it has to leave out."""

import os
import re
from typing import Any
from urllib.parse import urlsplit

import django
import schemathesis
from django.utils.datastructures import CaseInsensitiveMapping

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

from tests.published_schema import check_answer, find_operation  # noqa: E402

LISTINGS = 3  # that run.py has synced, with ids from 1 on
BETWEEN_MEMBERS = {"invalid", "overlap", "unique"}


@schemathesis.check
def published_answer(ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case) -> None:
    url = urlsplit(response.request.url)
    if find_operation(case.method, url.path) is None:
        return  # an unknown URL or method, which other checks are for
    check_answer(case.method, url.path, Answered(response), sparse="fields" in url.query)


@schemathesis.check
def refused_by_rules_between_members(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """Of prices and rules as the schema has them, only what no schema can say is refused, such as a wrong order."""
    sets_rules = case.method == "PATCH" and case.path.startswith("/api/v1/listings/")
    if response.status_code != 400 or not sets_rules or not is_good(case):
        return
    for error in response.json()["errors"]:
        of_date = re.search(r"/(start|end)-date$", error["source"].get("pointer") or "")
        assert of_date or error.get("code") in BETWEEN_MEMBERS, f"The schema does not say: {error}"


def is_good(case: schemathesis.Case) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive


@schemathesis.hook
def before_call(ctx: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Every other listing that is asked for is one that exists: few that are made up would be."""
    asked_for = str(case.path_parameters.get("listing_id"))
    if not re.fullmatch("[0-9]{1,18}", asked_for) or int(asked_for) % 2:
        return
    exists = 1 + int(asked_for) // 2 % LISTINGS
    case.path_parameters["listing_id"] = exists
    resource = case.body.get("data") if isinstance(case.body, dict) else None
    if isinstance(resource, dict) and isinstance(resource.get("id"), str) and resource["id"].isdigit():
        resource["id"] = str(exists)


@schemathesis.hook
def filter_body(ctx: schemathesis.HookContext, body: Any) -> bool:
    """No name may be blank, which the schema has in words only; tests of their own send it."""
    resource = body.get("data") if isinstance(body, dict) else None
    attributes = resource.get("attributes") if isinstance(resource, dict) else None
    names = [attributes.get("first-name"), attributes.get("last-name")] if isinstance(attributes, dict) else []
    return not any(isinstance(name, str) and name.isspace() for name in names)


@schemathesis.hook
def filter_query(ctx: schemathesis.HookContext, query: dict[str, Any] | None) -> bool:
    """A list of one empty text is written as an empty list is, which is valid; tests of JSON:API send that one."""
    return not any(
        name in ("sort", "include") or name.startswith("fields[")
        for name, value in (query or {}).items()
        if value in ("", [""], [None])
    )


class Answered:
    """The response under the names that Django's has."""

    def __init__(self, response: schemathesis.Response) -> None:
        self.status_code = response.status_code
        self.content = response.content
        self.headers = CaseInsensitiveMapping({name: values[0] for name, values in response.headers.items()})
