"""The objects that Spotahome sends, with the members that this server reads. `note`, which may name a guest, is not."""

from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from connectors.payloads import (
    DECISIVE,
    Amount,
    Currency,
    Day,
    Flag,
    Id,
    IdOrNone,
    NumericId,
    Payload,
    RequiredDay,
    RequiredText,
    Rows,
    Text,
    Whole,
)


class CamelCase(Payload):
    model_config = ConfigDict(alias_generator=to_camel)

    payload: ClassVar[str]


class TermsPayload(CamelCase):
    """Prices and stay rules. `price` is not read: it repeats the lowest rent in minor units."""

    payload: ClassVar[str] = "Spotahome listing"

    monthly_price: Any = None
    currency_iso_code: Currency = None
    min_stay: Whole = None  # Listings have 0 where properties have null.
    max_stay: Whole = None


class MonthlyPrice(CamelCase):
    """`type` names the one container that counts. The others may hold unrelated figures, so they stay unread."""

    payload: ClassVar[str] = "monthlyPrice"

    type: RequiredText
    fixed_price: Any = None
    prices_by_month: Any = None
    prices_by_day: Any = None
    minimum_price: Any = None


class ListingPayload(TermsPayload):
    id: NumericId
    is_published: Annotated[Flag, DECISIVE] = None
    title: Text = None
    type: Text = None
    location: Any = None
    main_picture: Text = None
    address: Text = None


class Landlord(CamelCase):
    payload: ClassVar[str] = "Spotahome listing"

    landlord_id: RequiredText


class Location(CamelCase):
    payload: ClassVar[str] = "Spotahome location"

    city: Text = None


class Unit(CamelCase):
    """A unit of a property."""

    payload: ClassVar[str] = "Spotahome unit"

    unit_id: Id
    number_bathrooms: Amount = None


class OccupiedListing(CamelCase):
    payload: ClassVar[str] = "Spotahome listing"

    id: NumericId
    occupancies: Annotated[Rows, DECISIVE] = ()


class Occupancy(CamelCase):
    """Source and request decide whether it is a reservation or a block."""

    payload: ClassVar[str] = "Spotahome occupancy"

    start: RequiredDay = Field(alias="from")
    end: RequiredDay = Field(alias="to")
    source: Annotated[Text, DECISIVE] = None
    booking_request_id: Annotated[IdOrNone, DECISIVE] = None


class Availabilities(CamelCase):
    """`availability` may be missing. An empty one means that nobody can move in."""

    payload: ClassVar[str] = "availabilities"

    first_available_date: Annotated[Day, DECISIVE] = None
    availability: Any = None


class Window(CamelCase):
    """A period of move-ins with the period of the move-outs that follow. A missing end is open."""

    payload: ClassVar[str] = "availability"

    move_in_from: Any = None
    move_out_to: Any = None


class Moment(Payload):
    """A date in the form in which PHP writes it, in its own time zone."""

    payload: ClassVar[str] = "availability"

    date: Annotated[Day, DECISIVE] = None
