"""The objects of the direct protocol (docs/building-a-channel.md)."""

from typing import Annotated, Any, ClassVar

from pydantic import PlainValidator

from connectors.payloads import (
    DECISIVE,
    Amount,
    Currency,
    Day,
    Flag,
    Id,
    Instant,
    Payload,
    RequiredCurrency,
    RequiredDay,
    RequiredText,
    Rows,
    Text,
    Whole,
    read_amount,
)
from connectors.values import Availability


def _minor_units(value: Any) -> int | None:
    amount = read_amount(value)
    if amount is None:
        return None
    if amount < 0 or amount != amount.to_integral_value():
        raise ValueError("not an amount in minor units")
    return int(amount)


AVAILABILITIES = {
    "available": Availability.AVAILABLE,
    "booked": Availability.BOOKED,
    "blocked": Availability.BLOCKED,
}


def _availability(value: Any) -> Availability:
    availability = AVAILABILITIES.get(value.strip()) if isinstance(value, str) else None
    if availability is None:
        raise ValueError("not an availability")
    return availability


MinorUnits = Annotated[int | None, PlainValidator(_minor_units)]


class AccountPayload(Payload):
    payload: ClassVar[str] = "direct account"

    id: Id
    name: Text = None
    email: Text = None


class ListingsPage(Payload):
    payload: ClassVar[str] = "answer"

    listings: Annotated[Rows, DECISIVE] = ()
    next_cursor: Annotated[Text, DECISIVE] = None


class ListingPayload(Payload):
    payload: ClassVar[str] = "direct listing"

    id: Id
    currency: RequiredCurrency
    name: Text = None
    timezone: Text = None
    image_url: Text = None
    neighborhood: Text = None
    city: Text = None
    state: Text = None
    country: Text = None
    address: Text = None
    room_type: Text = None
    bedrooms: Whole = None
    bathrooms: Amount = None
    person_capacity: Whole = None
    latitude: Amount = None
    longitude: Amount = None
    units: Whole = None
    base_price: MinorUnits = None
    min_stay: Whole = None
    max_stay: Whole = None


class CalendarPayload(Payload):
    payload: ClassVar[str] = "answer"

    currency: Annotated[Currency, DECISIVE] = None
    nights: Annotated[Rows, DECISIVE] = ()


class NightPayload(Payload):
    payload: ClassVar[str] = "direct night"

    date: RequiredDay
    availability: Annotated[Availability, PlainValidator(_availability)]
    price: MinorUnits = None
    min_stay: Whole = None
    max_stay: Whole = None


class PostedNightsPayload(Payload):
    """The answer to a push."""

    payload: ClassVar[str] = "answer"

    nights: Annotated[Rows, DECISIVE] = ()


class PostedNightPayload(Payload):
    payload: ClassVar[str] = "direct posted night"

    date: RequiredDay
    price: MinorUnits = None
    min_stay: Whole = None
    max_stay: Whole = None
    checkin_allowed: Flag = None
    checkout_allowed: Flag = None


class ReservationsPage(Payload):
    payload: ClassVar[str] = "answer"

    reservations: Annotated[Rows, DECISIVE] = ()
    cursor: Annotated[Text, DECISIVE] = None
    has_more: Annotated[Flag, DECISIVE] = None


class StayDates(Payload):
    """Read after the status: a cancelled reservation may have anything here."""

    payload: ClassVar[str] = "direct reservation"

    check_in: Annotated[Day, DECISIVE] = None
    check_out: Annotated[Day, DECISIVE] = None


class ReservationPayload(Payload):
    payload: ClassVar[str] = "direct reservation"

    id: Id
    listing_id: Any = None  # counts only beside nights
    status: RequiredText
    units: Whole = None
    total: MinorUnits = None
    currency: Currency = None
    source: Text = None
    booked_at: Instant = None
    cancelled_at: Instant = None


class Problem(Payload):
    payload: ClassVar[str] = "error"

    code: Text = None
    message: Text = None
