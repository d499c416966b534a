"""The order of collections: total, so that pages neither overlap nor skip."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, OrderBy, QuerySet
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from jsonapi.naming import underscore


class Ordering(BaseFilterBackend):
    """Sorts by `sort`, else by the view's `default_sort`; `id` ends every order, in the last field's direction."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        return queryset.order_by(*total_order(view.sort.split(",")))


def total_order(names: Sequence[str]) -> list[OrderBy]:
    """Order expressions for `title`, `-created-at` and the like.

    Empty values come last upwards and first downwards, as PostgreSQL's indexes have them, on every database.
    """
    order = [_direct(underscore(name.removeprefix("-")), name.startswith("-")) for name in names]
    return [*order, _direct("id", names[-1].startswith("-"))]


def _direct(field: str, descending: bool) -> OrderBy:
    # Only `city` may be empty; for the others a plain order lets SQLite use the index.
    nulls = {} if field != "city" else {"nulls_first": True} if descending else {"nulls_last": True}
    return F(field).desc(**nulls) if descending else F(field).asc(**nulls)
