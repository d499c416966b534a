"""Reads reservations page by page, all of them or what changed since the last run.

Hostaway's order is the last change first, and a page begins after the last row of the one before. A row that
changes while we read moves to the front and may be missed; so a run remembers the day it began, and the next one
reads all activity from the day before that on. Rows are stored by id: reading one twice does no harm.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from connectors.errors import ChannelRefused
from connectors.hostaway import mapping
from connectors.hostaway.session import Session, malformed
from connectors.reading import Fields, Malformed
from connectors.values import ChannelReservation, ReservationPage, Unreadable

PAGE = 100  # rows
MOST_PAGES = 5_000  # of one run; the next one goes on from there
OVERLAP = timedelta(days=1)  # activity has no time of day, and its zone is not documented
HISTORY = timedelta(days=3 * 365)  # stays that ended before are of no use to pricing


def reservations_of_listing(session: Session, listing_id: str, now: datetime) -> Iterator[ReservationPage]:
    """At the end come all that are not over once more, together: what was deleted is not among them.

    They are asked for anew, and only a single page that holds them all counts: from several, one may be missing.
    """
    yield from reservation_pages(session, {}, now, listingId=listing_id)
    wanted = _wanted(listingId=listing_id, departureStartDate=now.date().isoformat())
    answer = session.get("/reservations", wanted)
    page = _page(answer.rows(), {})
    if answer.count == len(answer.rows()) and not page.unreadable:
        yield replace(page, complete_for=[listing_id])


def reservation_pages(
    session: Session, cursor: Mapping[str, Any], now: datetime, **narrowed: str
) -> Iterator[ReservationPage]:
    """`cursor` is {}, {"since": day} after a whole run, or {"since", "began", "after"} in the midst of one."""
    since, after = cursor.get("since"), cursor.get("after")
    began = cursor.get("began", now.date().isoformat())
    wanted = _wanted(departureStartDate=(now - HISTORY).date().isoformat(), **narrowed)
    if since is not None:
        wanted["latestActivityStart"] = (date.fromisoformat(since) - OVERLAP).isoformat()
    begun_again = False
    for _ in range(MOST_PAGES):
        try:
            rows = session.get("/reservations", wanted | ({"afterId": after} if after else {})).rows()
        except ChannelRefused:
            if after is None or begun_again:
                raise
            after, begun_again = None, True  # the reservation to go on after may have been deleted
            continue
        if not rows:
            yield ReservationPage((), {"since": began})
            return
        after = _next_after(rows[-1], after)
        yield _page(rows, {"since": since, "began": began, "after": after})
    raise malformed("reservations without end")


def _wanted(**narrowed: str) -> dict[str, str | int]:
    return {"limit": PAGE, "includeResources": 1, **narrowed}  # without resources reservationUnit is empty


def _next_after(row: Any, after: str | None) -> str:
    try:
        last = Fields(row, "reservation").numeric_id("id")
    except Malformed as error:
        raise malformed(error) from error
    if last == after:
        raise malformed("the same page again")
    return last


def _page(rows: list[Any], cursor: Mapping[str, Any]) -> ReservationPage:
    found: list[ChannelReservation] = []
    unreadable: list[Unreadable] = []
    for row in rows:
        try:
            reservation = mapping.reservation(row)
        except Malformed as error:
            unreadable.append(mapping.unreadable(row, "listingMapId", error))
        else:
            if reservation is not None:
                found.append(reservation)
    return ReservationPage(found, cursor, unreadable)
