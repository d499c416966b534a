"""Hostaway's objects as ours. Field notes: docs/channels.md; what is not understood raises Malformed."""

from datetime import UTC, datetime, time
from typing import Any

from connectors.amounts import minor_units
from connectors.reading import Fields, Malformed
from connectors.values import (
    Availability,
    RemoteListing,
    RemoteNight,
    RemoteReservation,
    ReservationStatus,
    Unreadable,
)

# Which statuses take nights. An inquiry never was a booking and is not read at all; every other status that is
# not here ended without one (declined, expired) or is new to us, and takes no nights.
STATUSES = {
    "new": ReservationStatus.BOOKED,
    "modified": ReservationStatus.BOOKED,
    "awaitingPayment": ReservationStatus.BOOKED,
    "awaitingGuestVerification": ReservationStatus.BOOKED,
    "pending": ReservationStatus.HELD,
    "unconfirmed": ReservationStatus.HELD,
    "ownerStay": ReservationStatus.OWNER,
}
TAKEN = frozenset({"reserved", "pending", "mreserved"})
CLOSED = frozenset({"blocked", "hardBlock", "mblocked", "conflicted"})


def is_archived(row: Any) -> bool:
    return Fields(row, "listing").text("specialStatus") == "archived"


def listing(row: Any) -> RemoteListing:
    """`room_type` stays None for those that have only a property type; `property_type_id` tells which."""
    fields = Fields(row, "listing")
    listing_id = fields.numeric_id("id")
    currency = fields.text("currencyCode")
    title = fields.text("name") or fields.text("externalListingName") or fields.text("internalListingName")
    return RemoteListing(
        channel_listing_id=listing_id,
        title=title or f"Listing {listing_id}",
        timezone=fields.text("timeZoneName"),
        currency=currency,
        image=_image(fields),
        city=fields.text("city"),
        state=fields.text("state"),
        country=fields.text("country") or fields.text("countryCode"),
        address=fields.text("address") or fields.text("publicAddress"),
        room_type=fields.text("roomType"),
        bedrooms=fields.whole("bedroomsNumber"),
        bathrooms=fields.amount("bathroomsNumber"),
        person_capacity=fields.whole("personCapacity"),
        latitude=fields.amount("lat"),
        longitude=fields.amount("lng"),
        units=None,  # only the calendar tells
        price=minor_units(fields.amount("price"), currency),
        min_stay=fields.whole("minNights"),
        max_stay=fields.whole("maxNights"),
        details={"currency": currency},  # prices are written without one
    )


def property_type_id(row: Any) -> str | None:
    fields = Fields(row, "listing")
    return fields.numeric_id("propertyTypeId") if "propertyTypeId" in fields else None


def property_type(row: Any) -> tuple[str, str]:
    """Its id and name."""
    fields = Fields(row, "property type")
    return fields.numeric_id("id"), fields.text("name") or ""


def _image(fields: Fields) -> str | None:
    """The first picture by the host's own order."""
    images = [Fields(row, "listingImages") for row in fields.rows("listingImages")]
    images.sort(key=lambda image: image.whole("sortOrder") or 0)
    return next((url for image in images if (url := image.text("url"))), None)


def night(row: Any, currency: str | None) -> RemoteNight:
    """The unit counters are null for a listing of a single unit; the day's price is in the listing's currency."""
    fields = Fields(row, "calendar day")
    date = fields.day("date")
    if date is None:
        raise Malformed("date")
    return RemoteNight(
        night=date,
        availability=_availability(fields),
        price=minor_units(fields.amount("price"), currency),
        min_stay=fields.whole("minimumStay"),
        max_stay=fields.whole("maximumStay"),
        # Null, as in the documentation's samples, closes nothing.
        checkin_allowed=not fields.flag("closedOnArrival"),
        checkout_allowed=not fields.flag("closedOnDeparture"),
        units=fields.whole("countAvailableUnits"),
    )


def _availability(fields: Fields) -> Availability:
    to_sell = fields.whole("availableUnitsToSell")
    if to_sell is not None:
        if to_sell > 0:
            return Availability.AVAILABLE
        taken = (fields.whole("countBlockingReservations") or 0) + (fields.whole("countPendingUnits") or 0)
        return Availability.BOOKED if taken > 0 else Availability.BLOCKED
    status = fields.text("status")
    if status in TAKEN:
        return Availability.BOOKED
    if status in CLOSED or fields.flag("isAvailable") is False:
        return Availability.BLOCKED
    return Availability.AVAILABLE


def reservation(row: Any) -> RemoteReservation | None:
    """None for what takes no nights and never did: an inquiry, or one without dates of its own."""
    fields = Fields(row, "reservation")
    reservation_id, listing_id = fields.numeric_id("id"), fields.numeric_id("listingMapId")
    written = fields.text("status") or ""
    # Without dates Hostaway fills in yesterday for both.
    if written.startswith("inquiry") or fields.flag("isDatesUnspecified"):
        return None
    check_in, check_out = fields.day("arrivalDate"), fields.day("departureDate")
    if check_in is None or check_out is None:
        raise Malformed("arrivalDate or departureDate")
    if check_out <= check_in:
        return None
    status = STATUSES.get(written, ReservationStatus.CANCELLED)
    currency = fields.text("currency")
    earns = status is not ReservationStatus.OWNER
    return RemoteReservation(
        channel_reservation_id=reservation_id,
        channel_listing_id=listing_id,
        status=status,
        check_in=check_in,
        check_out=check_out,
        units=max(len(fields.rows("reservationUnit")), 1),
        total=minor_units(fields.amount("totalPrice"), currency) if earns else None,
        currency=currency,
        source=fields.text("channelName") or "",
        booked_at=fields.instant("reservationDate"),
        cancelled_at=_cancelled_at(fields) if status is ReservationStatus.CANCELLED else None,
    )


def _cancelled_at(fields: Fields) -> datetime | None:
    day = fields.day("cancellationDate")
    return None if day is None else datetime.combine(day, time(), UTC)


def unreadable(row: Any, listing_id_member: str, error: Malformed) -> Unreadable:
    """A malformed row, with the listing it belongs to where that much can be read."""
    try:
        listing_id = Fields(row, "row").numeric_id(listing_id_member)
    except Malformed:
        listing_id = None
    return Unreadable(listing_id, str(error))
