"""What a list reads, and slices of it that cost about the same wherever they are.

OFFSET reads every row that it skips. Three measures avoid that:

- A page in the second half is read from the other end, in reverse order.
- A collection that knows how many rows precede some values skips these rows with a condition.
- For the rest of a large offset, only the index of the order is read up to the page, and then the rows of the page.

Pages at a cursor skip nothing: they begin at a place in the order, and are not counted.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db.models import OrderBy, Q, QuerySet

from jsonapi.cursors import Term, Values, before, beyond, terms_of

SHALLOW = 500  # rows; OFFSET alone is as fast up to here

Skip = Callable[[int, bool], tuple[int, Q]]


def skip_nothing(offset: int, backwards: bool) -> tuple[int, Q]:
    """A `Skip` for collections that know nothing about their rows before they read them."""
    return 0, Q()


class Collection:
    """The rows of a request's list, as a sequence that Django's paginator can cut.

    `rows` makes the queryset: visible, filtered, and ordered. It is called only when rows are read, or counted without
    `count`. `count` returns the number of rows.

    `skip(offset, backwards)` returns (n, Q): n leading rows to skip unread, at most `offset`, and a filter that selects
    the rest. The leading rows are the first rows of the order or, with `backwards`, of its reverse.
    """

    ordered = True

    def __init__(
        self, rows: Callable[[], QuerySet[Any]], count: Callable[[], int] | None = None, skip: Skip = skip_nothing
    ) -> None:
        self._make_rows, self._count, self._skip = rows, count, skip
        self._total = -1

    @cached_property
    def rows(self) -> QuerySet[Any]:
        return self._make_rows()

    def reads(self, rows: Callable[[], QuerySet[Any]]) -> bool:
        """Whether `rows` makes the rows of this collection."""
        return self._make_rows == rows

    def count(self) -> int:
        if self._total < 0:
            self._total = self._count() if self._count else self.rows.count()
        return self._total

    __len__ = count

    def __getitem__(self, page: slice) -> list[Any]:
        return self.read(page, lambda rows: list(rows))

    def read(self, page: slice, fetch: Callable[[QuerySet[Any]], list[Any]]) -> list[Any]:
        """The rows of a slice in the collection's order. `fetch` receives a queryset of them, possibly reversed."""
        first, last = page.start, min(page.stop, self.count())
        if first >= last:
            return []
        backwards = first > self.count() // 2 and first > SHALLOW
        offset = self.count() - last if backwards else first
        found = fetch(self._cut(offset, last - first, backwards))
        return found[::-1] if backwards else found

    @cached_property
    def terms(self) -> list[Term]:
        """The order of the rows."""
        return terms_of(self.rows)

    def values_of(self, row: Any) -> list[Any]:
        """The values by which a row is sorted."""
        return [getattr(row, term.name) for term in self.terms]

    def seek(self, start: Values | None, stop: Values | None, limit: int, *, backwards: bool) -> list[Any]:
        """The first rows, `limit` at most, beyond `start` and before `stop`; None is the end of the list.

        With `backwards`, everything is in the reverse order.
        """
        return self.read_beyond(start, stop, limit, list, backwards=backwards)

    def read_beyond(
        self,
        start: Values | None,
        stop: Values | None,
        limit: int,
        fetch: Callable[[QuerySet[Any]], list[Any]],
        *,
        backwards: bool,
    ) -> list[Any]:
        """`seek`, with rows as `fetch` reads them. A page takes one query, or more where its rows surround nulls."""
        rows, terms = self.rows, self.terms
        if backwards:
            rows = rows.order_by(*(reverse(order) for order in rows.query.order_by))
            terms = [term.reversed() for term in terms]
        if stop is not None:
            rows = rows.filter(before(terms, stop))
        found: list[Any] = []
        for condition in beyond(terms, start) if start is not None else [Q()]:
            found += fetch(rows.filter(condition)[: limit - len(found)])
            if len(found) >= limit:
                break
        return found

    def _cut(self, offset: int, limit: int, backwards: bool) -> QuerySet[Any]:
        rows = self.rows
        if backwards:
            rows = rows.order_by(*(reverse(order) for order in rows.query.order_by))
        if offset > SHALLOW:
            skipped, rest = self._skip(offset, backwards)
            rows, offset = rows.filter(rest), offset - skipped
        if offset > SHALLOW:
            page = rows.prefetch_related(None).values("pk")[offset : offset + limit]
            return rows.filter(pk__in=page)
        return rows[offset : offset + limit]


def reverse(order: Any) -> OrderBy:
    """The opposite order, for expressions made by jsonapi.ordering."""
    turned: OrderBy = order.copy()
    turned.reverse_ordering()
    return turned
