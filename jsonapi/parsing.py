"""Request bodies: JSON:API documents that become the snake_case attributes of a serializer."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from jsonapi.documents import read_resource
from jsonapi.errors import BadDocument
from jsonapi.media_types import JSON, JSON_API
from jsonapi.refusals import pointer_to


class JsonApiParser(BaseParser):
    """Reads the resource object in the body. Raises BadDocument."""

    media_type = JSON_API

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        document = read_json(read_body(parser_context["request"]))
        view = parser_context["view"]
        return read_resource(document, view.resource_type(), parser_context["request"].method, view.resource_id())


class JsonParser(JsonApiParser):
    media_type = JSON


@dataclass(frozen=True, slots=True)
class _Repeating:
    """Stands for an object that has the member `name` more than once."""

    name: str


def read_json(body: bytes) -> Any:
    """The value of a JSON text. Raises BadDocument if it is malformed, or if an object repeats a member."""
    try:
        document = orjson.loads(body)
        # Two members of one name are valid JSON, but readers disagree on which counts (RFC 8259, section 4).
        names_only = json.loads(body, object_pairs_hook=_object, parse_int=str, parse_float=str)
    except orjson.JSONDecodeError as error:
        raise BadDocument(f"The body is not valid JSON: {error}", code="invalid_json") from None
    except RecursionError:
        raise BadDocument("The document is nested too deeply.", code="nested_too_deeply") from None
    if (path := _path_to_repeating(names_only)) is not None:
        raise BadDocument("The member is given more than once.", pointer_to(*path, base=""), code="repeated_member")
    return document


def _object(pairs: list[tuple[str, Any]]) -> Any:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    return _Repeating(next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1))


def _path_to_repeating(document: Any) -> list[str | int] | None:
    left: list[tuple[list[str | int], Any]] = [([], document)]
    while left:
        path, value = left.pop()
        if isinstance(value, _Repeating):
            return [*path, value.name]
        parts: Iterable[tuple[str | int, Any]] = value.items() if isinstance(value, dict) else ()
        if isinstance(value, list):
            parts = enumerate(value)
        left += [([*path, name], part) for name, part in parts if isinstance(part, dict | list | _Repeating)]
    return None


def check_has_body(request: Request) -> None:
    """Raises BadDocument for a request without a body: 411 if it has no length either, and else 400."""
    length = request._request.META.get("CONTENT_LENGTH")  # the server sets it for chunked bodies, too
    if not length:
        raise BadDocument("Send a document, with its Content-Length or in chunks.", "", 411, code="length_required")
    if not length.strip("0"):
        raise BadDocument("Send a document.", "", code="document_missing")


def read_body(request: Request) -> bytes:
    """Raises BadDocument (413), unread, for a body of more than settings.DATA_UPLOAD_MAX_MEMORY_SIZE bytes."""
    try:
        return bytes(request._request.body)
    except RequestDataTooBig:
        raise BadDocument(
            too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE), status=413, code="document_too_large"
        ) from None


def too_large(most: int) -> str:
    """The detail of a 413. `most` is in bytes."""
    return f"The body has more than {most} bytes, the most that is taken."
