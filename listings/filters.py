"""Filters of listings and of their nights, which refuse every value that means nothing."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django_filters import ChoiceFilter, Filter, fields

from jsonapi.fields import ISO_DATE

LARGEST_IN_JSON = 2**53 - 1  # what JSON numbers hold exactly, and beyond any id


class OwnerIdFilter(Filter):
    field_class = forms.IntegerField
    schema = {"type": "number", "minimum": 1, "maximum": LARGEST_IN_JSON, "multipleOf": 1}

    def __init__(self, **kwargs: object) -> None:
        super().__init__(min_value=1, max_value=LARGEST_IN_JSON, **kwargs)


class TrueOrFalseField(fields.ChoiceField):
    def to_python(self, value: object) -> str:
        return str(super().to_python(value)).lower()


class TrueOrFalse(ChoiceFilter):
    """`true` or `false`, in any case, and nothing else: django-filter's own takes any word for "either"."""

    field_class = TrueOrFalseField
    schema = {"type": "boolean"}

    def __init__(self, **kwargs: object) -> None:
        says = {"invalid_choice": "It must be true or false."}
        super().__init__(choices=[("true", True), ("false", False)], error_messages=says, **kwargs)

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(**{self.field_name: value == "true"}) if value else queryset


class IsoDate(forms.DateField):
    def to_python(self, value: Any | None) -> date | None:
        if value and not ISO_DATE.fullmatch(value):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class IsoDateFilter(Filter):
    field_class = IsoDate
    schema = {"type": "string", "format": "date"}

    def __init__(self, **kwargs: object) -> None:
        says = {"invalid": "It must be a date, written YYYY-MM-DD."}
        super().__init__(error_messages=says, **kwargs)
