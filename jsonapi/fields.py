"""Fields as strict as the published schema: text is not accepted as a number, nor a boolean as a number."""

import re
from typing import Any

from rest_framework import serializers

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)  # Python also reads other ISO 8601 forms


def _is_number(data: Any) -> bool:
    return isinstance(data, int | float) and not isinstance(data, bool)


class StrictIntegerField(serializers.IntegerField):
    """A whole number. As in JSON Schema, 3.0 is a whole number."""

    def to_internal_value(self, data: Any) -> int:
        if not _is_number(data) or data != int(data):
            self.fail("invalid")
        return int(data)


class StrictNumberField(serializers.FloatField):
    """A number. NaN and infinities are not valid JSON, so the parser has already refused them."""

    def to_internal_value(self, data: Any) -> float:
        if not _is_number(data):
            self.fail("invalid")
        return float(data)


class StrictTextField(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class StrictBooleanField(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data
