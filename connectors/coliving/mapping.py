"""Coliving's objects as ours. What is not understood raises Malformed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.amounts import minor_units
from connectors.coliving.credentials import Place
from connectors.coliving.month_prices import night_price
from connectors.monthly_rents import MONTHS
from connectors.reading import Fields, Malformed
from connectors.values import RemoteListing, RemoteReservation, ReservationStatus, Unreadable

VERSION = "%Y-%m-%d %H:%M:%S"
FIRST_VERSION = datetime(2000, 1, 1, tzinfo=UTC)
ANY_ZONE = timedelta(days=1)  # the zone of versions is not documented
# Only "confirmed" is documented. What ended without a stay takes no nights; what is new to us holds them.
BOOKED = frozenset({"confirmed", "completed", "checked_in", "checked_out", "paid"})
ENDED = frozenset({"cancelled", "canceled", "declined", "rejected", "expired"})


@dataclass(frozen=True, slots=True)
class Stay:
    """Dates and room type of a booking, which Coliving's documentation does not show."""

    check_in: date
    check_out: date
    room_type_id: str


@dataclass(frozen=True, slots=True)
class Booking:
    """A row of the feed. `version` sorts as a text."""

    id: str
    house: str
    status: ReservationStatus
    version: str
    stay: Stay | None


def listing_id(house: str, room_type_id: str) -> str:
    """Ours of a room type: both of Coliving's ids, for it asks for both."""
    return f"{house}:{room_type_id}"


def split_listing_id(channel_listing_id: str) -> tuple[str, str] | None:
    """House and room type; None for what is not one of ours."""
    house, _, room_type = channel_listing_id.partition(":")
    both_are_ids = all(part.isascii() and part.isdigit() for part in (house, room_type))
    return (house, room_type) if both_are_ids else None


def room_type(row: Any, house: str, place: Place) -> RemoteListing:
    """`details`: both ids, and what each month costs, in minor units by name; the base price where none is set."""
    fields = Fields(row, "room type")
    room_type_id = fields.numeric_id("room_type_id")
    prices = Fields(row.get("prices"), "prices")
    currency = prices.text("currency")
    base = minor_units(_not_negative(prices, "base_price"), currency)
    months = {month: minor_units(_not_negative(prices, f"price_{month}"), currency) for month in MONTHS}
    priced = {month: base if price is None else price for month, price in months.items()}
    return RemoteListing(
        channel_listing_id=listing_id(house, room_type_id),
        title=fields.text("name") or f"Room type {room_type_id}",
        timezone=place.timezone,
        currency=currency,
        city=place.city,
        country=place.country,
        room_type=fields.text("room_type"),
        units=fields.whole("amount"),
        price=None if base is None else night_price(base),
        details={
            "listing_id": house,
            "room_type_id": room_type_id,
            "month_prices": {month: price for month, price in priced.items() if price is not None},
        },
    )


def written_prices(row: Any) -> tuple[str | None, Mapping[str, Decimal | None]]:
    """Currency, and prices as they are on the wire: `base_price`, `price_jan`, …"""
    Fields(row, "room type")
    prices = Fields(row.get("prices"), "prices")
    names = ("base_price", *(f"price_{month}" for month in MONTHS))
    return prices.text("currency"), {name: prices.amount(name) for name in names}


def booking(row: Any, now: datetime) -> Booking:
    """A `version` from the future would keep the feed from being read until then, so it is taken for an error."""
    fields = Fields(row, "booking")
    status = (fields.text("status") or "").lower()
    version = fields.instant("version")
    if version is None or not FIRST_VERSION <= version <= now + ANY_ZONE:
        raise Malformed("version")
    return Booking(
        id=fields.numeric_id("booking_id"),
        house=fields.numeric_id("listing_id"),
        status=_status(status),
        version=version.strftime(VERSION),
        stay=stay(row),
    )


def stay(row: Any) -> Stay | None:
    """None where a booking does not tell dates and room type, or tells no night."""
    fields = Fields(row, "booking")
    check_in, check_out = fields.day("check_in"), fields.day("check_out")
    if check_in is None or check_out is None or check_out <= check_in or "room_type_id" not in fields:
        return None
    return Stay(check_in, check_out, fields.numeric_id("room_type_id"))


def total(row: Any) -> tuple[int | None, str | None]:
    """Of a booking's details: the whole stay in minor units, and the currency. The guest is not read."""
    if "pricing" not in Fields(row, "booking"):
        return None, None
    pricing = Fields(row["pricing"], "pricing")
    currency = pricing.text("currency")
    return minor_units(pricing.amount("total"), currency), currency


def reservation(booking: Booking, stay: Stay, total: int | None, currency: str | None) -> RemoteReservation:
    """`version` is the only instant there is: of a cancelled booking, when it was cancelled. Its zone is not known."""
    cancelled = booking.status is ReservationStatus.CANCELLED
    return RemoteReservation(
        channel_reservation_id=booking.id,
        channel_listing_id=listing_id(booking.house, stay.room_type_id),
        status=booking.status,
        check_in=stay.check_in,
        check_out=stay.check_out,
        total=total,
        currency=currency,
        source="coliving",
        cancelled_at=instant_of(booking.version) if cancelled else None,
    )


def instant_of(version: str) -> datetime:
    return datetime.fromisoformat(version).replace(tzinfo=UTC)


def version_after(version: str, span: timedelta) -> str:
    return (instant_of(version) + span).strftime(VERSION)


def unreadable(row: Any, house: str | None, error: Malformed) -> Unreadable:
    """A malformed row, with the listing it belongs to where that much can be read."""
    try:
        fields = Fields(row, "row")
        ours = listing_id(house or fields.numeric_id("listing_id"), fields.numeric_id("room_type_id"))
    except Malformed:
        ours = None
    return Unreadable(ours, str(error))


def _status(written: str) -> ReservationStatus:
    if written in ENDED:
        return ReservationStatus.CANCELLED
    return ReservationStatus.BOOKED if written in BOOKED else ReservationStatus.HELD


def _not_negative(prices: Fields, name: str) -> Decimal | None:
    amount = prices.amount(name)
    if amount is not None and amount < 0:
        raise Malformed(name)
    return amount
