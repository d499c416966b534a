"""The order of collections: total, so that pages neither overlap nor skip rows."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Field, Model, OrderBy, QuerySet
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request


class Ordering(BaseFilterBackend):
    """Sorts by the view's `sort`. `id` ends every order, in the direction of the last field."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        return queryset.order_by(*total_order(queryset.model, view.sort.split(",")))


def total_order(model: type[Model], names: Sequence[str]) -> list[OrderBy]:
    """Order expressions for `title`, `-created_at` and the like.

    Nulls come last in ascending and first in descending order on every database, as in PostgreSQL's indexes.
    """
    order = [_direct(model, name.removeprefix("-"), name.startswith("-")) for name in names]
    return [*order, _direct(model, "id", names[-1].startswith("-"))]


def _direct(model: type[Model], name: str, descending: bool) -> OrderBy:
    # A plain order lets SQLite use the index, so the place of nulls is named only where there can be nulls.
    nulls = {} if not _may_be_null(model, name) else {"nulls_first": True} if descending else {"nulls_last": True}
    return F(name).desc(**nulls) if descending else F(name).asc(**nulls)


def _may_be_null(model: type[Model], name: str) -> bool:
    if name == getattr(model, "version_column", ""):  # triggers fill it in
        return False
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:  # an annotation
        return True
    return not isinstance(field, Field) or field.null
