"""Translates the protocol's objects into the values of connectors.values. Functions that read raise Malformed."""

from typing import Any

from connectors.direct.payloads import ListingPayload, NightPayload, PostedNightPayload, ReservationPayload
from connectors.payloads import Malformed, id_in
from connectors.values import NightRate, RemoteListing, RemoteNight, RemoteReservation, Unreadable


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


def reservation(row: Any) -> RemoteReservation:
    read = ReservationPayload.read(row)
    if read.check_out <= read.check_in:
        raise Malformed("check_in or check_out")
    return RemoteReservation(
        channel_reservation_id=read.id,
        channel_listing_id=read.listing_id,
        status=read.status,
        check_in=read.check_in,
        check_out=read.check_out,
        units=read.units or 1,
        total=read.total,
        currency=read.currency,
        source=read.source or "",
        booked_at=read.booked_at,
        cancelled_at=read.cancelled_at,
    )


def unreadable(row: Any, listing_id_member: str, error: Malformed) -> Unreadable:
    """A malformed row, with the id of its listing where that can be read."""
    return Unreadable(id_in(row, listing_id_member), str(error))
