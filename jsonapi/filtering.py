"""`filter[…]` through django-filter, which is set up only for requests that filter."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django_filters import Filter, FilterSet
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


class InstantField(forms.Field):
    """An instant with its offset from UTC, as RFC 3339 writes it."""

    default_error_messages = {
        "invalid": "It must be a time with its offset from UTC, such as 2030-01-31T09:30:00Z. In a URL, write + as %2B."
    }

    def to_python(self, value: Any | None) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            instant = parse_datetime(str(value)) if str(value).isascii() else None
            if instant is not None and instant.tzinfo is not None:
                return instant.astimezone(UTC)
        except (ValueError, OverflowError):  # no such day or time, or one before the year 1
            pass
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")


class UpdatedSince(Filter):
    """Selects the rows that changed at this instant or later."""

    field_class = InstantField
    schema = {"type": "string", "format": "date-time"}

    def __init__(self, what: str) -> None:
        super().__init__(
            field_name="updated_at",
            lookup_expr="gte",
            help_text=f"Only {what} that changed at this time or later. An extension of this server.",
        )
