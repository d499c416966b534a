"""Pages (contract, *Documents*): 25 resources by default, 100 at most, 404 beyond the last page.

Beside these pages, which have numbers, there are pages at cursors (jsonapi.cursor_pages).
"""

from functools import cached_property
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_json_api.pagination import JsonApiPageNumberPagination

from jsonapi.collection import Collection
from jsonapi.cursor_pages import Computed, CursorPage, link, read_page
from jsonapi.cursors import CursorCoder
from jsonapi.profiles import CURSORS
from jsonapi.query import LARGEST

LONGEST_CURSOR = 4096  # characters
RESOURCE_META = "ResourceMeta"  # the component of the schema that describes `meta` of a resource
LINKS = {
    "first": "The first page.",
    "last": "The last page.",
    "prev": "The page before this one; null on the first.",
    "next": "The page after this one; null on the last.",
}
COUNTS = {
    "count": ("Resources on all pages.", 0),
    "page": ("The number of this page.", 1),
    "pages": ("The number of pages; an empty collection has one.", 0),
}


class Pages(JsonApiPageNumberPagination):  # type: ignore[misc]
    page_size = 25
    max_page_size = 100
    invalid_page_message = "Page {page_number} not found"

    cursor_page: CursorPage | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """Raises NotFound, which names the parameter, for a page that does not exist."""
        if getattr(view, "profile", None):
            return self._read_at_cursor(queryset, request, view)
        try:
            return super().paginate_queryset(queryset, request, view)
        except NotFound as beyond:
            beyond.source = {"parameter": self.page_query_param}  # type: ignore[attr-defined]
            raise

    def _read_at_cursor(self, rows: Any, request: Request, view: Any) -> Any:
        self.request = request
        seekable = rows if hasattr(rows, "seek") else Collection(rows.all) if hasattr(rows, "all") else Computed(rows)
        coder = CursorCoder(f"{view.access.application_id} {view.operations['GET'].id} {view.kwargs} {view.sort}")
        page = read_page(seekable, view.query, coder, default_size=int(self.page_size), largest=int(self.max_page_size))
        self.cursor_page = page
        return page.rows

    def place(self) -> list[Any]:
        """What the frame of the page depends on, besides the URL and the rows."""
        if self.cursor_page:
            return [[name for name, parameters in self.cursor_page.links.items() if parameters], self.cursor_page.meta]
        return [self.page.number, self.page.paginator.count]

    def get_paginated_response(self, data: Any) -> Response:
        """The library's frame of a page."""
        if self.cursor_page:
            url = self.request.build_absolute_uri()
            links = {name: link(url, parameters) for name, parameters in self.cursor_page.links.items()}
            return Response({"results": data, "meta": {"page": self.cursor_page.meta}, "links": links})
        page, pages = self.page.number, self.page.paginator.num_pages
        counts = {"page": page, "pages": pages, "count": self.page.paginator.count}
        links = {
            "first": self.build_link(1),
            "last": self.build_link(pages),
            "next": self.build_link(page + 1 if self.page.has_next() else None),
            "prev": self.build_link(page - 1 if self.page.has_previous() else None),
        }
        return Response({"results": data, "meta": {"pagination": counts}, "links": links})

    def build_link(self, index: int | None) -> str | None:
        """The library's link; the request's URL is split only once for all four links."""
        if not index:
            return None
        before, after = self._around_number
        return f"{before}{index}{after}"

    @cached_property
    def _around_number(self) -> tuple[str, str]:
        # In this encoded form, the parameter's name and "=" occur only once in a link.
        before, name, after = str(super().build_link(1)).partition("page%5Bnumber%5D=")
        return before + name, after.removeprefix("1")

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        words = {
            "page[number]": ("Number of the page, from 1.", {"default": 1, "minimum": 1, "maximum": LARGEST}),
            "page[size]": (
                f"Resources on a page; more than {self.max_page_size} means {self.max_page_size}.",
                {"default": self.page_size, "minimum": 1, "maximum": LARGEST},
            ),
        }
        numbered = [
            {
                "name": name,
                "required": False,
                "in": "query",
                "description": description,
                "schema": {"type": "integer", **limits},
            }
            for name, (description, limits) in words.items()
        ]
        return numbered + [
            {
                "name": f"page[{name}]",
                "required": False,
                "in": "query",
                "description": f"An extension, the profile <{CURSORS}>: the page {where}, instead of `page[number]`. "
                f"`page[size]` is then at most {self.max_page_size}.",
                "schema": {"type": "string", "maxLength": LONGEST_CURSOR},
            }
            for name, where in (
                ("after", "that begins after this cursor; empty, the first page"),
                ("before", "that ends before this cursor; empty, the last page"),
            )
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        links = {
            name: {"type": "string", "format": "uri", "nullable": True, "description": description}
            for name, description in LINKS.items()
        }
        counts = {
            name: {"type": "integer", "minimum": minimum, "description": description}
            for name, (description, minimum) in COUNTS.items()
        }
        return _object(data=schema, links=_closed(**links), meta=_closed(pagination=_closed(**counts)))

    @staticmethod
    def resource_meta() -> dict[str, Any]:
        """The schema of `meta` of a resource."""
        cursor = {"type": "string", "description": "The place of the resource, for `page[after]` and `page[before]`."}
        page = _closed(cursor=cursor) | {"description": "Only on pages at a cursor."}
        return {"type": "object", "properties": {"page": page}}

    @staticmethod
    def at_cursor(numbered: dict[str, Any]) -> dict[str, Any]:
        """The schema of a page at a cursor, from that of a page with a number."""
        truncated = {"type": "boolean", "description": "The range has more resources than the page."}
        page = {"type": "object", "properties": {"rangeTruncated": truncated}, "additionalProperties": False}
        meta = _closed(page=page)
        return {**numbered, "properties": {**numbered["properties"], "meta": meta}}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _closed(**properties: Any) -> dict[str, Any]:
    return _object(**properties) | {"additionalProperties": False}
