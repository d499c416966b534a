"""The objects that Hostaway sends, with the members that this server reads. Field notes: docs/channels.md."""

from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict
from pydantic.alias_generators import to_camel

from connectors.payloads import (
    DECISIVE,
    Amount,
    Currency,
    Day,
    Flag,
    Instant,
    NumericId,
    NumericIdOrNone,
    Payload,
    RequiredDay,
    Rows,
    Text,
    Whole,
)


class Envelope(Payload):
    payload: ClassVar[str] = "the answer"

    status: Annotated[Text, DECISIVE] = None
    result: Any = None
    count: Whole = None  # rows on all pages


class AccessTokenPayload(Payload):
    payload: ClassVar[str] = "the answer"

    access_token: Annotated[Text, DECISIVE] = None
    expires_in: Annotated[Whole, DECISIVE] = None  # seconds


class CamelCase(Payload):
    model_config = ConfigDict(alias_generator=to_camel)

    payload: ClassVar[str]


class Image(CamelCase):
    payload: ClassVar[str] = "Hostaway image"

    url: Text = None
    sort_order: Whole = None


class SpecialStatus(CamelCase):
    payload: ClassVar[str] = "Hostaway listing"

    special_status: Annotated[Text, DECISIVE] = None


class ListingPayload(CamelCase):
    payload: ClassVar[str] = "Hostaway listing"

    id: NumericId
    name: Text = None
    external_listing_name: Text = None
    internal_listing_name: Text = None
    currency_code: Currency = None
    price: Amount = None
    time_zone_name: Text = None
    listing_images: Rows = ()
    city: Text = None
    state: Text = None
    country: Text = None
    country_code: Text = None
    address: Text = None
    public_address: Text = None
    room_type: Text = None
    property_type_id: NumericIdOrNone = None
    bedrooms_number: Whole = None
    bathrooms_number: Amount = None
    person_capacity: Whole = None
    lat: Amount = None
    lng: Amount = None
    min_nights: Whole = None
    max_nights: Whole = None


class PropertyType(CamelCase):
    payload: ClassVar[str] = "Hostaway property type"

    id: NumericId
    name: Text = None


class CalendarDay(CamelCase):
    """The unit counters are null for a listing of a single unit. The price is in the listing's currency."""

    payload: ClassVar[str] = "Hostaway calendar day"

    date: RequiredDay
    available_units_to_sell: Annotated[Whole, DECISIVE] = None
    count_blocking_reservations: Whole = None
    count_pending_units: Whole = None
    count_available_units: Whole = None
    price: Amount = None
    minimum_stay: Whole = None
    maximum_stay: Whole = None
    closed_on_arrival: Flag = None
    closed_on_departure: Flag = None


class StayDates(CamelCase):
    """Read after the status: inquiries may have anything here."""

    payload: ClassVar[str] = "Hostaway reservation"

    arrival_date: Annotated[Day, DECISIVE] = None
    departure_date: Annotated[Day, DECISIVE] = None


class ReservationPayload(CamelCase):
    payload: ClassVar[str] = "Hostaway reservation"

    id: NumericId
    listing_map_id: Any = None  # counts only beside nights
    status: Annotated[Text, DECISIVE] = None
    reservation_unit: Rows = ()
    total_price: Amount = None
    currency: Currency = None
    channel_name: Text = None
    reservation_date: Instant = None
    cancellation_date: Day = None
