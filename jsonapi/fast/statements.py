"""Queries whose SQL is compiled once and then run with other values in the same places.

The ORM builds them, so that conditions, scoping and column conversions stay its own; compiling a list's query costs
about as much as running it, and its text never changes. The values that vary are put in as slots: numbers that
nothing else in a query can be, which are found again among the compiled parameters (or, for LIMIT and OFFSET, which
Django writes into the text, in the text).
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, cast

from django.db import connection
from django.db.models import BooleanField, DateTimeField, DecimalField, Field, ForeignKey, JSONField, Lookup, QuerySet
from django.db.models.expressions import Col

Row = Sequence[Any]
Built = TypeVar("Built")

# Columns of these are handed on as the driver reads them, because render plans can write that: SQLite's times have no
# zone (all are UTC), its decimals are floats. Making them what the ORM makes of them took a third of a page's time.
AS_READ = (BooleanField, DateTimeField, DecimalField)

APPLICATION, USER, KEY = (2**62 + n for n in range(3))
LIMIT, OFFSET = 2**60 + 1, 2**61 + 1
IDS = "slot for ids"

BINARY = 1  # psycopg.pq.Format


@Field.register_lookup
@ForeignKey.register_lookup
class InIds(Lookup):
    """`column__in_ids=[…]`: IN, with one parameter however many ids there are."""

    lookup_name = "in_ids"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (value,)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s::bigint[])", (*parameters, self.rhs)
        return f"{column} IN (SELECT value FROM json_each(%s))", (*parameters, self.rhs)  # noqa: S608


class _Compiled(NamedTuple):
    sql: str
    parameters: list[Any]
    compiler: Any
    converters: dict[int, Any]
    in_binary: bool


class Statement:
    """A `values_list` queryset with slots. Compiled at the first use; safe to keep for the life of the process.

    Its rows are the ORM's, but for the columns of AS_READ.
    """

    def __init__(self, queryset: QuerySet) -> None:
        self._queryset = queryset
        self._compiled: _Compiled | None = None

    def rows(self, values: Mapping[Any, Any]) -> list[Row]:
        """The rows with `values` in the slots."""
        sql, parameters, compiler, converters, in_binary = self._compiled or self._compile()
        with connection.cursor() as cursor:
            if in_binary and connection.settings_dict["OPTIONS"].get("server_side_binding"):
                cast(Any, cursor.cursor).format = BINARY
            cursor.execute(sql, [values.get(parameter, parameter) for parameter in parameters])
            found = cursor.fetchall()
        return list(compiler.apply_converters(found, converters)) if converters else found

    def _compile(self) -> _Compiled:
        compiler = self._queryset.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        if f"LIMIT {LIMIT} OFFSET {OFFSET}" in sql:
            # Django's parameters never stand behind LIMIT, at the end of a query or of the subquery in its WHERE.
            head, tail = sql.split(f"LIMIT {LIMIT} OFFSET {OFFSET}")
            before = head.count("%s")
            sql = f"{head}LIMIT %s OFFSET %s{tail}"
            parameters = [*parameters[:before], LIMIT, OFFSET, *parameters[before:]]
        expressions = [expression for expression, _, _ in compiler.select]
        converters = {
            position: found
            for position, found in compiler.get_converters(expressions).items()
            if not is_taken_as_read(expressions[position])
        }
        # Django reads times from PostgreSQL's text by a loader in Python, and JSON from nothing but text. Rows come in
        # binary where the server binds the parameters.
        in_binary = not any(isinstance(expression.output_field, JSONField) for expression in expressions)
        self._compiled = _Compiled(sql, list(parameters), compiler, converters, in_binary)
        return self._compiled


def is_taken_as_read(expression: Any) -> bool:
    # Of columns only: what SQLite computes has no type by which its driver could read it.
    return isinstance(expression, Col) and type(expression.target) in AS_READ


class RowsByIds:
    """Rows of a queryset whose `column` is among some ids, by one statement; its conditions and order hold."""

    def __init__(self, queryset: QuerySet, column: str, columns: Sequence[str]) -> None:
        self._statement = Statement(queryset.filter(**{f"{column}__in_ids": IDS}).values_list(*columns, column))

    def rows(self, ids: Sequence[int]) -> list[Row]:
        """Each row as `[*columns, id]`."""
        if not ids:
            return []
        return self._statement.rows({IDS: list(ids) if connection.vendor == "postgresql" else json.dumps(list(ids))})

    def by_id(self, ids: Sequence[int], build: Callable[[Row], Built]) -> dict[int, list[Built]]:
        """What `build` makes of the rows of each id, in the queryset's order."""
        grouped: dict[int, list[Built]] = defaultdict(list)
        for row in self.rows(ids):
            grouped[row[-1]].append(build(row))
        return grouped
