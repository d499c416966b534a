"""Reading for a request: a plan, and the statements that bring arrays and included resources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

from django.db.models import Prefetch, QuerySet
from django.db.models.manager import Manager

from jsonapi.fast import known
from jsonapi.fast.compiling import Sources, compile_plan
from jsonapi.fast.plans import CannotPlan, Plan, Resource, Row
from jsonapi.fast.statements import Statement, rows_by_ids
from jsonapi.rendering import Document


@dataclass(frozen=True, slots=True)
class Included:
    """Related resources: the position of the foreign key in a row, how they are rendered, and where they come from."""

    position: int
    reading: "Reading"
    rows: QuerySet[Any]
    source: Statement


@dataclass(frozen=True, slots=True)
class Versions:
    """What tells without the rows themselves whether a page has changed (Model.version_column).

    `columns` are the version, the id, and the foreign keys of included relationships; `places` are their positions in a
    whole row. For each included relationship, `included` holds the positions of the version and the id in its whole
    rows, and `statements` reads these two only. `members` names all members, so that another version of the server has
    other tags.
    """

    columns: tuple[str, ...]
    places: tuple[int, ...]
    included: tuple[tuple[int, int], ...]
    statements: tuple[Statement, ...]
    members: bytes

    def in_whole(self, rows: Sequence[Row], related: Sequence[Sequence[Row]]) -> list[Any]:
        """The versions of a page, from its whole rows and those of its included relationships."""
        theirs = [
            sorted([row[key], row[version]] for row in found)
            for found, (version, key) in zip(related, self.included, strict=True)
        ]
        return [[[row[place] for place in self.places] for row in rows], *theirs]

    def in_short(self, rows: Sequence[Row]) -> list[Any]:
        """The same from rows of `columns`, with a short query for each included relationship."""
        theirs = [
            sorted([key, version] for version, key in statement.rows_of(list({row[place] for row in rows} - {None})))
            for place, statement in enumerate(self.statements, start=2)
        ]
        return [[list(row) for row in rows], *theirs]


@dataclass(frozen=True, slots=True)
class Reading:
    """A plan with the statements for its arrays and for its included resources."""

    plan: Plan
    children: Mapping[str, Statement]
    included: tuple[Included, ...] = ()
    versions: Versions | None = None

    def resources(self, rows: Sequence[Row]) -> list[Resource]:
        key = len(self.plan.members.columns)
        ids = [row[key] for row in rows] if self.children else []
        return self.plan.resources(rows, {name: source.rows_of(ids) for name, source in self.children.items()})

    def related_rows(self, rows: Sequence[Row]) -> list[list[Row]]:
        """The rows of each included relationship."""
        return [each.source.rows_of(list({row[each.position] for row in rows} - {None})) for each in self.included]

    def included_resources(self, related: Sequence[Sequence[Row]], resources: Sequence[Resource]) -> list[Resource]:
        """Each related resource once and none of `resources`, in the library's order: by type, then by id as text."""
        found: dict[tuple[str, str], Resource] = {}
        for each, rows in zip(self.included, related, strict=True):
            for resource in each.reading.resources(rows):
                found[resource["type"], resource["id"]] = resource
        for resource in resources:
            found.pop((resource["type"], resource["id"]), None)
        return [found[key] for key in sorted(found)]

    def document(
        self, related: Sequence[Sequence[Row]], resources: Any, *, includes: bool, frame: Mapping[str, Any]
    ) -> Document:
        """The members in the library's order. `resources` is a list, or a single one; `related` are their
        `related_rows`.
        """
        document = Document()
        if frame.get("links"):
            document["links"] = frame["links"]
        document["data"] = resources
        if includes:
            primary = resources if isinstance(resources, list) else [resources]
            document["included"] = self.included_resources(related, primary)
        if frame.get("meta"):
            document["meta"] = frame["meta"]
        return document


@lru_cache(maxsize=512)
def reading_for(view: Any, included: str, sparse: frozenset[tuple[str, str]]) -> Reading | None:
    """How rows of a view class are read; None where only the library is known to render them."""
    fields = {name[len("fields[") : -1]: frozenset(value.split(",")) for name, value in sparse}
    names = included.split(",") if included else []
    try:
        reading = _compile(view.serializer_class, view.queryset, _prefetched(view, names), names, fields)
        return _versioned(reading, view) if view.has_versions else reading
    except CannotPlan:
        return None


