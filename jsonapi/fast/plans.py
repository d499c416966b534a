"""Render plans: how rows of columns become resource objects, worked out once for all rows of a serializer.

A plan reads columns instead of model instances and turns a row into a resource object with one `dict(zip(…))`.
jsonapi.fast.compiling makes plans from serializers, which stay the only description of a resource.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

Row = Sequence[Any]
Resource = dict[str, Any]
Build = Callable[[Row], dict[str, Any]]
Convert = Callable[[Any], Any]


class CannotPlan(Exception):
    """A plan is not known to render what the library renders; the text names the reason."""


@dataclass(frozen=True, slots=True)
class Nested:
    """A member that is an object made of further columns of the same row, from `start` on."""

    name: str
    members: "Members"
    start: int


@dataclass(frozen=True, slots=True)
class Children:
    """A member that is an array of the rows whose foreign key `column` is the id of the resource."""

    name: str
    rows: QuerySet[Any]
    column: str
    members: "Members"


@dataclass(frozen=True, slots=True)
class Members:
    """How the columns of a row become the members of an object, in the serializer's order.

    `names` belong to the first columns. `converters` (name, position, function) and `nested` replace values that stand
    there; functions are not called for None. `omitted` are left out while they are None.
    """

    names: tuple[str, ...]
    columns: tuple[str, ...]
    converters: tuple[tuple[str, int, Convert], ...] = ()
    nested: tuple[Nested, ...] = ()
    children: tuple[Children, ...] = ()
    omitted: tuple[str, ...] = ()

    def builder(self) -> Build:
        """The function that makes the members of a row, which may hold more than `columns`."""
        names, converters = self.names, self.converters
        if not converters and not self.nested and not self.omitted:
            return lambda row: dict(zip(names, row, strict=False))
        nested = [(each.name, each.members.builder(), each.start) for each in self.nested]

        def build(row: Row) -> dict[str, Any]:
            members = dict(zip(names, row, strict=False))
            for name, position, convert in converters:
                value = row[position]
                if value is not None:
                    members[name] = convert(value)
            for name, build_inner, start in nested:
                members[name] = build_inner(row[start:])
            for name in self.omitted:
                if members[name] is None:
                    del members[name]
            return members

        return build


@dataclass(frozen=True, slots=True)
class Relationship:
    """A member of `relationships`: the type of the related resource, and the column with its id."""

    name: str
    related_type: str
    column: str


@dataclass(frozen=True, slots=True)
class Plan:
    """One resource type, with the fields that a request asks for."""

    resource_type: str
    members: Members
    relationships: tuple[Relationship, ...]
    columns: tuple[str, ...]  # the members', then the primary key, then those of the relationships

    def resources(self, rows: Sequence[Row], children: Mapping[str, Sequence[Row]]) -> list[Resource]:
        """The resource objects of rows that hold `columns`.

        `children` are the rows of the plan's arrays by member name; the last value of each is the id of its resource.
        """
        key, type_, build = len(self.members.columns), self.resource_type, self.members.builder()
        arrays = [(each.name, _by_last(children[each.name], each.members.builder())) for each in self.members.children]
        linked = [(each.name, each.related_type, at) for at, each in enumerate(self.relationships, start=key + 1)]
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
                    name: {"data": None if row[at] is None else {"type": related, "id": str(row[at])}}
                    for name, related, at in linked
                }
            resources.append(resource)
        return resources


def _by_last(rows: Sequence[Row], build: Build) -> dict[Any, list[dict[str, Any]]]:
    grouped: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        grouped[row[-1]].append(build(row))
    return grouped
