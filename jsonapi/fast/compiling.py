"""Plans from serializers. Whatever jsonapi.fast.known does not allow raises CannotPlan."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db.models import Field, ForeignKey, ManyToOneRel, QuerySet
from rest_framework import serializers
from rest_framework.relations import ManyRelatedField, RelatedField

from jsonapi.fast import known
from jsonapi.fast.plans import CannotPlan, Children, Members, Nested, Plan, Relationship
from jsonapi.naming import dasherize, underscore

Sources = Mapping[str, QuerySet[Any]]


def compile_plan(
    serializer_class: Any,
    queryset: QuerySet[Any],
    fields: frozenset[str] | None = None,
    sources: Sources = MappingProxyType({}),
) -> Plan:
    """The plan for rows of `queryset`; `fields` in snake_case, None for all. Raises CannotPlan.

    `sources` are the querysets that a view prefetches, by the accessor of the related rows.
    """
    serializer = _known_resource(serializer_class)
    known.check_queryset(queryset)
    if getattr(serializer_class.Meta, "model", None) is not queryset.model:
        raise CannotPlan(f"{serializer_class.__name__} is not of the rows' model.")
    key = serializer.fields.get("id")
    if key is not None and (type(key) is not serializers.IntegerField or key.source != queryset.model._meta.pk.attname):
        raise CannotPlan("id is not the primary key.")
    shown = {
        name: field
        for name, field in _readable(serializer).items()
        if name != "id" and (fields is None or name in fields)
    }
    relationships = tuple(
        _relationship(name, field, queryset) for name, field in shown.items() if isinstance(field, _RELATIONSHIPS)
    )
    members = _Columns(queryset, sources).members(
        {name: field for name, field in shown.items() if not isinstance(field, _RELATIONSHIPS)}
    )
    omitted: frozenset[str] = getattr(serializer_class, "omitted_when_null", frozenset())
    members = replace(members, omitted=tuple(name for name in members.names if underscore(name) in omitted))
    columns = (*members.columns, "pk", *(each.column for each in relationships))
    return Plan(serializer_class.Meta.resource_name, members, relationships, columns)


_RELATIONSHIPS = (RelatedField, ManyRelatedField)


def _known_resource(serializer_class: Any) -> Any:
    known.check_settings()
    known.check_serializer(serializer_class, is_resource=True)
    return serializer_class()


def _readable(serializer: Any) -> dict[str, Any]:
    for name in serializer.fields:
        known.check_name(name)
    return {name: field for name, field in serializer.fields.items() if not field.write_only}


def _relationship(name: str, field: Any, queryset: QuerySet[Any]) -> Relationship:
    known.check_relationship(name, field)
    column = _model_field(queryset, field.source)
    if type(column) is not ForeignKey or not column.target_field.primary_key:
        raise CannotPlan(f"{name} is not a plain foreign key.")
    known.check_model(column.related_model)
    # Without a type from `included_serializers` the library loads the related row and asks its model.
    related_type = field.get_resource_type_from_included_serializer()
    if not isinstance(related_type, str):
        raise CannotPlan(f"{name} has no serializer in included_serializers.")
    return Relationship(dasherize(name), related_type, column.attname)


def _model_field(queryset: QuerySet[Any], source: str) -> Any:
    if source in queryset.query.annotations:
        raise CannotPlan(f"{source} is an annotation.")
    try:
        return queryset.model._meta.get_field(source)
    except FieldDoesNotExist:
        raise CannotPlan(f"{source} is not a column.") from None


class _Columns:
    """Compiles members whose values are columns of a queryset's rows."""

    def __init__(self, queryset: QuerySet[Any], sources: Sources) -> None:
        self._queryset, self._sources = queryset, sources

    def members(self, fields: Mapping[str, Any]) -> Members:
        names: list[str] = []
        columns: list[str] = []
        further: list[str] = []
        converters: list[tuple[str, int, Callable[[Any], Any]]] = []
        nested: list[Nested] = []
        children: list[Children] = []
        for position, (field_name, field) in enumerate(fields.items()):
            name = dasherize(field_name)
            names.append(name)
            if isinstance(field, serializers.ListSerializer):
                children.append(self._children(name, field))
                columns.append("pk")  # keeps the member's place
            elif isinstance(field, serializers.BaseSerializer):
                inner = self._nested(name, field)
                nested.append(Nested(name, inner, len(fields) + len(further)))
                further.extend(inner.columns)
                columns.append("pk")
            else:
                self._check(name, field)
                columns.append(field.source)
                if isinstance(field, serializers.DecimalField):
                    converters.append((name, position, f"{{:.{field.decimal_places}f}}".format))
        return Members(tuple(names), (*columns, *further), tuple(converters), tuple(nested), tuple(children))

    def _check(self, name: str, field: Any) -> None:
        known.check_options(name, field)
        annotation = self._queryset.query.annotations.get(field.source)
        if annotation is None:
            column = _model_field(self._queryset, field.source)
            if type(column) is ForeignKey and field.source == column.attname:
                column = column.target_field
            elif not isinstance(column, Field) or field.source != column.attname:
                raise CannotPlan(f"{name} is not a column.")
        else:
            try:
                column = annotation.output_field
            except (FieldError, AttributeError):
                raise CannotPlan(f"{name} is an annotation of no known type.") from None
        known.check_column(name, field, column, is_annotation=annotation is not None)

    def _nested(self, name: str, field: Any) -> Members:
        known.check_nested(name, field)
        if field.source != "*":
            raise CannotPlan(f"{name} is an object of another row.")
        inner = self.members(_readable(field))
        if inner.children or inner.nested:
            raise CannotPlan(f"{name} nests too deep.")
        return inner

    def _children(self, name: str, field: Any) -> Children:
        known.check_list(name, field)
        relation = _model_field(self._queryset, field.source)
        if (
            type(relation) is not ManyToOneRel
            or relation.get_accessor_name() != field.source
            or not relation.field.target_field.primary_key
        ):
            raise CannotPlan(f"{name} is not the reverse of a plain foreign key.")
        rows = self._sources.get(field.source)
        if rows is None:
            rows = relation.related_model._default_manager.all()
        known.check_queryset(rows)
        inner = _Columns(rows, {}).members(_readable(field.child))
        if inner.children:
            raise CannotPlan(f"{name} nests too deep.")
        return Children(name, rows, relation.field.attname, inner)
