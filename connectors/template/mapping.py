"""Translates Template's objects into the values of connectors.values. Functions that read a row raise Malformed."""

from datetime import UTC, datetime, time
from typing import Any

from connectors.amounts import minor_units
from connectors.payloads import Malformed, id_in
from connectors.template.payloads import ListingPayload, ReservationPayload
from connectors.values import RemoteListing, RemoteReservation, ReservationStatus, Unreadable

STATUSES = {"confirmed": ReservationStatus.BOOKED, "cancelled": ReservationStatus.CANCELLED}


def listing(row: Any) -> RemoteListing:
    read = ListingPayload.read(row)
    return RemoteListing(
        channel_listing_id=read.id,
        title=read.name or f"Listing {read.id}",
        currency=read.currency,
        price=minor_units(read.price, read.currency),
    )


def reservation(row: Any) -> RemoteReservation:
    read = ReservationPayload.read(row)
    if read.departure <= read.arrival:
        raise Malformed("arrival or departure")
    return RemoteReservation(
        channel_reservation_id=read.id,
        channel_listing_id=read.listing_id,
        status=STATUSES.get(read.status, ReservationStatus.HELD),
        check_in=read.arrival,
        check_out=read.departure,
        total=minor_units(read.total, read.currency),
        currency=read.currency,
        booked_at=read.booked_at,
        cancelled_at=None if read.cancelled_on is None else datetime.combine(read.cancelled_on, time(), UTC),
    )


def unreadable(row: Any, listing_id_member: str, error: Malformed) -> Unreadable:
    """A malformed row, with the id of its listing where that can be read."""
    return Unreadable(id_in(row, listing_id_member), str(error))
