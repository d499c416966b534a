"""`filter[…]` through django-filter, which is set up only for requests that filter."""

from typing import Any

from django.db.models import QuerySet
from django_filters import FilterSet
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from jsonapi.errors import BadParameters
from jsonapi.naming import dasherize


class Filtering(BaseFilterBackend):
    """Applies the view's `filterset_class` to the members of `filter[…]`."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        filterset = read_filters(request, queryset, view)
        return queryset if filterset is None else filterset.qs


def read_filters(request: Request, queryset: QuerySet, view: Any) -> FilterSet | None:
    """The request's filters; None when it has none. Raises BadParameters, naming each bad value."""
    values = {
        name[len("filter[") : -1]: value for name, value in request.query_params.items() if name.startswith("filter[")
    }
    if not values:
        return None
    filterset: FilterSet = view.filterset_class(data=values, queryset=queryset, request=request)
    if not filterset.is_valid():
        raise BadParameters({f"filter[{dasherize(name)}]": " ".join(texts) for name, texts in filterset.errors.items()})
    return filterset