def _versioned(reading: Reading, view: Any) -> Reading:
    """The reading with versions, if all its models have them; it then reads the version of each row, shown or not."""
    models = [view.queryset.model, *(each.rows.model for each in reading.included)]
    names: list[str] = [getattr(model, "version_column", "") for model in models]
    if "" in names:
        return reading
    reading = _reads(reading, names[0])
    included = []
    for each, name in zip(reading.included, names[1:], strict=True):
        inner = _reads(each.reading, name)
        included.append(replace(each, reading=inner, source=_related(each.rows, "pk", inner.plan.columns)))
    columns = (names[0], "pk", *(reading.plan.columns[each.position] for each in included))
    plans = [reading.plan, *(each.reading.plan for each in included)]
    versions = Versions(
        columns=columns,
        places=tuple(reading.plan.columns.index(name) for name in columns),
        included=tuple(
            (plan.columns.index(name), len(plan.members.columns))
            for plan, name in zip(plans[1:], names[1:], strict=True)
        ),
        statements=tuple(_related(each.rows, "pk", (name,)) for each, name in zip(included, names[1:], strict=True)),
        members=repr([(plan.resource_type, plan.members.names) for plan in plans]).encode(),
    )
    return replace(reading, included=tuple(included), versions=versions)


def _reads(reading: Reading, column: str) -> Reading:
    """The reading with a plan that reads the column as well."""
    plan = reading.plan
    return reading if column in plan.columns else replace(reading, plan=replace(plan, columns=(*plan.columns, column)))


def _prefetched(view: Any, included: Sequence[str]) -> Sources:
    """The querysets that the view prefetches with these includes. Raises CannotPlan for lookups it does not know."""
    lookups = list(view.queryset._prefetch_related_lookups)
    for name in (*included, "__all__"):
        lookups += view.prefetch_for_includes.get(name) or ()
    sources: dict[str, QuerySet[Any]] = {}
    seen: set[str] = set()
    for lookup in lookups:
        path = lookup.prefetch_to if isinstance(lookup, Prefetch) else lookup
        if not isinstance(path, str) or "__" in path or path in seen:
            raise CannotPlan(f"{path} is prefetched in a way that plans do not know.")
        seen.add(path)
        if isinstance(lookup, Prefetch) and lookup.queryset is not None:
            sources[path] = lookup.queryset
    return sources


def _compile(
    serializer_class: Any,
    queryset: QuerySet[Any],
    sources: Sources,
    included: Sequence[str],
    fields: Mapping[str, frozenset[str]],
) -> Reading:
    plan = compile_plan(serializer_class, queryset, _fields_of(serializer_class, fields), sources)
    children = {each.name: _related(each.rows, each.column, each.members.columns) for each in plan.members.children}
    related: list[Included] = []
    by_type: dict[str, Any] = {serializer_class.Meta.resource_name: serializer_class}
    for name in included:
        inner_class = getattr(serializer_class, "included_serializers", {}).get(name)
        if inner_class is None:
            raise CannotPlan(f"{name} cannot be included.")
        (link,) = compile_plan(serializer_class, queryset, frozenset({name}), sources).relationships or (None,)
        if link is None:
            raise CannotPlan(f"{name} is no relationship.")
        if link.column not in plan.columns:  # sparse fieldsets leave the relationship out
            plan = replace(plan, columns=(*plan.columns, link.column))
        rows = _included_rows(queryset, serializer_class, name, sources)
        inner = _compile(inner_class, rows, {}, [], fields)
        if by_type.setdefault(inner.plan.resource_type, inner_class) is not inner_class:
            raise CannotPlan(f"{inner.plan.resource_type} has two serializers.")
        source = _related(rows, "pk", inner.plan.columns)
        related.append(Included(plan.columns.index(link.column), inner, rows, source))
    return Reading(plan, children, tuple(related))


def _fields_of(serializer_class: Any, fields: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    return fields.get(getattr(getattr(serializer_class, "Meta", None), "resource_name", ""))


def _related(rows: QuerySet[Any], column: str, columns: Sequence[str]) -> Statement:
    if cast(Any, rows)._prefetch_related_lookups:
        raise CannotPlan("Related rows prefetch further rows.")
    return rows_by_ids(rows, column, columns)


def _included_rows(queryset: QuerySet[Any], serializer_class: Any, name: str, sources: Sources) -> QuerySet[Any]:
    """The rows that a relationship can lead to: the prefetched ones, else all."""
    source = serializer_class().fields[name].source
    if source in sources:
        return sources[source]
    model = queryset.model._meta.get_field(source).related_model
    if type(model._base_manager) is not Manager:
        raise CannotPlan(f"{model.__name__} has a base manager of its own.")
    rows: QuerySet[Any] = model._base_manager.all()
    known.check_queryset(rows)
    return rows
