"""A mixin for serializers that are strict about members."""

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
