"""Reads rows of reservations in the same way for all channels: the status first, the dates after.

A reservation takes nights only if its status is known to take nights and it has nights. Everything else is NoNights:
whatever we knew of that reservation, its nights are free.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from connectors.new_statuses import count_new_status
from connectors.payloads import Malformed
from connectors.unread_members import warned_once
from connectors.values import NoNights, RemoteReservation, ReservationPage, ReservationStatus, Unreadable

Read = RemoteReservation | NoNights


@dataclass(frozen=True, slots=True)
class Statuses:
    """A channel's words. `taking` take nights. `ended` are known to take none. Every other word is new to us."""

    payload: str  # in warnings, such as "Hostaway reservation"
    taking: Mapping[str, ReservationStatus]
    ended: frozenset[str] = frozenset()

    def read(self, written: str | None) -> ReservationStatus | None:
        """CANCELLED for a known end. None for a status that is new to us, which is counted."""
        if written is not None and written in self.taking:
            return self.taking[written]
        if written in self.ended:
            return ReservationStatus.CANCELLED
        count_new_status(self.payload, written)
        return None


def nights_between(arrival: date | None, departure: date | None) -> tuple[date, date] | None:
    """The first night and the day of departure, or None for a stay without a night."""
    if arrival is None or departure is None or departure <= arrival:
        return None
    return arrival, departure


def read_page(
    rows: Iterable[Any],
    read: Callable[[Any], Read],
    unreadable: Callable[[Any, Malformed], Unreadable],
    cursor: Mapping[str, Any],
    *,
    newest_first: bool = False,
) -> ReservationPage:
    """A page from its rows. Of several rows with the same id the newest counts."""
    found: dict[str, Read] = {}
    broken: list[Unreadable] = []
    with warned_once():
        for row in rows:
            try:
                reservation = read(row)
            except Malformed as error:
                broken.append(unreadable(row, error))
                continue
            if not (newest_first and reservation.channel_reservation_id in found):
                found[reservation.channel_reservation_id] = reservation
    return page_of(found.values(), cursor, broken)


def page_of(found: Iterable[Read], cursor: Mapping[str, Any], unreadable: Iterable[Unreadable] = ()) -> ReservationPage:
    """A page of reservations with different ids."""
    taking: list[RemoteReservation] = []
    without: list[NoNights] = []
    for reservation in found:
        if isinstance(reservation, NoNights):
            without.append(reservation)
        else:
            taking.append(reservation)
    return ReservationPage(taking, cursor, list(unreadable), without_nights=without)


def of_listing(page: ReservationPage, channel_listing_id: str) -> ReservationPage:
    """The part of a page that is about one listing. Reservations without nights stay, because they name no listing."""
    return replace(
        page,
        reservations=[row for row in page.reservations if row.channel_listing_id == channel_listing_id],
        unreadable=[row for row in page.unreadable if row.channel_listing_id == channel_listing_id],
    )
