"""Reading collections and single resources by render plans: rows in, documents out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, cast

from django.db.models import QuerySet
from rest_framework.request import Request

from jsonapi.fast.plans import CannotPlan, Plan, Resource, Row, compile_plan
from jsonapi.fast.statements import RowsByIds

if TYPE_CHECKING:
    from jsonapi.views import PartnerView


class Document(dict[str, Any]):
    """A whole JSON:API document: the renderer only writes it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A plan with the statements for its arrays and for what is included."""

    plan: Plan
    children: dict[str, RowsByIds]
    included: tuple[tuple[int, "Reading", RowsByIds], ...]  # position of the foreign key, how to read, from where

    def resources(self, rows: Sequence[Row]) -> list[Resource]:
        return self.plan.resources(rows, self.children)

    def included_resources(self, rows: Sequence[Row]) -> list[Resource]:
        """Each related resource once, in the library's order: by type, then by id as text."""
        found: list[Resource] = []
        for position, reading, source in self.included:
            ids = list({row[position] for row in rows} - {None})
            found += reading.resources(source.rows(ids))
        return sorted(found, key=lambda resource: (resource["type"], resource["id"]))

    def document(self, rows: Sequence[Row], data: Any, asked_to_include: bool, links: Any, meta: Any) -> Document:
        """The members in the library's order; `data` is what to show of `rows`."""
        document = Document()
        if links:
            document["links"] = links
        document["data"] = data
        if asked_to_include:
            document["included"] = self.included_resources(rows)
        if meta:
            document["meta"] = meta
        return document


def reading_of(view: "PartnerView", request: Request) -> Reading | None:
    """How to read for this request, or None where only the library can."""
    included = request.query_params.get("include", "")
    sparse = frozenset(item for item in request.query_params.items() if item[0].startswith("fields["))
    return _reading(type(view), included, sparse)


@lru_cache(maxsize=512)
def _reading(view: type["PartnerView"], included: str, sparse: frozenset[tuple[str, str]]) -> Reading | None:
    fields = {name[len("fields[") : -1]: frozenset(value.split(",")) for name, value in sparse}
    prefetches: list[Any] = list(cast(Any, view.queryset)._prefetch_related_lookups)
    prefetches += chain.from_iterable(view.prefetch_for_includes.values())
    sources = {prefetch.prefetch_to: prefetch.queryset for prefetch in prefetches}
    try:
        return _compile(view.serializer_class, included.split(",") if included else [], fields, sources)
    except CannotPlan:
        return None


def _compile(
    serializer_class: Any,
    included: Sequence[str],
    fields: dict[str, frozenset[str]],
    sources: dict[str, QuerySet],
) -> Reading:
    plan = compile_plan(serializer_class, fields.get(serializer_class.Meta.resource_name))
    children = {}
    for name, accessor, members in plan.members.children:
        relation = serializer_class.Meta.model._meta.get_field(accessor)
        children[name] = RowsByIds(sources[accessor], relation.field.attname, members.columns)
    related = []
    for name in included:
        (*_, column) = compile_plan(serializer_class, frozenset({name})).relationships[0]
        if column not in plan.columns:  # the relationship itself is not among the fields asked for
            plan = replace(plan, columns=(*plan.columns, column))
        inner = _compile(serializer_class.included_serializers[name], [], fields, {})
        related.append((plan.columns.index(column), inner, RowsByIds(sources[name], "pk", inner.plan.columns)))
    return Reading(plan, children, tuple(related))
