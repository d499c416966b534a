"""Translates the protocol's objects into the values of connectors.values. Functions that read raise Malformed."""

from typing import Any

from connectors.direct.payloads import ListingPayload, NightPayload, PostedNightPayload, ReservationPayload, StayDates
from connectors.payloads import Malformed, id_in, not_told
from connectors.reservations import Statuses, nights_between
from connectors.values import (
    NightRate,
    NoNights,
    RemoteListing,
    RemoteNight,
    RemoteReservation,
    ReservationStatus,
    Unreadable,
)

# The words of the protocol are our own.
STATUSES = Statuses(
    ReservationPayload.payload,
    taking={status.value: status for status in ReservationStatus if status is not ReservationStatus.CANCELLED},
    ended=frozenset({ReservationStatus.CANCELLED.value}),
)
# What the fields of a listing and of a reservation become, where the names differ.
LISTING_TELLS = {"name": ("title",), "image_url": ("image",), "base_price": ("price",)}
RESERVATION_TELLS = {"currency": ("currency", "total")}


def listing(row: Any) -> RemoteListing:
    read = ListingPayload.read(row)
    return RemoteListing(
        channel_listing_id=read.id,
        title=read.name or f"Listing {read.id}",
        timezone=read.timezone,
        currency=read.currency,
        image=read.image_url,
        neighborhood=read.neighborhood,
        city=read.city,
        state=read.state,
        country=read.country,
        address=read.address,
        room_type=read.room_type,
        bedrooms=read.bedrooms,
        bathrooms=read.bathrooms,
        person_capacity=read.person_capacity,
        latitude=read.latitude,
        longitude=read.longitude,
        units=read.units,
        price=read.base_price,
        min_stay=read.min_stay,
        max_stay=read.max_stay,
        unanswered=not_told(read, LISTING_TELLS),
    )


def night(row: Any) -> RemoteNight:
    read = NightPayload.read(row)
    return RemoteNight(
        night=read.date,
        availability=read.availability,
        price=read.price,
        min_stay=read.min_stay,
        max_stay=read.max_stay,
    )


def confirmed(row: Any) -> NightRate | None:
    """A night as the system has it after a push, or None for a night without a price: it has not taken ours."""
    read = PostedNightPayload.read(row)
    if read.price is None:
        return None
    return NightRate(
        night=read.date,
        price=read.price,
        min_stay=read.min_stay,
        max_stay=read.max_stay,
        checkin_allowed=read.checkin_allowed,
        checkout_allowed=read.checkout_allowed,
    )


def night_body(rate: NightRate) -> dict[str, Any]:
    """None is left out, and the system keeps its own value."""
    values = {
        "price": rate.price,
        "min_stay": rate.min_stay,
        "max_stay": rate.max_stay,
        "checkin_allowed": rate.checkin_allowed,
        "checkout_allowed": rate.checkout_allowed,
    }
    return {"date": rate.night.isoformat()} | {name: value for name, value in values.items() if value is not None}


def reservation(row: Any) -> RemoteReservation | NoNights:
    """The status decides first: dates and listing of a row that takes no nights need not be readable."""
    read = ReservationPayload.read(row)
    status = STATUSES.read(read.status)
    without_nights = NoNights(read.id, read.cancelled_at if status is ReservationStatus.CANCELLED else None)
    if status is None:
        return without_nights
    try:
        stay = StayDates.read(row)
        nights = nights_between(stay.check_in, stay.check_out)
        if nights is None:
            return without_nights
        listing_id = _listing_id(read)
    except Malformed:
        if status is ReservationStatus.CANCELLED:
            return without_nights
        raise
    return RemoteReservation(
        channel_reservation_id=read.id,
        channel_listing_id=listing_id,
        status=status,
        check_in=nights[0],
        check_out=nights[1],
        units=read.units or 1,
        total=read.total,
        currency=read.currency,
        source=read.source or "",
        booked_at=read.booked_at,
        cancelled_at=read.cancelled_at,
        unanswered=not_told(read, RESERVATION_TELLS),
    )


def _listing_id(read: ReservationPayload) -> str:
    listing_id = id_in({"id": read.listing_id}, "id")
    if listing_id is None:
        raise Malformed("listing_id")
    return listing_id


def unreadable(row: Any, listing_id_member: str, error: Malformed) -> Unreadable:
    """A malformed row, with the id of its listing where that can be read."""
    return Unreadable(id_in(row, listing_id_member), str(error))
