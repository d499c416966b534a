"""Relationships to resources whose id is known, so that no row is read to show them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework_json_api.relations import ResourceRelatedField


@extend_schema_field({"type": "string", "nullable": True})
class Link(ResourceRelatedField):  # type: ignore[misc]
    """A read-only relationship to the resource of a type whose id is in `column`. It is null if the column is."""

    def __init__(self, resource_type: str, column: str, **kwargs: Any) -> None:
        meta = type("JSONAPIMeta", (), {"resource_name": resource_type})
        self._type, self._column = resource_type, column
        super().__init__(
            model=type("Linked", (), {"JSONAPIMeta": meta}), source="*", read_only=True, allow_null=True, **kwargs
        )

    def __deepcopy__(self, memo: Any) -> "Link":
        kwargs = {"help_text": self.help_text}
        return type(self)(self._type, self._column, **kwargs)

    def get_attribute(self, instance: Any) -> Any:
        return getattr(instance, self._column) or None

    def to_representation(self, value: Any) -> dict[str, str]:
        return {"type": self._type, "id": str(value)}
