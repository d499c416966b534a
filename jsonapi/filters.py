"""Filters of lists. They refuse invalid values."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django_filters import Filter

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


class IdFilter(Filter):
    field_class = WholeNumber
    schema = {"type": "number", "minimum": 1, "maximum": LARGEST_IN_JSON, "multipleOf": 1}

    def __init__(self, **kwargs: object) -> None:
        super().__init__(min_value=1, max_value=LARGEST_IN_JSON, **kwargs)


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
