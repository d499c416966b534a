"""Pages of objects that are not the database's, such as computed nights: plans that check the values they write."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain
from math import isfinite
from operator import attrgetter
from typing import Any, cast

from rest_framework import serializers

from jsonapi.fast import known
from jsonapi.fast.plans import CannotPlan, Resource, Row
from jsonapi.naming import dasherize

# Serializer field to the exact type whose values it shows unchanged; every field shows None as null.
TYPES: dict[type, type] = {
    serializers.BooleanField: bool,
    serializers.CharField: str,
    serializers.DateField: date,
    serializers.FloatField: float,
    serializers.IntegerField: int,
}


@dataclass(frozen=True)
class ObjectMembers:
    """How the attributes of objects become members; `lists` are the members that are arrays of objects."""

    names: tuple[str, ...]
    attributes: tuple[str, ...]
    types: tuple[type, ...]
    lists: tuple[tuple[str, int, "ObjectMembers"], ...] = ()

    @cached_property
    def rows(self) -> Callable[[Sequence[Any]], list[Row]]:
        row_of = attrgetter(*self.attributes)
        if len(self.attributes) == 1:
            return lambda objects: [(row_of(each),) for each in objects]
        return lambda objects: [row_of(each) for each in objects]

    def build(self, objects: Sequence[Any]) -> list[dict[str, Any]]:
        """The members of each object. Raises CannotPlan for a value that the serializer would convert."""
        rows = self.rows(objects)
        self._check(objects, rows)
        built = [dict(zip(self.names, row, strict=False)) for row in rows]
        for name, position, inner in self.lists:
            items = iter(inner.build(list(chain.from_iterable(row[position] or () for row in rows))))
            for members, row in zip(built, rows, strict=True):
                if row[position] is not None:
                    members[name] = [next(items) for _ in row[position]]
        return built

    def _check(self, objects: Sequence[Any], rows: Sequence[Row]) -> None:
        if any(issubclass(kind, Mapping) for kind in set(map(type, objects))):
            raise CannotPlan("Mappings have no attributes.")
        for name, expected, values in zip(self.names, self.types, zip(*rows, strict=True), strict=False):
            found = set(map(type, values))
            if expected is list:
                expected = tuple if tuple in found else list
            if not found <= {expected, type(None)}:
                raise CannotPlan(f"{name} has values that are no {expected.__name__}.")
            if expected is float and not all(isfinite(value) for value in values if value is not None):
                raise CannotPlan(f"{name} has numbers that JSON does not have.")


@dataclass(frozen=True, slots=True)
class ObjectPlan:
    resource_type: str
    members: ObjectMembers

    def resources(self, objects: Sequence[Any]) -> list[Resource]:
        """The resource objects. Raises CannotPlan for objects that only the serializer can render."""
        try:
            attributes = self.members.build(objects)
            ids = [each.id for each in objects]
        except AttributeError as error:
            raise CannotPlan(str(error)) from None
        if not set(map(type, ids)) <= {str, int}:
            raise CannotPlan("Ids are texts or whole numbers.")
        type_ = self.resource_type
        return [
            {"type": type_, "id": str(id_)} | ({"attributes": members} if members else {})
            for id_, members in zip(ids, attributes, strict=True)
        ]


def compile_objects(serializer_class: Any, sparse: Mapping[str, frozenset[str]]) -> ObjectPlan:
    """The plan of a serializer without a model; `sparse` holds fields in snake_case by type. Raises CannotPlan."""
    known.check_settings()
    known.check_serializer(serializer_class, is_resource=True)
    if getattr(serializer_class, "omitted_when_null", None):
        raise CannotPlan("Plans of objects write null.")
    fields = sparse.get(serializer_class.Meta.resource_name)
    declared = serializer_class().fields
    key = declared.get("id")
    if type(key) not in (serializers.CharField, serializers.IntegerField) or key.source != "id":
        raise CannotPlan("id is not a plain field.")
    known.check_options("id", key)
    shown = {name: field for name, field in declared.items() if name != "id" and (fields is None or name in fields)}
    return ObjectPlan(serializer_class.Meta.resource_name, _members(shown))


def _members(fields: Mapping[str, Any]) -> ObjectMembers:
    names: list[str] = []
    attributes: list[str] = []
    types: list[type] = []
    lists: list[tuple[str, int, ObjectMembers]] = []
    field: Any
    for field_name, field in fields.items():
        known.check_name(field_name)
        if field.write_only:
            continue
        name = dasherize(field_name)
        if isinstance(field, serializers.ListSerializer):
            known.check_list(name, field)
            lists.append((name, len(names), _members(cast(Any, field.child).fields)))
            types.append(list)
        elif type(field) in TYPES:
            known.check_options(name, field)
            types.append(TYPES[type(field)])
        else:
            raise CannotPlan(f"{name} is a {type(field).__name__} of its own.")
        if "." in field.source or field.source == "*":
            raise CannotPlan(f"{name} is not a plain attribute.")
        names.append(name)
        attributes.append(field.source)
    if not names:
        raise CannotPlan("No member is asked for.")
    return ObjectMembers(tuple(names), tuple(attributes), tuple(types), tuple(lists))
