"""Base classes of customizations: resources, entries of lists, and the checks of entries and lists."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework_json_api import serializers as json_api

from customizations.fields import LONGEST_LIST, TWICE, CalendarDateField, WeekdayField, repeated
from customizations.seasons import overlapping
from jsonapi.fields import StrictBooleanField
from jsonapi.serializers import NO_LIST, StrictMembers
from pricing.rules import Season

Values = Mapping[str, Any]
Problems = dict[str, list[ErrorDetail]]

OVERLAP = ErrorDetail("This range shares a night with an earlier range of the list.", code="overlap")
LONGEST_REPEATING = 366  # nights


# The base class of all parts of customizations. A docstring would be published as the description of each subclass.
class EntrySerializer(StrictMembers, serializers.Serializer[Any]):
    def problems(self, values: Values) -> Problems:
        """Check valid members against each other; return the errors by the name of the wrong member."""
        return {}

    def validate(self, attrs: Values) -> Values:
        if problems := self.problems(attrs):
            raise serializers.ValidationError(problems)
        return attrs


class WeekdayList(serializers.ListSerializer[Any]):
    def validate(self, attrs: list[Values]) -> list[Values]:
        if places := list(repeated([entry["weekday"] for entry in attrs])):
            raise serializers.ValidationError({str(place): {"weekday": [TWICE]} for place in places})
        return attrs


class DayOfWeekEntrySerializer(EntrySerializer):
    weekday = WeekdayField(help_text="Weekday of the night. A list contains each weekday at most once.")

    class Meta:
        list_serializer_class = WeekdayList


class SeasonList(serializers.ListSerializer[Any]):
    def validate(self, attrs: list[Values]) -> list[Values]:
        ranges = [
            Season(start_date=entry["start_date"], end_date=entry["end_date"], rollover=entry.get("rollover", False))
            for entry in attrs
        ]
        if places := overlapping(ranges):
            raise serializers.ValidationError({str(place): [OVERLAP] for place in places})
        return attrs


class SeasonSerializer(EntrySerializer):
    start_date = CalendarDateField(help_text="First night.")
    end_date = CalendarDateField(help_text="Last night. It must not be before the first night.")

    class Meta:
        list_serializer_class = SeasonList

    def problems(self, values: Values) -> Problems:
        found = super().problems(values)
        start, end = values["start_date"], values["end_date"]
        if end < start:
            found["end_date"] = [ErrorDetail(f"The end date must not be before the start date, {start}.", "invalid")]
        elif values.get("rollover") and (end - start).days >= LONGEST_REPEATING:
            found["end_date"] = [ErrorDetail("A range that rolls over may cover at most one year.", "invalid")]
        return found


class RepeatingSeasonSerializer(SeasonSerializer):
    rollover = StrictBooleanField(default=False, help_text="Whether the range is repeated in every later year.")


def maximum_below_minimum(values: Values, smaller: str, larger: str) -> Problems:
    """An error at the member `larger` if it is below the member `smaller`; no error if one of them is not set."""
    minimum, maximum = values.get(smaller), values.get(larger)
    if minimum is None or maximum is None or minimum <= maximum:
        return {}
    detail = f"The maximum, {maximum:.10g}, must not be below the minimum, {minimum:.10g}."
    return {larger: [ErrorDetail(detail, "invalid")]}


def list_of(entry: type[EntrySerializer], help_text: str, *, required: bool = False) -> Any:
    """A list field of entries. A list that is not required is empty by default."""
    options: dict[str, Any] = {"required": True} if required else {"default": list}
    options |= {"max_length": LONGEST_LIST, "help_text": f"{help_text} At most {LONGEST_LIST} entries."}
    options["error_messages"] = {"not_a_list": NO_LIST}
    return entry(many=True, **options)


# The base class of the resources. They inherit their attributes from the serializers that ListingCustomizations nests.
class CustomizationSerializer(json_api.Serializer):
    id = serializers.CharField(read_only=True, help_text="Id of the listing.")


class Partial:
    """A serializer mixin for PATCH: a missing attribute does not change, and null clears an attribute."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields: dict[str, serializers.Field[Any, Any, Any, Any]] = super().get_fields()  # type: ignore[misc]
        for field in fields.values():
            if not field.read_only:
                field.required, field.default, field.allow_null = False, serializers.empty, True
        return fields


def patch_of(resource: type[CustomizationSerializer]) -> type[CustomizationSerializer]:
    """The request serializer of a resource. It has the same class name, from which the schema derives its own name."""
    return type(resource.__name__, (Partial, resource), {})
