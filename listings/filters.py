"""Filters of listings and of their nights. They refuse invalid values."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django_filters import ChoiceFilter, Filter, fields

from jsonapi.fields import ISO_DATE
from jsonapi.numbers import read_number

LARGEST_IN_JSON = 2**53 - 1  # the largest integer that every JSON parser reads exactly; no id is larger


class WholeNumber(forms.IntegerField):
    """A whole number in any spelling of JSON, as the published type `number` says."""

    def to_python(self, value: Any | None) -> int | None:
        if value in self.empty_values:
            return None
        number = read_number(str(value))
        if number is None or number != number.to_integral_value():
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return int(max(min(number, Decimal(LARGEST_IN_JSON + 1)), Decimal(0)))  # the limits refuse what is beyond them


class OwnerIdFilter(Filter):
    field_class = WholeNumber
    schema = {"type": "number", "minimum": 1, "maximum": LARGEST_IN_JSON, "multipleOf": 1}

    def __init__(self, **kwargs: object) -> None:
        super().__init__(min_value=1, max_value=LARGEST_IN_JSON, **kwargs)


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


class IsoDate(forms.DateField):
    def to_python(self, value: Any | None) -> date | None:
        if value and not ISO_DATE.fullmatch(value):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class IsoDateFilter(Filter):
    field_class = IsoDate
    schema = {"type": "string", "format": "date"}

    def __init__(self, **kwargs: object) -> None:
        messages = {"invalid": "It must be a date in the form YYYY-MM-DD."}
        super().__init__(error_messages=messages, **kwargs)
