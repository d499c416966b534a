"""`filter[…]` through django-filter, which is set up only for requests that filter."""

from typing import Any

from django.db.models import QuerySet
from django_filters import FilterSet
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from jsonapi.errors import BadParameters
from jsonapi.naming import dasherize


class Filtering(BaseFilterBackend):
    """Applies the view's `filters`, which the view reads once for each request."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filters = view.filters
        found: QuerySet[Any] = filters.filter_queryset(queryset) if filters else queryset
        return found


def read_filters(request: Request, view: Any) -> FilterSet | None:
    """The request's valid filters, or None without any. Raises BadParameters, which names each bad value."""
    values = {name[len("filter[") : -1]: value for name, value in view.query.items() if name.startswith("filter[")}
    if not values:
        return None
    filters: FilterSet = view.filterset_class(data=values, queryset=view.queryset, request=request)
    if not filters.is_valid():
        raise BadParameters({f"filter[{dasherize(name)}]": " ".join(texts) for name, texts in filters.errors.items()})
    return filters
