"""What the lists of customizations consist of: members that are checked together, in lists that are too."""

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

OVERLAP = ErrorDetail("This range shares a night with an earlier one of the list.", code="overlap")
LONGEST_REPEATING = 366  # nights


# What attributes consist of. A docstring would be published as the description of every serializer below.
class EntrySerializer(StrictMembers, serializers.Serializer):
    def problems(self, values: Values) -> Problems:
        """What is wrong between members that are each valid, by the member at fault."""
        return {}

    def validate(self, attrs: Values) -> Values:
        if problems := self.problems(attrs):
            raise serializers.ValidationError(problems)
        return attrs


class WeekdayList(serializers.ListSerializer):
    def validate(self, attrs: list[Values]) -> list[Values]:
        if places := list(repeated([entry["weekday"] for entry in attrs])):
            raise serializers.ValidationError({str(place): {"weekday": [TWICE]} for place in places})
        return attrs


class DayOfWeekEntrySerializer(EntrySerializer):
    weekday = WeekdayField(help_text="The weekday of the night, each at most once in a list.")

    class Meta:
        list_serializer_class = WeekdayList


class SeasonList(serializers.ListSerializer):
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
    end_date = CalendarDateField(help_text="Last night, not before the first.")

    class Meta:
        list_serializer_class = SeasonList

    def problems(self, values: Values) -> Problems:
        found = super().problems(values)
        start, end = values["start_date"], values["end_date"]
        if end < start:
            found["end_date"] = [ErrorDetail(f"The range must not end before {start}, where it begins.", "invalid")]
        elif values.get("rollover") and (end - start).days >= LONGEST_REPEATING:
            found["end_date"] = [ErrorDetail("A range that rolls over may cover a year at most.", "invalid")]
        return found


class RepeatingSeasonSerializer(SeasonSerializer):
    rollover = StrictBooleanField(default=False, help_text="Whether the range comes again in every later year.")


def maximum_below_minimum(values: Values, smaller: str, larger: str) -> Problems:
    """A problem of `larger` where both are set and the wrong way round."""
    minimum, maximum = values.get(smaller), values.get(larger)
    if minimum is None or maximum is None or minimum <= maximum:
        return {}
    detail = f"The maximum, {maximum:.10g}, must not be below the minimum, {minimum:.10g}."
    return {larger: [ErrorDetail(detail, "invalid")]}


def list_of(entry: type[EntrySerializer], help_text: str, *, required: bool = False) -> Any:
    """A list; where it is not required, there is nothing in it until it is set."""
    options: dict[str, Any] = {"required": True} if required else {"default": list}
    options |= {"max_length": LONGEST_LIST, "help_text": f"{help_text} At most {LONGEST_LIST} of them."}
    options["error_messages"] = {"not_a_list": NO_LIST}
    return entry(many=True, **options)


# The base of the resources; their attributes come from the serializers that the aggregate nests.
class CustomizationSerializer(json_api.Serializer):
    id = serializers.CharField(read_only=True, help_text="The listing's id.")


class Partial:
    """A serializer mixin for PATCH: an attribute may be left out, and stays, or be null, and is cleared."""

    def get_fields(self) -> dict[str, serializers.Field]:
        fields: dict[str, serializers.Field] = super().get_fields()  # type: ignore[misc]
        for field in fields.values():
            if not field.read_only:
                field.required, field.default, field.allow_null = False, serializers.empty, True
        return fields


def patch_of(resource: type[CustomizationSerializer]) -> type[CustomizationSerializer]:
    """The request serializer of a resource; it has the resource's name, for the schema adds its own to it."""
    return type(resource.__name__, (Partial, resource), {})
