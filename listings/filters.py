"""Filters of listings. They refuse invalid values."""

from typing import Any

from django.db.models import QuerySet
from django_filters import ChoiceFilter, fields

from jsonapi.filters import LARGEST_IN_JSON, IsoDateFilter
from jsonapi.filters import IdFilter as OwnerIdFilter

__all__ = ["LARGEST_IN_JSON", "IsoDateFilter", "OwnerIdFilter", "TrueOrFalse"]


class TrueOrFalseField(fields.ChoiceField):
    def to_python(self, value: object) -> str:
        return str(super().to_python(value)).lower()


class TrueOrFalse(ChoiceFilter):
    """Accepts only `true` and `false`, in upper or lower case. django-filter's own filter ignores other words."""

    field_class = TrueOrFalseField
    schema = {"type": "boolean"}

    def __init__(self, **kwargs: object) -> None:
        messages = {"invalid_choice": "It must be true or false."}
        super().__init__(choices=[("true", True), ("false", False)], error_messages=messages, **kwargs)

    def filter(self, queryset: QuerySet[Any], value: str) -> QuerySet[Any]:
        return queryset.filter(**{self.field_name: value == "true"}) if value else queryset
