"""Request bodies: JSON:API documents that become the snake_case attributes of a serializer."""

from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from jsonapi.documents import read_resource
from jsonapi.errors import BadDocument
from jsonapi.media_types import JSON, JSON_API


class JsonApiParser(BaseParser):
    """Reads the resource object in the body. Raises BadDocument."""

    media_type = JSON_API

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        try:
            document = orjson.loads(read_body(parser_context["request"]))
        except orjson.JSONDecodeError as error:
            raise BadDocument(f"The body is not valid JSON: {error}") from None
        view = parser_context["view"]
        return read_resource(document, view.resource_type(), parser_context["request"].method, view.resource_id())


class JsonParser(JsonApiParser):
    media_type = JSON


def check_has_body(request: Request) -> None:
    """Raises BadDocument for a request without a body: 411 if it has no length either, and else 400."""
    length = request._request.META.get("CONTENT_LENGTH")  # the server sets it for chunked bodies, too
    if not length:
        raise BadDocument("Send a document, with its Content-Length or in chunks.", "", 411)
    if not length.strip("0"):
        raise BadDocument("Send a document.", "")


def read_body(request: Request) -> bytes:
    """Raises BadDocument (413), unread, for a body of more than settings.DATA_UPLOAD_MAX_MEMORY_SIZE bytes."""
    try:
        return bytes(request._request.body)
    except RequestDataTooBig:
        raise BadDocument(too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE), status=413) from None


def too_large(most: int) -> str:
    """The detail of a 413. `most` is in bytes."""
    return f"The body has more than {most} bytes, the most that is taken."
