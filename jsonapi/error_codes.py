"""The codes of errors, with their meanings: the pages to which `links.about` of an error points."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

# Each meaning is Markdown in one line. docs/errors.md has the same codes, and tests compare both.
_MEANINGS: dict[str, str] = {
    "invalid_json": "The body is not valid JSON (RFC 8259).",
    "nested_too_deeply": "The document is nested more deeply than any document of this API.",
    "repeated_member": "An object has a member more than once, or in two spellings, with hyphens and with underscores.",
    "document_missing": "The request has no body.",
    "length_required": "The request has no body, and neither `Content-Length` nor `Transfer-Encoding` says so.",
    "document_too_large": "The body has more bytes than the server takes.",
    "document_not_an_object": "A document must be a JSON object (JSON:API 1.1, *Top Level*).",
    "data_missing": "A request document must have the member `data` (JSON:API 1.1, *Top Level*).",
    "data_not_a_resource": "`data` must be a resource object (JSON:API 1.1, *Creating* and *Updating Resources*).",
    "type_missing": "A resource object must have the member `type`, a string (JSON:API 1.1, *Resource Objects*).",
    "type_mismatch": "`type` must be the type of the collection or resource of the URL (JSON:API 1.1, *409 Conflict*).",
    "id_missing": "The resource object of a PATCH must have its `id`, a string (JSON:API 1.1, *Updating Resources*).",
    "id_mismatch": "`id` must be the id in the URL (JSON:API 1.1, *409 Conflict*).",
    "id_not_allowed": "The server assigns ids, so a new resource must not have one (JSON:API 1.1, *403 Forbidden*).",
    "attributes_not_an_object": "`attributes` must be an object (JSON:API 1.1, *Attributes*).",
    "relationships_not_writable": "The operation takes no relationships (JSON:API 1.1, *403 Forbidden*).",
    "parameter_invalid": "The query parameter is unknown, given twice, or has a value that is not allowed.",
    "precondition_failed": "The resource is not in the state that `If-Match` or `If-None-Match` demands.",
    "required": "The value is missing.",
    "null": "The value must not be null.",
    "blank": "The value must not be empty.",
    "invalid": "The value has the wrong type or format, or contradicts another value.",
    "min_value": "The value is below the lowest one that is allowed.",
    "max_value": "The value is above the highest one that is allowed.",
    "max_length": "The text or list is longer than allowed.",
    "invalid_choice": "The value is not one of the allowed values.",
    "not_a_list": "The value must be a list.",
    "not_a_dict": "The value must be an object.",
    "null_characters_not_allowed": "The text contains a null character.",
    "surrogate_characters_not_allowed": "The text contains half of a surrogate pair.",
    "unique": "The list contains the value twice.",
    "overlap": "Two date ranges of the list share a night.",
    "unknown": "The name is not an attribute of the resource.",
}


def explain(meanings: Mapping[str, str]) -> None:
    """Add the codes of a room. Call it from an app's `ready()`."""
    _MEANINGS.update(meanings)


def meanings() -> Mapping[str, str]:
    """All codes with their meanings."""
    return _MEANINGS


def about(status: int, code: str | None, meta: Mapping[str, Any] | None) -> str:
    """The address of the page of an error: of its code, and if it has none, of its status."""
    names = [name for name in (code, (meta or {}).get("code")) if name in _MEANINGS]
    return f"{settings.ENVIRONMENT.error_docs_url}{names[0] if names else status}"
