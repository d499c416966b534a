"""Operations of the JSON:API extension *Atomic Operations*, turned into the requests that they stand for.

See https://jsonapi.org/ext/atomic/. An operation either updates a resource (`update`, with `ref` or `href`), or asks
for a sync (`add`, with the `href` of a refresh).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.urls import Resolver404, ResolverMatch, get_resolver, resolve, reverse

from jsonapi.errors import BadDocument
from jsonapi.refusals import pointer_to

OPERATIONS, RESULTS = "atomic:operations", "atomic:results"
MOST_OPERATIONS = 500
LONGEST_ID = 19  # digits
UPDATES = frozenset(
    {
        "patch_listing_activation",
        "patch_listing_base_price_customization",
        "patch_listing_extra_guest_fee_customization",
        "patch_listing_min_max_prices_customization",
        "patch_listing_min_stays_customization",
        "patch_listing_max_stays_customization",
        "patch_listing_time_based_adjustments_customization",
        "patch_listing_checkin_checkout_days_customization",
    }
)
REFRESHES = frozenset({"refresh_account", "refresh_listing_reservations"})
METHODS = {"update": "PATCH", "add": "POST"}

# Codes of errors, with the meanings that `links.about` shows.
CODES = {
    "operations_missing": "The document has no list `atomic:operations`.",
    "operations_too_many": f"The document has more than {MOST_OPERATIONS} operations.",
    "operation_malformed": "A member of the operation is missing, or has the wrong form.",
    "operation_not_supported": "The operation is none that can be sent in bulk.",
}


@dataclass(frozen=True, slots=True)
class SingleRequest:
    """The request that an operation stands for. `body` is its document, or None."""

    pointer: str
    method: str
    path: str
    query: str
    match: ResolverMatch
    body: Mapping[str, Any] | None

    @property
    def listing_id(self) -> int | None:
        return self.match.kwargs.get("listing_id")


def read_operations(document: Any) -> list[SingleRequest]:
    """The requests of a document, in its order. Raises BadDocument, which points at the wrong part."""
    operations = document.get(OPERATIONS) if isinstance(document, dict) else None
    if not isinstance(operations, list) or not operations:
        raise BadDocument(f"The document must have a list {OPERATIONS}.", "", code="operations_missing")
    if len(operations) > MOST_OPERATIONS:
        detail = f"At most {MOST_OPERATIONS} operations can be sent at once."
        raise BadDocument(detail, pointer_to(OPERATIONS, base=""), code="operations_too_many")
    return [_read(operation, pointer_to(OPERATIONS, place, base="")) for place, operation in enumerate(operations)]


def _read(operation: Any, pointer: str) -> SingleRequest:
    if not isinstance(operation, dict):
        raise _malformed("An operation must be an object.", pointer)
    kind = operation.get("op")
    if kind not in ("add", "update", "remove"):
        raise _malformed("op must be add, update or remove.", f"{pointer}/op")
    if kind not in METHODS:
        raise _unsupported("Nothing can be removed in bulk.", f"{pointer}/op")
    if ("ref" in operation) == ("href" in operation):
        raise _malformed("An operation must have either ref or href.", pointer)
    if "ref" in operation:
        path, query, place = _path_of(operation["ref"], f"{pointer}/ref"), "", f"{pointer}/ref"
    else:
        place = f"{pointer}/href"
        path, query = _split(operation["href"], place)
    try:
        match = resolve(path)
    except Resolver404:
        raise _unsupported("There is no such operation.", place) from None
    method = METHODS[kind]
    declared = getattr(getattr(match.func, "view_class", None), "operations", {}).get(method)
    if declared is None or declared.id not in (UPDATES if kind == "update" else REFRESHES):
        raise _unsupported(
            "This cannot be done in bulk: send PATCHes of customizations and activations, or refreshes.", place
        )
    body = None
    if kind == "update":
        if "data" not in operation:
            raise _malformed("An update must have data.", pointer)
        body = {"data": operation["data"]}
    return SingleRequest(pointer, method, path, query, match, body)


def _path_of(ref: Any, pointer: str) -> str:
    if not isinstance(ref, dict) or not isinstance(ref.get("type"), str):
        raise _malformed("ref must be an object with type and id.", pointer)
    if "relationship" in ref:
        raise _unsupported("Relationships cannot be written.", f"{pointer}/relationship")
    pk = str(ref.get("id"))
    if not (pk.isascii() and pk.isdigit() and len(pk) <= LONGEST_ID):
        raise _malformed("The id must be that of a listing.", f"{pointer}/id")
    name = _names().get(ref["type"])
    if name is None:
        raise _unsupported(f"{ref['type']} cannot be changed in bulk.", f"{pointer}/type")
    return reverse(name, kwargs={"listing_id": int(pk)})


def _split(href: Any, pointer: str) -> tuple[str, str]:
    if not isinstance(href, str):
        raise _malformed("href must be a string.", pointer)
    try:
        parts = urlsplit(href)
    except ValueError:
        raise _malformed("href is no URL.", pointer) from None
    if parts.scheme or parts.netloc:
        raise _malformed("href must be a path on this server.", pointer)
    path = parts.path if parts.path.startswith("/api/v1/") else f"/api/v1/{parts.path.lstrip('/')}"
    return path.removesuffix("/") + "/", parts.query


@cache
def _names() -> Mapping[str, str]:
    """The URL name of each resource type that can be updated."""
    names: dict[str, str] = {}
    for name in get_resolver().reverse_dict:
        if not isinstance(name, str):
            continue
        for pattern, *_ in get_resolver().reverse_dict.getlist(name):
            path, parameters = pattern[0]
            if parameters != ["listing_id"]:
                continue
            view = getattr(resolve("/" + path % {"listing_id": 1}).func, "view_class", None)
            operation = getattr(view, "operations", {}).get("PATCH")
            if operation is not None and operation.id in UPDATES:
                names[operation.request.Meta.resource_name] = name
    return names


def _malformed(detail: str, pointer: str) -> BadDocument:
    return BadDocument(detail, pointer, code="operation_malformed")


def _unsupported(detail: str, pointer: str) -> BadDocument:
    return BadDocument(detail, pointer, code="operation_not_supported")
