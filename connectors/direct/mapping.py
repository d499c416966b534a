"""The protocol's objects as ours. What is not understood raises Malformed."""

from typing import Any

from connectors.reading import Fields, Malformed
from connectors.values import (
    Availability,
    NightRate,
    RemoteListing,
    RemoteNight,
    RemoteReservation,
    ReservationStatus,
    Unreadable,
)

AVAILABILITIES = {
    "available": Availability.AVAILABLE,
    "booked": Availability.BOOKED,
    "blocked": Availability.BLOCKED,
}


def listing(row: Any) -> RemoteListing:
    fields = Fields(row, "listing")
    listing_id = fields.id("id")
    return RemoteListing(
        channel_listing_id=listing_id,
        title=fields.text("name") or f"Listing {listing_id}",
        timezone=fields.text("timezone"),
        currency=_required(fields, "currency"),
        image=fields.text("image_url"),
        neighborhood=fields.text("neighborhood"),
        city=fields.text("city"),
        state=fields.text("state"),
        country=fields.text("country"),
        address=fields.text("address"),
        room_type=fields.text("room_type"),
        bedrooms=fields.whole("bedrooms"),
        bathrooms=fields.amount("bathrooms"),
        person_capacity=fields.whole("person_capacity"),
        latitude=fields.amount("latitude"),
        longitude=fields.amount("longitude"),
        units=fields.whole("units"),
        price=_minor(fields, "base_price"),
        min_stay=fields.whole("min_stay"),
        max_stay=fields.whole("max_stay"),
    )


def night(row: Any) -> RemoteNight:
    fields = Fields(row, "night")
    day = fields.day("date")
    availability = AVAILABILITIES.get(_required(fields, "availability"))
    if day is None or availability is None:
        raise Malformed("date or availability")
    return RemoteNight(
        night=day,
        availability=availability,
        price=_minor(fields, "price"),
        min_stay=fields.whole("min_stay"),
        max_stay=fields.whole("max_stay"),
    )


def confirmed(row: Any) -> NightRate | None:
    """A night as the system has it after a push; None for one without a price, which has not taken ours."""
    fields = Fields(row, "night")
    day, price = fields.day("date"), _minor(fields, "price")
    if day is None:
        raise Malformed("date")
    if price is None:
        return None
    return NightRate(
        night=day,
        price=price,
        min_stay=fields.whole("min_stay"),
        max_stay=fields.whole("max_stay"),
        checkin_allowed=fields.flag("checkin_allowed"),
        checkout_allowed=fields.flag("checkout_allowed"),
    )


def night_body(rate: NightRate) -> dict[str, Any]:
    """What is None is left out: the system keeps what it has."""
    told = {
        "price": rate.price,
        "min_stay": rate.min_stay,
        "max_stay": rate.max_stay,
        "checkin_allowed": rate.checkin_allowed,
        "checkout_allowed": rate.checkout_allowed,
    }
    return {"date": rate.night.isoformat()} | {name: value for name, value in told.items() if value is not None}


def reservation(row: Any) -> RemoteReservation:
    fields = Fields(row, "reservation")
    check_in, check_out = fields.day("check_in"), fields.day("check_out")
    if check_in is None or check_out is None or check_out <= check_in:
        raise Malformed("check_in or check_out")
    try:
        status = ReservationStatus(_required(fields, "status"))
    except ValueError:
        raise Malformed("status") from None
    return RemoteReservation(
        channel_reservation_id=fields.id("id"),
        channel_listing_id=fields.id("listing_id"),
        status=status,
        check_in=check_in,
        check_out=check_out,
        units=fields.whole("units") or 1,
        total=_minor(fields, "total"),
        currency=fields.text("currency"),
        source=fields.text("source") or "",
        booked_at=fields.instant("booked_at"),
        cancelled_at=fields.instant("cancelled_at"),
    )


def unreadable(row: Any, listing_id_member: str, error: Malformed) -> Unreadable:
    """A malformed row, with the listing it belongs to where that much can be read."""
    try:
        listing_id = Fields(row, "row").id(listing_id_member)
    except Malformed:
        listing_id = None
    return Unreadable(listing_id, str(error))


def _required(fields: Fields, name: str) -> str:
    value = fields.text(name)
    if value is None:
        raise Malformed(name)
    return value


def _minor(fields: Fields, name: str) -> int | None:
    """An amount in minor units, which is whole and not negative."""
    amount = fields.amount(name)
    if amount is None:
        return None
    if amount < 0 or amount != amount.to_integral_value():
        raise Malformed(name)
    return int(amount)
