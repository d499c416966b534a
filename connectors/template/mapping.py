"""Translates Template's objects into the values of connectors.values. Functions that read a row raise Malformed."""

from datetime import UTC, datetime, time
from typing import Any

from connectors.amounts import minor_units
from connectors.payloads import Malformed, id_in, not_told
from connectors.reservations import Statuses, nights_between
from connectors.template.payloads import ListingPayload, ReservationPayload, StayPayload
from connectors.values import NoNights, RemoteListing, RemoteReservation, ReservationStatus, Unreadable

STATUSES = Statuses(
    ReservationPayload.payload,
    taking={"confirmed": ReservationStatus.BOOKED},
    ended=frozenset({"cancelled"}),
)


def listing(row: Any) -> RemoteListing:
    read = ListingPayload.read(row)
    return RemoteListing(
        channel_listing_id=read.id,
        title=read.name or f"Listing {read.id}",
        currency=read.currency,
        price=minor_units(read.price, read.currency),
        unanswered=not_told(read, {"name": ("title",), "currency": ("currency", "price")}),
    )


def reservation(row: Any) -> RemoteReservation | NoNights:
    """The status decides first: dates and listing of a row that takes no nights need not be readable."""
    read = ReservationPayload.read(row)
    status = STATUSES.read(read.status)
    cancelled_at = None if read.cancelled_on is None else datetime.combine(read.cancelled_on, time(), UTC)
    if status is None:
        return NoNights(read.id)
    try:
        stay = StayPayload.read(row)
    except Malformed:
        if status is ReservationStatus.CANCELLED:
            return NoNights(read.id, cancelled_at)
        raise
    nights = nights_between(stay.arrival, stay.departure)
    if nights is None:
        return NoNights(read.id, cancelled_at)
    return RemoteReservation(
        channel_reservation_id=read.id,
        channel_listing_id=stay.listing_id,
        status=status,
        check_in=nights[0],
        check_out=nights[1],
        total=minor_units(read.total, read.currency),
        currency=read.currency,
        booked_at=read.booked_at,
        cancelled_at=cancelled_at,
        unanswered=not_told(read, {"currency": ("currency", "total"), "cancelled_on": ("cancelled_at",)}),
    )


def unreadable(row: Any, listing_id_member: str, error: Malformed) -> Unreadable:
    """A malformed row, with the id of its listing where that can be read."""
    return Unreadable(id_in(row, listing_id_member), str(error))
