"""The objects that Template sends, with the members that this server reads."""

from typing import Annotated, ClassVar

from connectors.payloads import DECISIVE, Amount, Currency, Day, Id, Instant, Payload, RequiredText, Rows, Text


class AccountPayload(Payload):
    payload: ClassVar[str] = "Template account"

    id: Id
    name: Text = None


class ListingsPage(Payload):
    payload: ClassVar[str] = "Template listings"

    listings: Annotated[Rows, DECISIVE] = ()


class ListingPayload(Payload):
    payload: ClassVar[str] = "Template listing"

    id: Id
    name: Text = None
    currency: Currency = None
    price: Amount = None  # whole units of the currency


class ReservationsPage(Payload):
    payload: ClassVar[str] = "Template reservations"

    reservations: Annotated[Rows, DECISIVE] = ()


class ReservationPayload(Payload):
    payload: ClassVar[str] = "Template reservation"

    id: Id
    status: RequiredText
    total: Amount = None  # whole units of the currency
    currency: Currency = None
    booked_at: Instant = None
    cancelled_on: Day = None


class StayPayload(Payload):
    """Read after the status: a cancelled reservation may have anything here."""

    payload: ClassVar[str] = "Template reservation"

    listing_id: Id
    arrival: Annotated[Day, DECISIVE] = None
    departure: Annotated[Day, DECISIVE] = None
