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
    source: Statement


@dataclass(frozen=True, slots=True)
class Reading:
    """A plan with the statements for its arrays and for its included resources."""

    plan: Plan
    children: Mapping[str, Statement]
    included: tuple[Included, ...] = ()

    def resources(self, rows: Sequence[Row]) -> list[Resource]:
        key = len(self.plan.members.columns)
        ids = [row[key] for row in rows] if self.children else []
        return self.plan.resources(rows, {name: source.rows_of(ids) for name, source in self.children.items()})

    def included_resources(self, rows: Sequence[Row], resources: Sequence[Resource]) -> list[Resource]:
        """Each related resource once and none of `resources`, in the library's order: by type, then by id as text."""
        found: dict[tuple[str, str], Resource] = {}
        for each in self.included:
            ids = list({row[each.position] for row in rows} - {None})
            for resource in each.reading.resources(each.source.rows_of(ids)):
                found[resource["type"], resource["id"]] = resource
        for resource in resources:
            found.pop((resource["type"], resource["id"]), None)
        return [found[key] for key in sorted(found)]

    def document(self, rows: Sequence[Row], resources: Any, *, includes: bool, frame: Mapping[str, Any]) -> Document:
        """The members in the library's order. `resources` are those of `rows`: a list, or a single one."""
        document = Document()
        if frame.get("links"):
            document["links"] = frame["links"]
        document["data"] = resources
        if includes:
            primary = resources if isinstance(resources, list) else [resources]
            document["included"] = self.included_resources(rows, primary)
        if frame.get("meta"):
            document["meta"] = frame["meta"]
        return document


@lru_cache(maxsize=512)
def reading_for(view: Any, included: str, sparse: frozenset[tuple[str, str]]) -> Reading | None:
    """How rows of a view class are read; None where only the library is known to render them."""
    fields = {name[len("fields[") : -1]: frozenset(value.split(",")) for name, value in sparse}
    names = included.split(",") if included else []
    try:
        return _compile(view.serializer_class, view.queryset, _prefetched(view, names), names, fields)
    except CannotPlan:
        return None


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
        related.append(Included(plan.columns.index(link.column), inner, _related(rows, "pk", inner.plan.columns)))
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
