"""Translates Hostaway's objects into the values of connectors.values. Functions that read a row raise Malformed."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from connectors.amounts import minor_units
from connectors.hostaway.payloads import (
    CalendarDay,
    Image,
    ListingPayload,
    PropertyType,
    ReservationPayload,
    SpecialStatus,
    StayDates,
)
from connectors.payloads import Malformed, flag_in, id_in, not_told, text_in
from connectors.reservations import Statuses, nights_between
from connectors.values import (
    Availability,
    NoNights,
    RemoteListing,
    RemoteNight,
    RemoteReservation,
    ReservationStatus,
    Unreadable,
)

STATUSES = Statuses(
    ReservationPayload.payload,
    taking={
        "new": ReservationStatus.BOOKED,
        "modified": ReservationStatus.BOOKED,
        "awaitingPayment": ReservationStatus.BOOKED,
        "awaitingGuestVerification": ReservationStatus.BOOKED,
        "pending": ReservationStatus.HELD,
        "unconfirmed": ReservationStatus.HELD,
        "ownerStay": ReservationStatus.OWNER,
    },
    ended=frozenset(
        {
            "cancelled",
            "declined",
            "expired",
            "unknown",
            "inquiry",
            "inquiryPreapproved",
            "inquiryDenied",
            "inquiryTimedout",
            "inquiryNotPossible",
        }
    ),
)
TAKEN = frozenset({"reserved", "pending", "mreserved"})
CLOSED = frozenset({"blocked", "hardBlock", "mblocked", "conflicted"})


# What the fields of a listing and of a reservation become, where the names differ.
LISTING_TELLS = {
    "name": ("title",),
    "currency_code": ("currency", "price", "details"),
    "time_zone_name": ("timezone",),
    "listing_images": ("image",),
    "property_type_id": ("room_type",),
    "bedrooms_number": ("bedrooms",),
    "bathrooms_number": ("bathrooms",),
    "lat": ("latitude",),
    "lng": ("longitude",),
    "min_nights": ("min_stay",),
    "max_nights": ("max_stay",),
}
RESERVATION_TELLS = {
    "reservation_unit": ("units",),
    "total_price": ("total",),
    "currency": ("currency", "total"),
    "channel_name": ("source",),
    "reservation_date": ("booked_at",),
    "cancellation_date": ("cancelled_at",),
}


def listing(row: Any, type_name: Callable[[str], str | None] = lambda type_id: None) -> RemoteListing | None:
    """None for an archived listing, which takes no prices. `type_name` knows the name of a property type by its id."""
    if SpecialStatus.read(row).special_status == "archived":
        return None
    read = ListingPayload.read(row)
    room_type = read.room_type
    if room_type is None and read.property_type_id is not None:
        room_type = type_name(read.property_type_id)
    title = read.name or read.external_listing_name or read.internal_listing_name
    return RemoteListing(
        channel_listing_id=read.id,
        title=title or f"Listing {read.id}",
        timezone=read.time_zone_name,
        currency=read.currency_code,
        image=_image(read.listing_images),
        city=read.city,
        state=read.state,
        country=read.country or read.country_code,
        address=read.address or read.public_address,
        room_type=room_type,
        bedrooms=read.bedrooms_number,
        bathrooms=read.bathrooms_number,
        person_capacity=read.person_capacity,
        latitude=read.lat,
        longitude=read.lng,
        units=None,  # Only the calendar tells.
        price=minor_units(read.price, read.currency_code),
        min_stay=read.min_nights,
        max_stay=read.max_nights,
        details={"currency": read.currency_code},  # Prices are written without a currency.
        unanswered=not_told(read, LISTING_TELLS),
    )


def property_type(row: Any) -> tuple[str, str]:
    """Its id and name. Raises Malformed."""
    read = PropertyType.read(row)
    return read.id, read.name or ""


def _image(rows: Sequence[Any]) -> str | None:
    """The picture that the host has put first."""
    images = [image for row in rows if (image := Image.read_optional(row)) is not None]
    images.sort(key=lambda image: image.sort_order or 0)
    return next((image.url for image in images if image.url), None)


def night(row: Any, currency: str | None) -> RemoteNight:
    read = CalendarDay.read(row)
    return RemoteNight(
        night=read.date,
        availability=_availability(row, read),
        price=minor_units(read.price, currency),
        min_stay=read.minimum_stay,
        max_stay=read.maximum_stay,
        # Null closes nothing, as the samples in the documentation show.
        checkin_allowed=not read.closed_on_arrival,
        checkout_allowed=not read.closed_on_departure,
        units=read.count_available_units,
    )


def _availability(row: Any, read: CalendarDay) -> Availability:
    if read.available_units_to_sell is not None:
        if read.available_units_to_sell > 0:
            return Availability.AVAILABLE
        taken = (read.count_blocking_reservations or 0) + (read.count_pending_units or 0)
        return Availability.BOOKED if taken > 0 else Availability.BLOCKED
    # Read here and not in CalendarDay: where the counters decide, it does not matter whether these can be read.
    status = text_in(row, "status")
    if status in TAKEN:
        return Availability.BOOKED
    if status in CLOSED or flag_in(row, "isAvailable") is False:
        return Availability.BLOCKED
    return Availability.AVAILABLE


def reservation(row: Any) -> RemoteReservation | NoNights:
    """The status decides first: dates and listing of a row that takes no nights need not be readable."""
    read = ReservationPayload.read(row)
    status = STATUSES.read(read.status)
    cancelled_at = _midnight(read.cancellation_date) if status is ReservationStatus.CANCELLED else None
    without_nights = NoNights(read.id, cancelled_at)
    if status is None or (read.status or "").startswith("inquiry"):
        return without_nights
    try:
        nights = _nights(row)
        if nights is None:
            return without_nights
        listing_id = _listing_id(read)
    except Malformed:
        if status is ReservationStatus.CANCELLED:
            return without_nights
        raise
    earns = status is not ReservationStatus.OWNER
    return RemoteReservation(
        channel_reservation_id=read.id,
        channel_listing_id=listing_id,
        status=status,
        check_in=nights[0],
        check_out=nights[1],
        units=max(len(read.reservation_unit), 1),
        total=minor_units(read.total_price, read.currency) if earns else None,
        currency=read.currency,
        source=read.channel_name or "",
        booked_at=read.reservation_date,
        cancelled_at=cancelled_at,
        unanswered=not_told(read, RESERVATION_TELLS),
    )


def _nights(row: Any) -> tuple[date, date] | None:
    # Without dates Hostaway fills in yesterday for both.
    if flag_in(row, "isDatesUnspecified"):
        return None
    stay = StayDates.read(row)
    return nights_between(stay.arrival_date, stay.departure_date)


def _listing_id(read: ReservationPayload) -> str:
    listing_id = id_in({"id": read.listing_map_id}, "id", numeric=True)
    if listing_id is None:
        raise Malformed("listingMapId")
    return listing_id


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)


def unreadable(row: Any, listing_id_member: str, error: Malformed) -> Unreadable:
    """A malformed row, with the id of its listing where that can be read."""
    return Unreadable(id_in(row, listing_id_member, numeric=True), str(error))
