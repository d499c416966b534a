"""The field types of customizations and their limits."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from jsonapi.fields import ISO_DATE, StrictIntegerField, StrictNumberField
from jsonapi.serializers import NO_LIST
from listings.services.prices import LARGEST_PRICE
from pricing import WEEKDAYS
from pricing.limits import LOWEST_PRICE

LONGEST = 3650  # ten years: the limit for stays and gaps in nights, and for lead times in days
LONGEST_LIST = 500
FIRST_DATE = date(2000, 1, 1)
LAST_DATE = date(2100, 12, 31)

TWICE = ErrorDetail("This weekday is already in the list.", code="unique")


class PriceField(StrictNumberField):
    def __init__(self, help_text: str, **kwargs: Any) -> None:
        super().__init__(
            min_value=LOWEST_PRICE,
            max_value=LARGEST_PRICE,
            help_text=f"{help_text}, in whole units of the listing's currency. Decimals are allowed.",
            **kwargs,
        )


class CountField(StrictIntegerField):
    """A number of nights, or of days of lead time."""

    def __init__(self, help_text: str, *, min_value: int = 1, **kwargs: Any) -> None:
        super().__init__(min_value=min_value, max_value=LONGEST, help_text=help_text, **kwargs)


class CalendarDateField(serializers.DateField):
    """A date in the form YYYY-MM-DD, from FIRST_DATE to LAST_DATE."""

    def __init__(self, *, help_text: str, **kwargs: Any) -> None:
        super().__init__(help_text=f"{help_text} From {FIRST_DATE} to {LAST_DATE}.", **kwargs)

    default_error_messages = {
        "min_value": f"Dates before {FIRST_DATE} are not accepted.",
        "max_value": f"Dates after {LAST_DATE} are not accepted.",
    }

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not ISO_DATE.fullmatch(data):
            self.fail("invalid", format="YYYY-MM-DD")
        day: date = super().to_internal_value(data)
        if day < FIRST_DATE:
            self.fail("min_value")
        if day > LAST_DATE:
            self.fail("max_value")
        return day


class WeekdayField(serializers.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=list(WEEKDAYS), **kwargs)


class DirectionField(serializers.ChoiceField):
    def __init__(self) -> None:
        help_text = "`within`: nights that are at most this many days away. `after`: nights that are farther away."
        super().__init__(choices=["within", "after"], help_text=help_text)


class WeekdaysField(serializers.ListField):
    """A list of different weekdays. Null is read as an empty list."""

    def __init__(self, help_text: str) -> None:
        super().__init__(
            child=WeekdayField(),
            allow_null=True,
            default=list,
            max_length=LONGEST_LIST,
            help_text=help_text,
            error_messages={"not_a_list": NO_LIST},
        )

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, list) and len(data) > LONGEST_LIST:  # A long list is refused before its items are checked.
            self.fail("max_length", max_length=LONGEST_LIST)
        days = super().run_validation(data) or []
        if problems := {str(place): [TWICE] for place in repeated(days)}:
            raise serializers.ValidationError(problems)
        return days


def repeated(values: Sequence[str]) -> Iterable[int]:
    """The positions of values that equal an earlier value."""
    return (place for place, value in enumerate(values) if value in values[:place])
