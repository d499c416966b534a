"""Mixins for serializers."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

MOST_UNKNOWN = 20
NO_OBJECT, NO_LIST = "It must be an object.", "It must be a list."


class StrictMembers:
    """A serializer mixin that refuses unknown attributes instead of ignoring them silently.

    Read-only attributes may be sent back as they were read; they are ignored.
    """

    default_error_messages: ClassVar[dict[str, Any]] = {"invalid": NO_OBJECT}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]  # type: ignore[attr-defined]
            if unknown:
                # A body can contain a hundred thousand names; the first few are enough.
                message = ErrorDetail("There is no such attribute.", code="unknown")
                raise serializers.ValidationError({name: [message] for name in unknown[:MOST_UNKNOWN]})
        return super().to_internal_value(data)  # type: ignore[misc]


class OmitsNull:
    """A serializer mixin, placed before the serializer, that leaves out some attributes while they are null.

    `omitted_when_null` holds their names in snake_case.
    """

    omitted_when_null: ClassVar[frozenset[str]] = frozenset()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)  # type: ignore[misc]
        return {name: value for name, value in shown.items() if value is not None or name not in self.omitted_when_null}
