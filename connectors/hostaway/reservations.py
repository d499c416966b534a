"""Reads reservations page by page, all of them or what changed since the last run.

Hostaway lists the last change first, and a page begins after the last row of the page before. A row that changes
during a run moves to the front and may be missed. So a run remembers the day on which it began, and the next run reads
all activity from the day before. Rows are stored by id, so a row may be read twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from connectors.errors import ChannelRefused
from connectors.hostaway import mapping
from connectors.hostaway.session import Session
from connectors.payloads import Malformed, id_in
from connectors.reservations import read_page
from connectors.values import ReservationPage, Unreadable

PAGE = 100  # rows
OVERLAP = timedelta(days=1)  # activity has dates only, in an undocumented time zone


@dataclass(frozen=True, slots=True)
class Reservations:
    """One run over an account's reservations. Stays that ended longer ago than `history` are left out."""

    session: Session
    now: datetime
    history: timedelta
    most_pages: int

    def of_listing(self, listing_id: str) -> Iterator[ReservationPage]:
        """All reservations of one listing, then once more those that are not over, on one page of their own.

        Deleted reservations are missing from that last page. It is complete only if it holds all of them at once:
        a row may move to another page while several pages are read.
        """
        yield from self.pages({}, listingId=listing_id)
        wanted = _wanted(listingId=listing_id, departureStartDate=self.now.date().isoformat())
        answer = self.session.get("/reservations", wanted)
        page = _page(answer.rows(), {})
        if answer.count == len(answer.rows()) and not page.unreadable:
            yield replace(page, complete_for=[listing_id])

    def pages(self, cursor: Mapping[str, Any], **narrowed: str) -> Iterator[ReservationPage]:
        """`cursor` is {}, {"since": day} after a whole run, or {"since", "began", "after"} in the middle of one."""
        since, after = cursor.get("since"), cursor.get("after")
        began = cursor.get("began", self.now.date().isoformat())
        wanted = _wanted(departureStartDate=(self.now - self.history).date().isoformat(), **narrowed)
        if since is not None:
            wanted["latestActivityStart"] = (date.fromisoformat(since) - OVERLAP).isoformat()
        begun_again = False
        seen: set[str] = set()
        for _ in range(self.most_pages):
            try:
                rows = self.session.get("/reservations", wanted | ({"afterId": after} if after else {})).rows()
            except ChannelRefused:
                if after is None or begun_again:
                    raise
                after, begun_again = None, True  # The reservation to continue after may have been deleted.
                continue
            ids = _ids(rows)
            if not rows or (not ids and len(rows) < PAGE):
                yield _page(rows, {"since": began})
                return
            if seen.issuperset(ids):
                break
            seen.update(ids)
            after = ids[-1]
            yield _page(rows, {"since": since, "began": began, "after": after})
        yield ReservationPage((), {"since": began}, [Unreadable(None, "Hostaway's pages of reservations have no end")])


def _wanted(**narrowed: str) -> dict[str, str | int]:
    return {"limit": PAGE, "includeResources": 1, **narrowed}  # Without resources reservationUnit is empty.


def _ids(rows: Sequence[Any]) -> list[str]:
    """The ids that can be read. Rows after the last one of them come again on the next page."""
    return [found for row in rows if (found := id_in(row, "id", numeric=True)) is not None]


def _page(rows: Sequence[Any], cursor: Mapping[str, Any]) -> ReservationPage:
    def unreadable(row: Any, error: Malformed) -> Unreadable:
        return mapping.unreadable(row, "listingMapId", error)

    return read_page(rows, mapping.reservation, unreadable, cursor, newest_first=True)
