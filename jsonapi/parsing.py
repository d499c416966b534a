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
    """Raises BadDocument for a request without a body or without a length; WSGI servers pass on no body then."""
    if not request.headers.get("Content-Length", "").strip("0"):
        raise BadDocument("Send a document, with its Content-Length.", "")


def read_body(request: Request) -> bytes:
    """Raises BadDocument, unread, for a body of more than settings.DATA_UPLOAD_MAX_MEMORY_SIZE bytes."""
    try:
        return bytes(request._request.body)
    except RequestDataTooBig:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raise BadDocument(f"The body has more than {most} bytes, the most that is taken.") from None
