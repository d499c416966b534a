"""Media types (JSON:API 1.1, *Content Negotiation*): what we take, what we send, and the documents themselves."""

from collections.abc import Iterable
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http.request import MediaType
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework_json_api import renderers as library

from jsonapi.documents import read_resource
from jsonapi.errors import JSON, JSON_API, BadDocument
from jsonapi.fast.reading import Document
from jsonapi.naming import dasherize_deep


def _is_plain(media_type: MediaType) -> bool:
    """No parameter but `profile`, which may be ignored; `ext` names extensions, of which we have none."""
    return set(media_type.params) <= {"profile"}


def _is_accepted_plainly(accepted: MediaType) -> bool:
    """The same of an entry of `Accept`, where `q` is no parameter of the media type."""
    return set(accepted.params) <= {"profile", "q"}


class Negotiation(BaseContentNegotiation):
    """Chooses the document's media type and refuses JSON:API media types with parameters it must refuse."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        by_type = {renderer.media_type: renderer for renderer in renderers}
        anything = not request.headers.get("Accept", "").strip()
        for accepted in [MediaType("*/*")] if anything else request._request.accepted_types_by_precedence:
            for media_type, renderer in by_type.items():
                if MediaType(f"{accepted.main_type}/{accepted.sub_type}").match(media_type) and (
                    str(accepted.sub_type) != "vnd.api+json" or _is_accepted_plainly(accepted)
                ):
                    return renderer, media_type
        raise exceptions.NotAcceptable(f"This API answers {JSON_API} without parameters, or {JSON}.")

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        check_content_type(request)
        sent = MediaType(request.content_type)
        return next((p for p in parsers if f"{sent.main_type}/{sent.sub_type}".lower() == p.media_type), None)


def check_content_type(request: Request) -> None:
    """Raises UnsupportedMediaType for a JSON:API content type with parameters other than `profile`."""
    sent = MediaType(request.content_type or "")
    if sent.sub_type.lower() == "vnd.api+json" and not _is_plain(sent):
        raise exceptions.UnsupportedMediaType(
            request.content_type, detail=f"Send {JSON_API} without parameters, not {request.content_type}."
        )


def check_has_body(request: Request) -> None:
    """Raises BadDocument where no document is sent, or one without a length, which no WSGI server hands on."""
    if not request.headers.get("Content-Length", "").strip("0"):
        raise BadDocument("Send a document, with its Content-Length.", "")


def read_body(request: Request) -> bytes:
    """Raises BadDocument for more than settings.DATA_UPLOAD_MAX_MEMORY_SIZE, of which nothing is read then."""
    try:
        return request._request.body
    except RequestDataTooBig:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raise BadDocument(f"The body has more than {most} bytes, the most that is taken.") from None


class JsonApiRenderer(library.JSONRenderer):
    """The library's documents, dasherized at every depth and written by orjson."""

    media_type = JSON_API
    format = "vnd.api+json"
    charset = None

    @classmethod
    def extract_attributes(cls, fields: Any, resource: Any) -> Any:
        return dasherize_deep(super().extract_attributes(fields, resource))

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        if data is None:
            return b""
        if isinstance(data, Document) or (isinstance(data, dict) and "errors" in data):
            return orjson.dumps(data, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)
        return bytes(super().render(data, accepted_media_type, renderer_context))


class JsonRenderer(JsonApiRenderer):
    """The same document for callers that ask for plain JSON."""

    media_type = JSON
    format = "json"


class JsonApiParser(BaseParser):
    """A resource document in the body becomes the serializer's snake_case attributes."""

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
