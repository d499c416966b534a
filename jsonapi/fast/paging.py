"""Slices of long lists that cost about the same wherever they lie.

OFFSET reads all that it skips. So a page in the second half is read from the other end; where a list knows how many
rows come before some of its values, these are passed over at once; and of a long rest only the ordering index is read
up to the page, and then the page's rows.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import OrderBy, Q, QuerySet

from jsonapi.fast.statements import LIMIT, OFFSET, Row, Statement

SHALLOW = 500  # rows; up to there OFFSET alone is as quick


class PagedRows:
    """Rows of an ordered queryset as a sequence that Django's paginator can cut.

    `query` makes the queryset and `count` tells how many rows it has, each when it is needed; `pass_rows` is
    CollectionView's. `kept` holds the statements made before of the same query with slots, and `values` fills the
    slots; without them each page is compiled anew.
    """

    ordered = True

    def __init__(
        self,
        query: Callable[[], QuerySet],
        columns: Sequence[str],
        count: Callable[[], int],
        pass_rows: Callable[[int, bool], tuple[int, Q]],
        kept: dict[Any, Statement] | None = None,
        values: dict[Any, Any] | None = None,
    ) -> None:
        self._make_query, self._columns = query, columns
        self._count, self._total = count, -1
        self._pass_rows = pass_rows
        self._kept, self._values = kept, values or {}

    def count(self) -> int:
        if self._total < 0:
            self._total = self._count()
        return self._total

    __len__ = count

    def __getitem__(self, page: slice) -> list[Row]:
        first, last = page.start, min(page.stop, self.count())
        backwards = first > self.count() // 2 and first > SHALLOW
        offset = self.count() - last if backwards else first
        rows = self._read(offset, max(last - first, 0), backwards)
        return rows[::-1] if backwards else rows

    def _read(self, offset: int, limit: int, backwards: bool) -> list[Row]:
        passed, rest = self._pass_rows(offset, backwards) if offset > SHALLOW else (0, Q())
        offset -= passed
        deep = offset > SHALLOW
        if self._kept is None:
            return list(self._query(offset, limit, rest, deep, backwards))
        kept = {} if rest else self._kept  # what is passed over is this page's own
        if (deep, backwards) not in kept:
            kept[deep, backwards] = Statement(self._query(OFFSET, LIMIT, rest, deep, backwards))
        return kept[deep, backwards].rows({**self._values, LIMIT: limit, OFFSET: offset})

    def _query(self, offset: int, limit: int, rest: Q, deep: bool, backwards: bool) -> QuerySet:
        rows = self._make_query().filter(rest)
        if backwards:
            rows = rows.order_by(*(reverse(order) for order in rows.query.order_by))
        if deep:
            return rows.filter(pk__in=rows.values("pk")[offset : offset + limit]).values_list(*self._columns)
        return rows.values_list(*self._columns)[offset : offset + limit]


def reverse(order: Any) -> OrderBy:
    """The opposite order, for expressions as jsonapi.ordering makes them."""
    turned = order.copy()
    turned.reverse_ordering()
    return turned
