"""Render plans: what a serializer would do for every object, worked out once for all of them.

A plan reads columns instead of model instances and turns a row into a resource object with one `dict(zip(…))`.
It is compiled from the serializer, which stays the one description of the resource. A field whose meaning a plan
cannot know (a method field, a representation of its own) raises CannotPlan, and the view renders as the library does:
correct first, never silently different.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db.models import ForeignKey
from rest_framework import serializers
from rest_framework_json_api.relations import ResourceRelatedField
from rest_framework_json_api.utils import get_related_resource_type

from jsonapi.fast.statements import RowsByIds
from jsonapi.fields import StrictBooleanField, StrictIntegerField, StrictNumberField, StrictTextField
from jsonapi.naming import dasherize

Row = Sequence[Any]
Resource = dict[str, Any]


class CannotPlan(Exception):
    """The serializer has a field that only the serializer itself can render."""


# Fields whose column is their JSON: orjson writes dates and times as the serializer fields would. The strict ones only
# read otherwise.
PLAIN_FIELDS = frozenset(
    {
        serializers.BooleanField,
        serializers.CharField,
        serializers.ChoiceField,
        serializers.DateField,
        serializers.DateTimeField,
        serializers.EmailField,
        serializers.FloatField,
        serializers.IntegerField,
        StrictBooleanField,
        StrictIntegerField,
        StrictNumberField,
        StrictTextField,
    }
)
Build = Callable[[Row], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Members:
    """How the columns of a row become the members of an object, in the serializer's order.

    `names` go with the first columns; `converters` and `nested` replace what stands there, by position.
    """

    names: tuple[str, ...]
    columns: tuple[str, ...]
    converters: tuple[tuple[str, int, Callable[[Any], Any]], ...]
    nested: tuple[tuple[str, "Members", int], ...]  # objects made of further columns from that position on
    children: tuple[tuple[str, str, "Members"], ...]  # arrays of a related model's rows: name, accessor, members

    def builder(self) -> Build:
        """The function that makes the members of a row, which may hold more than `columns`."""
        names, converters = self.names, self.converters
        if not converters and not self.nested:
            return lambda row: dict(zip(names, row, strict=False))
        nested = [(name, inner.builder(), start) for name, inner, start in self.nested]

        def build(row: Row) -> dict[str, Any]:
            members = dict(zip(names, row, strict=False))
            for name, position, convert in converters:
                value = row[position]
                if value is not None:
                    members[name] = convert(value)
            for name, build_inner, start in nested:
                members[name] = build_inner(row[start:])
            return members

        return build


@dataclass(frozen=True, slots=True)
class Plan:
    """One resource type, with the fields that a request asks for."""

    resource_type: str
    members: Members
    relationships: tuple[tuple[str, str, str], ...]  # name, related type, foreign key column
    columns: tuple[str, ...]  # the members', then the primary key, then the foreign keys

    @property
    def key_position(self) -> int:
        return len(self.members.columns)

    def rows_of(self, objects: Sequence[Any]) -> list[Row]:
        """Rows of objects that are not the database's."""
        row_of = attrgetter(*self.columns)
        return [row_of(each) if len(self.columns) > 1 else (row_of(each),) for each in objects]

    def resources(self, rows: Sequence[Row], children: dict[str, RowsByIds]) -> list[Resource]:
        """The resource objects of rows that hold `columns`. `children` are the plan's arrays, by member name."""
        key, type_, build = self.key_position, self.resource_type, self.members.builder()
        ids = [row[key] for row in rows]
        arrays = [(name, children[name].by_id(ids, inner.builder())) for name, _, inner in self.members.children]
        linked = [(name, related, at) for at, (name, related, _) in enumerate(self.relationships, start=key + 1)]
        resources = []
        for row in rows:
            attributes = build(row)
            for name, found in arrays:
                attributes[name] = found.get(row[key], [])
            resource: Resource = {"type": type_, "id": str(row[key])}
            if attributes:
                resource["attributes"] = attributes
            if linked:
                resource["relationships"] = {
                    name: {"data": row[at] and {"type": related, "id": str(row[at])}} for name, related, at in linked
                }
            resources.append(resource)
        return resources


@lru_cache(maxsize=512)
def compile_plan(serializer_class: Any, fields: frozenset[str] | None) -> Plan:
    """The plan of a serializer; `fields` in snake_case, None for all. Raises CannotPlan."""
    if settings.TIME_ZONE != "UTC":
        raise CannotPlan("Instants are written in UTC.")
    serializer = serializer_class()
    shown = {
        name: field
        for name, field in serializer.fields.items()
        if name != "id" and not field.write_only and (fields is None or name in fields)
    }
    relationships = tuple(
        _relationship(name, field) for name, field in shown.items() if isinstance(field, ResourceRelatedField)
    )
    attributes = {name: field for name, field in shown.items() if not isinstance(field, ResourceRelatedField)}
    members = _members(attributes)
    key = "pk" if _is_of_model(serializer) else "id"
    columns = (*members.columns, key, *(column for _, _, column in relationships))
    return Plan(serializer_class.Meta.resource_name, members, relationships, columns)


def _is_of_model(serializer: Any) -> bool:
    return isinstance(serializer, serializers.ModelSerializer)


def _objects(members: Members) -> Callable[[Any], list[dict[str, Any]]]:
    """A converter of objects to the members that they show."""
    if members.children:
        raise CannotPlan("Related rows inside of plain objects.")
    row_of, build = attrgetter(*members.columns), members.builder()
    return lambda objects: [build(row_of(each)) for each in objects]


def _decimal_text(field: Any) -> Callable[[Any], str]:
    """A converter to the text of a decimal, which SQLite reads as a float of no more digits than floats keep."""
    if field.decimal_places is None:
        raise CannotPlan(f"{field.field_name} has any number of places.")
    return f"{{:.{field.decimal_places}f}}".format


def _relationship(name: str, field: Any) -> tuple[str, str, str]:
    model_field = field.parent.Meta.model._meta.get_field(field.source)
    if type(field) is not ResourceRelatedField or not isinstance(model_field, ForeignKey):
        raise CannotPlan(f"{name} is not a plain foreign key.")
    return dasherize(name), get_related_resource_type(field), model_field.attname


def _members(fields: Mapping[str, Any]) -> Members:
    names: list[str] = []
    columns: list[str] = []
    further: list[str] = []
    converters: list[tuple[str, int, Callable[[Any], Any]]] = []
    nested: list[tuple[str, Members, int]] = []
    children: list[tuple[str, str, Members]] = []
    for position, (field_name, field) in enumerate(fields.items()):
        name, kind = dasherize(field_name), type(field)
        names.append(name)
        columns.append(field.source)
        if kind is serializers.DecimalField:
            converters.append((name, position, _decimal_text(field)))
        elif kind is serializers.ListSerializer and not _is_of_model(field.parent):
            converters.append((name, position, _objects(_members(field.child.fields))))
        elif kind is serializers.ListSerializer:
            children.append((name, field.source, _members(field.child.fields)))
            columns[-1] = "pk"  # keeps the member's place
        elif isinstance(field, serializers.Serializer) and field.source == "*":
            inner = _members(field.fields)
            if inner.children or inner.nested:
                raise CannotPlan(f"{name} nests too deep.")
            nested.append((name, inner, len(fields) + len(further)))
            further.extend(inner.columns)
            columns[-1] = "pk"
        elif kind not in PLAIN_FIELDS or "." in field.source:
            raise CannotPlan(f"{name} is a {kind.__name__} of its own.")
    return Members(tuple(names), (*columns, *further), tuple(converters), tuple(nested), tuple(children))
