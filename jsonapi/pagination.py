"""Pages (contract, *Documents*): 25 resources by default, 100 at most, 404 beyond the last page."""

from functools import cached_property
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_json_api.pagination import JsonApiPageNumberPagination

from jsonapi.query import LARGEST

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

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """Raises NotFound, which names the parameter, for a page that does not exist."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except NotFound as beyond:
            beyond.source = {"parameter": self.page_query_param}  # type: ignore[attr-defined]
            raise

    def get_paginated_response(self, data: Any) -> Response:
        """The library's frame of a page."""
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
        return [
            {
                "name": name,
                "required": False,
                "in": "query",
                "description": description,
                "schema": {"type": "integer", **limits},
            }
            for name, (description, limits) in words.items()
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


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _closed(**properties: Any) -> dict[str, Any]:
    return _object(**properties) | {"additionalProperties": False}
