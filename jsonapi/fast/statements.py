"""Queries that the ORM compiles once, to SQL of constant text, and that then run with other values.

Compiling costs as much as running. Measured on SQLite, requests without kept statements took longer: a page of 25
listings 1.6 times (3.5 against 2.2 ms), a page of 100 listings 1.4 times (5.3 against 3.9 ms), one listing 3.6 times
(2.5 against 0.7 ms). So three kinds of statements are kept: unfiltered pages up to an offset of 500, single rows, and
related rows. Their conditions, scoping and conversions are the ORM's own.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import (
    BooleanField,
    DateTimeField,
    DecimalField,
    Expression,
    Field,
    ForeignKey,
    JSONField,
    Lookup,
    QuerySet,
)
from django.db.models.expressions import Col

Row = Sequence[Any]

# Skip Django's from-db converters for these columns; render plans write the driver's values. On SQLite these are
# instants without a zone (all are UTC) and decimals as floats. The converters took a third of a page's time.
AS_READ = (BooleanField, DateTimeField, DecimalField)

LIMIT, OFFSET, IDS = "limit", "offset", "ids"

BINARY = 1  # psycopg.pq.Format


class Placeholder(Expression):
    """A value that each execution of a Statement supplies under `name`."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


@Field.register_lookup
@ForeignKey.register_lookup
class InIds(Lookup):
    """`column__in_ids=Placeholder(IDS)`: IN, with one parameter for any number of ids."""

    lookup_name = "in_ids"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, parameters = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s::bigint[])", [*parameters, self.rhs]
        return f"{column} IN (SELECT value FROM json_each(%s))", [*parameters, self.rhs]  # noqa: S608


class _Compiled(NamedTuple):
    sql: str
    parameters: list[Any]
    compiler: Any
    converters: dict[int, Any]
    in_binary: bool


class Statement:
    """A `values_list` queryset with placeholders. It is compiled at its first use on a connection, and then kept.

    The queryset's database, or else the routers, choose the connection of each execution. The rows equal the ORM's,
    except in columns of AS_READ. With `paged`, the values of LIMIT and OFFSET are supplied as well.
    """

    def __init__(self, queryset: QuerySet[Any], *, paged: bool = False) -> None:
        self._queryset, self._paged = queryset, paged
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, values: Mapping[str, Any]) -> list[Row]:
        """The rows with `values` for the placeholders of these names."""
        alias = self._alias()
        connection = connections[alias]
        try:
            compiled = self._compiled.get(alias) or self._compile(alias)
        except EmptyResultSet:  # Django knows without a query that no row fulfils the conditions
            return []
        parameters = [values[each.name] if isinstance(each, Placeholder) else each for each in compiled.parameters]
        with connection.cursor() as cursor:
            if compiled.in_binary and connection.settings_dict["OPTIONS"].get("server_side_binding"):
                cast(Any, cursor.cursor).format = BINARY
            cursor.execute(compiled.sql, parameters)
            found: list[Row] = cursor.fetchall()
        if not compiled.converters:
            return found
        return list(compiled.compiler.apply_converters(found, compiled.converters))

    def rows_of(self, ids: Sequence[int]) -> list[Row]:
        """The rows for the placeholder IDS."""
        if not ids:
            return []
        is_array = connections[self._alias()].vendor == "postgresql"
        return self.rows({IDS: list(ids) if is_array else json.dumps(list(ids))})

    def _alias(self) -> str:
        # Not `queryset.db`: clones share their hints, where prefetching leaves an instance that routers would follow.
        return cast(Any, self._queryset)._db or router.db_for_read(cast(Any, self._queryset.model))

    def _compile(self, alias: str) -> _Compiled:
        compiler = self._queryset.query.get_compiler(using=alias)
        sql, parameters = compiler.as_sql()
        if self._paged:
            sql, parameters = f"{sql} LIMIT %s OFFSET %s", [*parameters, Placeholder(LIMIT), Placeholder(OFFSET)]
        expressions = [expression for expression, _, _ in compiler.select]
        converters = {
            position: found
            for position, found in compiler.get_converters(expressions).items()
            if not _is_taken_as_read(expressions[position], alias)
        }
        # Rows are read in binary where the server binds the parameters: psycopg parses instants in text in Python.
        # Django's JSON columns can be read from text only.
        in_binary = not any(isinstance(expression.output_field, JSONField) for expression in expressions)
        compiled = _Compiled(sql, list(parameters), compiler, converters, in_binary)
        self._compiled[alias] = compiled
        return compiled


def _is_taken_as_read(expression: Any, alias: str) -> bool:
    # Only for columns: SQLite's driver needs a declared type. Only in UTC: its instants carry no zone.
    if not isinstance(expression, Col) or type(expression.target) not in AS_READ:
        return False
    return type(expression.target) is not DateTimeField or connections[alias].timezone_name == "UTC"


def rows_by_ids(queryset: QuerySet[Any], column: str, columns: Sequence[str]) -> Statement:
    """The rows of a queryset whose `column` is among IDS, each as `[*columns, id]`, in the queryset's order."""
    return Statement(queryset.filter(**{f"{column}__in_ids": Placeholder(IDS)}).values_list(*columns, column))
