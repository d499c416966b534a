"""Pages at a cursor, as the profile *Cursor Pagination* defines them (jsonapi.profiles)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from jsonapi.cursors import BadCursor, CursorCoder, Term, Values, as_instant
from jsonapi.errors import BadParameters
from jsonapi.profiles import ERRORS

AFTER, BEFORE, SIZE = "page[after]", "page[before]", "page[size]"


class Seekable(Protocol):
    """A list that is read from a place in its order: jsonapi.collection.Collection has the meanings."""

    @property
    def terms(self) -> Sequence[Term]: ...
    def values_of(self, row: Any) -> list[Any]: ...
    def seek(self, start: Values | None, stop: Values | None, limit: int, *, backwards: bool) -> list[Any]: ...


class Computed:
    """A list that is not the database's, such as nights. It is sorted already.

    Numbers are their own places. Other objects are found by their `id`; where one has gone, its former position counts.
    """

    terms: Sequence[Term] = ()

    def __init__(self, items: Sequence[Any]) -> None:
        self._items = items
        self._is_of_numbers = bool(len(items)) and isinstance(items[0], int)
        self._positions = {} if self._is_of_numbers else {str(item.id): place for place, item in enumerate(items)}

    def values_of(self, row: Any) -> list[Any]:
        return [row] if self._is_of_numbers else [str(row.id), self._positions[str(row.id)]]

    def seek(self, start: Values | None, stop: Values | None, limit: int, *, backwards: bool) -> list[Any]:
        after, before = (stop, start) if backwards else (start, stop)
        first = 0 if after is None else self._place(after, past=True)
        last = len(self._items) if before is None else self._place(before, past=False)
        items = self._items[first : max(first, last)]
        return list(items[::-1][:limit] if backwards else items[:limit])

    def _place(self, values: Values, *, past: bool) -> int:
        """The number of items before a place, or with `past` before and at it."""
        if len(values) == 2:
            key, position = values
            found = self._positions.get(key)
            return min(position, len(self._items)) if found is None else found + past
        (number,) = values
        descending = len(self._items) > 1 and self._items[0] > self._items[-1]
        low, high = 0, len(self._items)
        while low < high:
            middle = (low + high) // 2
            item = self._items[middle]
            is_before = item > number if descending else item < number
            if is_before or (past and item == number):
                low = middle + 1
            else:
                high = middle
        return low


@dataclass(frozen=True, slots=True)
class CursorPage:
    """A page, the cursors of its rows, and the pages beside it. `links` hold the parameters of each, or None."""

    rows: list[Any]
    cursors: list[str]
    links: dict[str, dict[str, str] | None]
    meta: dict[str, Any]


def read_page(rows: Seekable, query: Any, coder: CursorCoder, *, default_size: int, largest: int) -> CursorPage:
    """The page that the checked query asks for. Raises BadParameters.

    An empty `page[after]` stands for the beginning of the list, and an empty `page[before]` for its end.
    """
    after, before = query.get(AFTER), query.get(BEFORE)
    is_range = after is not None and before is not None
    size = _size(query, largest if is_range else default_size, largest)
    start, stop = _values(AFTER, after, rows, coder), _values(BEFORE, before, rows, coder)
    backwards = after is None and before is not None
    begin, end = (stop, start) if backwards else (start, stop)
    # One row more than the page has tells whether there is a further page.
    found = rows.seek(begin, end, size + 1, backwards=backwards)
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    cursors = [coder.write([as_instant(value) for value in rows.values_of(row)]) for row in found]
    at_start = not after and (not backwards or not more)
    at_end = not before and (backwards or not more)
    links = {
        "first": {AFTER: ""},
        "last": {BEFORE: ""},
        "prev": None if at_start else {BEFORE: cursors[0] if cursors else before or ""},
        "next": None if at_end else {AFTER: cursors[-1] if cursors else after or ""},
    }
    return CursorPage(found, cursors, links, {"rangeTruncated": True} if is_range and more else {})


def _size(query: Any, default: int, largest: int) -> int:
    size = int(query.get(SIZE, default))
    if size > largest:
        further = {"links": {"type": ERRORS["size"]}, "meta": {"page": {"maxSize": largest}}}
        raise BadParameters({SIZE: f"page[size] is {size}, and {largest} is the largest here."}, {SIZE: further})
    return size


def _values(name: str, cursor: str | None, rows: Seekable, coder: CursorCoder) -> Values | None:
    if not cursor:
        return None
    try:
        values = coder.read(cursor)
    except BadCursor:
        detail = f"{name} is no cursor of this list in this order. Cursors come from links and from meta.page.cursor."
        raise BadParameters({name: detail}) from None
    return [term.read(value) for term, value in zip(rows.terms, values, strict=True)] if rows.terms else values


def link(url: str, parameters: dict[str, str] | None) -> str | None:
    """The URL with these parameters instead of the place of its own page."""
    if parameters is None:
        return None
    parts = urlsplit(url)
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in (AFTER, BEFORE)]
    return urlunsplit(parts._replace(query=urlencode(sorted([*kept, *parameters.items()]))))


def add_cursors(document: dict[str, Any], cursors: Sequence[str]) -> None:
    """Put its cursor into `meta` of each resource of a page."""
    for resource, cursor in zip(document["data"], cursors, strict=True):
        resource["meta"] = {**resource.get("meta", {}), "page": {"cursor": cursor}}
