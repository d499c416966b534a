"""Reads the feed of bookings by `version`, and of each booking what pricing needs.

The feed's order, pages and time zone are not documented. So a run asks repeatedly from the highest version that it has
seen, less an overlap, until no booking is new. It sorts the answers, and drops bookings that it has already had or that
are older than it asked for. So a feed may repeat bookings, reorder them, or go back.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from connectors.coliving import mapping
from connectors.coliving.details import Details
from connectors.coliving.mapping import Booking
from connectors.coliving.session import Session
from connectors.payloads import Malformed
from connectors.reservations import Read, page_of
from connectors.unread_members import warned_once
from connectors.values import NoNights, ReservationPage, Unreadable

logger = logging.getLogger(__name__)

# A version has the resolution of a second, and more changes may follow in the same second.
OVERLAP = timedelta(seconds=2)
SECOND = timedelta(seconds=1)
# Stop fetching details for dates once this many had none and no booking had any. A single booking may have none.
ENOUGH_WITHOUT_DATES = 5
UNTOLD = frozenset({"total", "currency"})  # of a reservation, if its details do not come


class Feed:
    """One run over the feed, beginning at a version."""

    def __init__(self, session: Session, cursor: Mapping[str, Any], now: datetime) -> None:
        self._session = session
        self.details = Details(session, cursor.get("again", ()))
        self._now = now
        self._had: set[tuple[str, str]] = set()
        self._dates_told = False
        self._details_without_dates = 0
        self.version: str | None = cursor.get("version")
        self.unreadable: list[Unreadable] = []
        self.unplaced: dict[str, str] = {}

    def pages(self) -> Iterator[list[Booking]]:
        """New and changed bookings, each once, oldest version first.

        `version`, `unreadable` and `unplaced` (houses by the ids of bookings that take nights, but do not tell which)
        belong to the page.
        """
        since = self.version and mapping.version_after(self.version, -OVERLAP)
        while True:
            rows = self._session.bookings(since)
            self.unreadable, self.unplaced = [], {}
            fresh = self._fresh(rows, since or "")
            if fresh:
                self.version = max(self.version or "", fresh[-1].version)
                horizon = mapping.version_after(self.version, -OVERLAP)
                self._had = {had for had in self._had if had[1] >= horizon}
            if fresh or self.unreadable:
                yield fresh
            if fresh:
                since = horizon
            elif since and self.version and since <= self.version:
                # The changes of one second may fill an answer, so ask for the next second.
                since = mapping.version_after(self.version, SECOND)
            else:
                return

    def _fresh(self, rows: Sequence[Any], since: str) -> list[Booking]:
        found: dict[tuple[str, str], Booking] = {}
        with warned_once():
            for row in rows:
                try:
                    booking = mapping.booking(row, self._now)
                except Malformed as error:
                    self.unreadable.append(mapping.unreadable(row, None, error))
                    self.unplaced |= mapping.house_of_unreadable(row)
                else:
                    found[booking.version, booking.id] = booking
        fresh = [found[key] for key in sorted(found) if key[0] >= since and key[::-1] not in self._had]
        self._had |= {(booking.id, booking.version) for booking in fresh}
        return fresh

    def reservation(self, booking: Booking) -> Read | None:
        """The booking with the members of its details. None if nobody knows which nights it takes.

        Raises Malformed. Details are not requested if they cannot help: for bookings that take no nights, and once
        neither the feed nor details have had any dates.
        """
        self.unplaced.pop(booking.id, None)  # of an earlier version
        self.details.forget(booking)
        if booking.status is None:
            # Coliving has no calendar that could tell whether it takes nights.
            self.unplaced[booking.id] = booking.house
            return NoNights(booking.id)
        stay, is_empty, total, currency = booking.stay, booking.is_empty, None, None
        given_up = not self._dates_told and self._details_without_dates >= ENOUGH_WITHOUT_DATES
        has_details = False
        if booking.takes_nights and not is_empty and (stay is not None or not given_up):
            details = self.details.of(booking)
            if details is not None:
                has_details = True
                total, currency = mapping.total(details)
                if stay is None:
                    stay, is_empty = mapping.stay(details)
                self._details_without_dates += stay is None and not is_empty
        self._dates_told = self._dates_told or stay is not None
        if stay is not None:
            told = mapping.reservation(booking, booking.status, stay, total, currency)
            return told if has_details or not booking.takes_nights else replace(told, unanswered=UNTOLD)
        if not booking.takes_nights:
            return NoNights(booking.id, mapping.instant_of(booking.version))
        if is_empty:
            return NoNights(booking.id)
        self.unplaced[booking.id] = booking.house
        return NoNights(booking.id) if has_details else None


def booking_pages(
    session: Session, cursor: Mapping[str, Any], now: datetime, *, house: str | None, learn: Callable[[set[str]], None]
) -> Iterator[ReservationPage]:
    """`cursor` is {}, or has the highest `version` seen, and the bookings whose details are to be asked for `again`.

    With `house`, only the bookings of that house.

    `learn` is called with the houses of each page before the page is yielded.
    """
    feed = Feed(session, cursor, now)
    unplaced = 0
    if again := feed.details.bookings():
        yield _page(feed, again)
    for bookings in feed.pages():
        learn({booking.house for booking in bookings})
        wanted = [booking for booking in bookings if house in (None, booking.house)]
        page = _page(feed, wanted)
        unplaced += len(page.unplaced)
        yield page
    if unplaced:
        logger.warning("%d bookings at Coliving have no dates or room type: occupancy is unknown.", unplaced)
    yield ReservationPage((), _cursor(feed))


def _page(feed: Feed, bookings: Sequence[Booking]) -> ReservationPage:
    found: dict[str, Read] = {}  # a later version replaces an earlier one
    unreadable = list(feed.unreadable)
    with warned_once():
        for booking in bookings:
            try:
                reservation = feed.reservation(booking)
            except Malformed as error:
                stay = booking.stay
                ours = None if stay is None else mapping.listing_id(booking.house, stay.room_type_id)
                unreadable.append(Unreadable(ours, str(error)))
                feed.unplaced[booking.id] = booking.house
                continue
            if reservation is not None:
                found[booking.id] = reservation
    placed = sorted({booking.id for booking in bookings} - feed.unplaced.keys())
    page = page_of(found.values(), _cursor(feed), unreadable)
    return replace(page, unplaced=dict(feed.unplaced), placed=placed)


def houses_in_feed(session: Session, now: datetime) -> set[str]:
    """All houses that were ever booked. Details of bookings are not read."""
    return {booking.house for page in Feed(session, {}, now).pages() for booking in page}


def _cursor(feed: Feed) -> dict[str, Any]:
    if not feed.version:
        return {}
    again = feed.details.again
    return {"version": feed.version} | ({"again": again} if again else {})
