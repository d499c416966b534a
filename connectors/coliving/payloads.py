"""The objects that Coliving sends, with the members that this server reads. Guests are not among them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from connectors.monthly_rents import MONTHS
from connectors.payloads import (
    DECISIVE,
    Amount,
    Currency,
    Day,
    Instant,
    NumericId,
    Payload,
    Text,
    Whole,
)


class Host(Payload):
    payload: ClassVar[str] = "data"

    name: Text = None
    email: Annotated[Text, DECISIVE] = None


class RoomType(Payload):
    payload: ClassVar[str] = "Coliving room type"

    room_type_id: NumericId
    name: Text = None
    room_type: Text = None
    amount: Whole = None  # rooms of the type
    prices: Any = None


class Prices(Payload):
    """Whole units of the currency. A month without a price costs the base price; a negative amount is no price."""

    payload: ClassVar[str] = "Coliving prices"

    currency: Currency = None
    base_price: Amount = None
    price_jan: Amount = None
    price_feb: Amount = None
    price_mar: Amount = None
    price_apr: Amount = None
    price_may: Amount = None
    price_jun: Amount = None
    price_jul: Amount = None
    price_aug: Amount = None
    price_sep: Amount = None
    price_oct: Amount = None
    price_nov: Amount = None
    price_dec: Amount = None

    def by_month(self) -> Mapping[str, Decimal | None]:
        """By the names of connectors.monthly_rents."""
        return {month: getattr(self, f"price_{month}") for month in MONTHS}


class StayPayload(Payload):
    """The members of a booking that Coliving's documentation does not show. They are read after the status."""

    payload: ClassVar[str] = "Coliving booking"

    check_in: Annotated[Day, DECISIVE] = None
    check_out: Annotated[Day, DECISIVE] = None
    room_type_id: Any = None  # counts only beside dates


class BookingPayload(Payload):
    """A row of the feed."""

    payload: ClassVar[str] = "Coliving booking"

    booking_id: NumericId
    listing_id: NumericId
    status: Annotated[Text, DECISIVE] = None
    version: Annotated[Instant, DECISIVE] = None


class BookingDetails(Payload):
    payload: ClassVar[str] = "Coliving booking"

    pricing: Any = None


class Pricing(Payload):
    payload: ClassVar[str] = "Coliving pricing"

    total: Amount = None
    currency: Currency = None
