"""Hooks for Schemathesis: our own checks, ids of existing listings, and values that it must not send."""

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

LISTINGS = 3  # run.py syncs this many, with ids from 1 on
BETWEEN_MEMBERS = {"invalid", "overlap", "unique"}


@schemathesis.check
def published_answer(ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case) -> None:
    url = urlsplit(str(response.request.url))
    if find_operation(case.method, url.path) is None:
        return  # other checks cover unknown URLs and methods
    check_answer(case.method, url.path, Answered(response), sparse="fields" in url.query)


@schemathesis.check
def refused_by_rules_between_members(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """Valid prices and rules are refused only for reasons that a schema cannot express, such as overlapping ranges."""
    sets_rules = case.method == "PATCH" and case.path.startswith("/api/v1/listings/")
    if response.status_code != 400 or not sets_rules or not is_good(case):
        return
    for error in response.json()["errors"]:
        of_date = re.search(r"/(start|end)-date$", error["source"].get("pointer") or "")
        assert of_date or error.get("code") in BETWEEN_MEMBERS, f"The schema does not express this rule: {error}"


def is_good(case: schemathesis.Case) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive


@schemathesis.hook
def before_call(ctx: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Replace every other listing id by an existing one, because random ids rarely exist.

    Replace keys that the schema forbids by one that is always refused: HTTP ignores spaces around a value, and the
    server ignores parameters behind a key.
    """
    headers: Any = case.headers or {}
    key = headers.get("Idempotency-Key")
    if key is not None and not re.fullmatch("[!#-+.-:<-\\[\\]-~-]+", str(key)):
        headers["Idempotency-Key"] = "a b"
    asked_for = str(case.path_parameters.get("listing_id"))
    if not re.fullmatch("[0-9]{1,18}", asked_for) or int(asked_for) % 2:
        return
    exists = 1 + int(asked_for) // 2 % LISTINGS
    case.path_parameters["listing_id"] = exists
    resource = case.body.get("data") if isinstance(case.body, dict) else None
    id_ = resource.get("id") if isinstance(resource, dict) else None
    if isinstance(resource, dict) and isinstance(id_, str) and id_.isdigit():
        resource["id"] = str(exists)


@schemathesis.hook
def filter_body(ctx: schemathesis.HookContext, body: Any) -> bool:
    """Send no blank names: the schema forbids them only in its descriptions, and other tests cover them."""
    resource = body.get("data") if isinstance(body, dict) else None
    attributes = resource.get("attributes") if isinstance(resource, dict) else None
    names = [attributes.get("first-name"), attributes.get("last-name")] if isinstance(attributes, dict) else []
    return not any(isinstance(name, str) and name.isspace() for name in names)


@schemathesis.hook
def filter_query(ctx: schemathesis.HookContext, query: dict[str, Any] | None) -> bool:
    """Send no list with one empty text: its query string equals that of an empty list, which is valid.

    Send no cursors: a schema cannot express which texts are cursors.
    """
    if query and ("page[after]" in query or "page[before]" in query):
        return False
    return not any(
        name in ("sort", "include") or name.startswith("fields[")
        for name, value in (query or {}).items()
        if value in ("", [""], [None])
    )


class Answered:
    """The response with the attribute names of Django's responses."""

    def __init__(self, response: schemathesis.Response) -> None:
        self.status_code = response.status_code
        self.content: bytes = response.content
        self.headers = CaseInsensitiveMapping({name: values[0] for name, values in response.headers.items()})
