"""Cursors: places in the total order of a list, and the conditions that select the rows beyond them.

A cursor holds the values by which its row is sorted. It is signed for one list, in one order, of one application, so
that no other text is ever read as a cursor. The row itself may be deleted later: its place remains.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, reduce
from hashlib import blake2b
from operator import or_
from typing import Any, cast

import orjson
from django.conf import settings
from django.db.models import BooleanField, F, Field, Func, OrderBy, Q, QuerySet, Value

SIGNATURE_BYTES = 9

Values = Sequence[Any]


class BadCursor(ValueError):
    """A text that is no cursor of this list."""


@dataclass(frozen=True)
class CursorCoder:
    """Writes and reads the cursors of one list. `place` names the list, its order, and whose it is."""

    place: str

    def write(self, values: Values) -> str:
        text = orjson.dumps(list(values), default=str, option=orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z)
        return urlsafe_b64encode(text + self._signature(text)).rstrip(b"=").decode()

    def read(self, cursor: str) -> list[Any]:
        """The values in their JSON form. Raises BadCursor."""
        try:
            signed = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        except ValueError:
            raise BadCursor from None
        text, signature = signed[:-SIGNATURE_BYTES], signed[-SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._signature(text)):
            raise BadCursor
        return list(orjson.loads(text))

    def _signature(self, text: bytes) -> bytes:
        return blake2b(text, digest_size=SIGNATURE_BYTES, key=self._key).digest()

    @cached_property
    def _key(self) -> bytes:
        return blake2b(f"cursor\n{settings.SECRET_KEY}\n{self.place}".encode(), digest_size=32).digest()


@dataclass(frozen=True, slots=True)
class Term:
    """One column of an order made by jsonapi.ordering. Nulls count as larger than every value."""

    name: str
    descending: bool
    nullable: bool
    field: "Field[Any, Any]"

    def reversed(self) -> "Term":
        return replace(self, descending=not self.descending)

    def read(self, value: Any) -> Any:
        """The value of the column from its JSON form."""
        return None if value is None else self.field.to_python(value)


def terms_of(rows: QuerySet[Any]) -> list[Term]:
    """The order of a queryset that jsonapi.ordering has sorted."""
    return [_term(rows, cast(OrderBy, order)) for order in rows.query.order_by]


def _term(rows: QuerySet[Any], order: OrderBy) -> Term:
    name = str(cast(Any, order.expression).name)
    annotation = rows.query.annotations.get(name)
    field = annotation.output_field if annotation is not None else rows.model._meta.get_field(name)
    return Term(name, order.descending, bool(order.nulls_first or order.nulls_last), cast("Field[Any, Any]", field))


def as_instant(value: Any) -> Any:
    """SQLite's driver returns instants without a zone; all are UTC."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def beyond(terms: Sequence[Term], values: Values) -> list[Q]:
    """Conditions that together select the rows beyond `values`, in the order of the rows that they select.

    Each is a range of one index, if the order has an index. One condition with OR would not be: databases read such an
    index from its beginning. An order in one direction without nulls gives a single condition.
    """
    first, value = terms[0], values[0]
    same_way = all(term.descending == first.descending for term in terms)
    if same_way and value is not None and not any(term.nullable for term in terms[1:]):
        conditions = [Q(RowComparison(terms, values))]
    else:
        equal = Q(**({f"{first.name}__isnull": True} if value is None else {first.name: value}))
        conditions = [equal & rest for rest in beyond(terms[1:], values[1:])] if len(terms) > 1 else []
        if value is None:
            return [*conditions, Q(**{f"{first.name}__isnull": False})] if first.descending else conditions
        conditions.append(Q(RowComparison([first], [value])))
    if first.nullable and not first.descending:
        conditions.append(Q(**{f"{first.name}__isnull": True}))
    return conditions


def before(terms: Sequence[Term], values: Values) -> Q:
    """The condition that selects the rows before `values`."""
    return reduce(or_, beyond([term.reversed() for term in terms], values))


class RowComparison(Func):
    """`(a, b) > (1, 2)`, or `<` in a descending order: what PostgreSQL and SQLite read as one range of an index."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, terms: Sequence[Term], values: Values) -> None:
        self._width, self._sign = len(terms), "<" if terms[0].descending else ">"
        columns = [F(term.name) for term in terms]
        super().__init__(*columns, *(Value(v, output_field=t.field) for t, v in zip(terms, values, strict=True)))

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **extra: Any) -> Any:
        parts = [compiler.compile(expression) for expression in self.get_source_expressions()]
        columns, values = parts[: self._width], parts[self._width :]
        sides = [f"({', '.join(sql for sql, _ in side)})" for side in (columns, values)]
        parameters = [parameter for _, parameters in parts for parameter in parameters]
        return f"{sides[0]} {self._sign} {sides[1]}", parameters
