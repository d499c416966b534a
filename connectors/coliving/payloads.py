"""The objects that Coliving sends, with the members that this server reads. Guests are not among them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import PlainValidator

from connectors.monthly_rents import MONTHS
from connectors.payloads import (
    DECISIVE,
    Amount,
    Day,
    Instant,
    NumericId,
    NumericIdOrNone,
    Payload,
    Text,
    Whole,
    read_amount,
)


def _price(value: Any) -> Decimal | None:
    amount = read_amount(value)
    if amount is not None and amount < 0:
        raise ValueError("not a price")
    return amount


Price = Annotated[Decimal | None, PlainValidator(_price)]


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
    """Whole units of the currency. A month without a price costs the base price."""

    payload: ClassVar[str] = "Coliving prices"

    currency: Text = None
    base_price: Price = None
    price_jan: Price = None
    price_feb: Price = None
    price_mar: Price = None
    price_apr: Price = None
    price_may: Price = None
    price_jun: Price = None
    price_jul: Price = None
    price_aug: Price = None
    price_sep: Price = None
    price_oct: Price = None
    price_nov: Price = None
    price_dec: Price = None

    def by_month(self) -> Mapping[str, Decimal | None]:
        """By the names of connectors.monthly_rents."""
        return {month: getattr(self, f"price_{month}") for month in MONTHS}


class StayPayload(Payload):
    """The members of a booking that Coliving's documentation does not show."""

    payload: ClassVar[str] = "Coliving booking"

    check_in: Annotated[Day, DECISIVE] = None
    check_out: Annotated[Day, DECISIVE] = None
    room_type_id: Annotated[NumericIdOrNone, DECISIVE] = None


class BookingPayload(StayPayload):
    """A row of the feed."""

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
    currency: Text = None
