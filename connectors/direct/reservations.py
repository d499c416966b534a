"""Reads the feed of reservations by its cursor, page after page, to the end."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.direct import mapping
from connectors.direct.payloads import ReservationsPage
from connectors.direct.session import CursorExpired, Session, malformed
from connectors.payloads import Malformed
from connectors.reservations import read_page
from connectors.values import ReservationPage, Unreadable

PAGE = 200  # rows
LONGEST_CURSOR = 1000


def reservation_pages(
    session: Session, cursor: Mapping[str, Any], listing_id: str | None = None, *, most_pages: int
) -> Iterator[ReservationPage]:
    """`cursor` is {} or {"cursor": what the system gave with the last page}.

    An expired cursor begins the feed again. A cursor that comes back within a run ends the run, because such a feed
    has no end. Rows are stored by id, so a row may be read twice.
    """
    wanted: dict[str, str | int] = {"limit": PAGE} | ({"listing_id": listing_id} if listing_id is not None else {})
    at: str | None = cursor.get("cursor")
    had: set[str] = set()
    for _ in range(most_pages):
        query = wanted | ({"cursor": at} if at else {})
        try:
            document = session.get("/reservations", query, listing_id=listing_id or "")
        except CursorExpired:
            if at is None:
                raise
            at = None
            continue
        rows, at, has_more = _opened(document)
        yield _page(rows, {"cursor": at})
        if not has_more or at in had:
            return
        had.add(at)


def _opened(document: Any) -> tuple[Sequence[Any], str, bool]:
    try:
        page = ReservationsPage.read(document)
    except Malformed as error:
        raise malformed(error) from error
    if page.cursor is None or len(page.cursor) > LONGEST_CURSOR:
        raise malformed("cursor")
    return page.reservations, page.cursor, bool(page.has_more)


def _page(rows: Sequence[Any], cursor: Mapping[str, Any]) -> ReservationPage:
    def unreadable(row: Any, error: Malformed) -> Unreadable:
        return mapping.unreadable(row, "listing_id", error)

    return read_page(rows, mapping.reservation, unreadable, cursor)
