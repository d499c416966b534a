"""Documents in answers: the library's, with dasherized names at every depth, written by orjson."""

from collections.abc import Sequence
from typing import Any

import orjson
from rest_framework import renderers
from rest_framework.utils.encoders import JSONEncoder
from rest_framework_json_api import renderers as library

from jsonapi.cursor_pages import add_cursors
from jsonapi.media_types import JSON, JSON_API
from jsonapi.naming import dasherize_deep

_encode_other = JSONEncoder().default  # lazy texts, decimals and whatever else DRF can write


class Document(dict[str, Any]):
    """A finished JSON:API document: the renderer writes it as it is."""


class _Writer(renderers.JSONRenderer):
    """The last step of the library's renderer, which hands over the members of the document."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        request = (renderer_context or {}).get("request")
        if isinstance(data, dict) and request is not None and "include" in request.query_params:
            data.setdefault("included", [])  # JSON:API 1.1 has it for an empty `include` as well
        _mark(data, renderer_context)
        return write(data)


def _mark(data: Any, renderer_context: Any) -> None:
    """Adds the cursors of a page at a cursor to its resources."""
    page = getattr(getattr((renderer_context or {}).get("view"), "paginator", None), "cursor_page", None)
    if page is not None and isinstance(data, dict) and "data" in data:
        add_cursors(data, page.cursors)


def write(data: Any) -> bytes:
    """JSON with instants in UTC written with `Z`."""
    return orjson.dumps(data, default=_encode_other, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)


class JsonApiRenderer(library.JSONRenderer, _Writer):  # type: ignore[misc]
    """Differs from the library in two points.

    `include` works for relationships that sparse fieldsets leave out. A relationship that the serializer leaves out
    (jsonapi.serializers.OmitsNull) is missing, and not null.
    """

    media_type = JSON_API
    format = "vnd.api+json"
    charset = None

    @classmethod
    def extract_attributes(cls, fields: Any, resource: Any) -> Any:
        return dasherize_deep(super().extract_attributes(fields, resource))

    @classmethod
    def extract_relationships(cls, fields: Any, resource: Any, resource_instance: Any) -> Any:
        shown = {name: field for name, field in fields.items() if name in resource}
        return super().extract_relationships(shown, resource, resource_instance)

    @classmethod
    def extract_included(
        cls, fields: Any, resource: Any, resource_instance: Any, included_resources: Sequence[str], included_cache: Any
    ) -> None:
        left_out = {path.partition(".")[0] for path in included_resources}.difference(resource).intersection(fields)
        linkage = {name: _linkage(fields[name], resource_instance) for name in left_out}
        super().extract_included(fields, {**resource, **linkage}, resource_instance, included_resources, included_cache)

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        if data is None:
            return b""
        if isinstance(data, Document) or (isinstance(data, dict) and "errors" in data):
            _mark(data, renderer_context)
            return write(data)
        return bytes(super().render(data, accepted_media_type, renderer_context))


def _linkage(field: Any, instance: Any) -> Any:
    """The resource identifiers of a relationship; None for an empty one."""
    related = field.get_attribute(instance)
    empty = related is None or getattr(related, "pk", related) is None
    return None if empty else field.to_representation(related)


class JsonRenderer(JsonApiRenderer):
    """The same document for callers that ask for plain JSON."""

    media_type = JSON
    format = "json"
