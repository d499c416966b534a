"""Translates Coliving's objects into the values of connectors.values. Functions that read a row raise Malformed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.amounts import minor_units
from connectors.coliving import payloads
from connectors.coliving.credentials import HousesPlace
from connectors.coliving.month_prices import night_price
from connectors.payloads import Malformed, id_in, not_told
from connectors.reservations import Statuses, nights_between
from connectors.values import RemoteListing, RemoteReservation, ReservationStatus, Unreadable

VERSION = "%Y-%m-%d %H:%M:%S"
FIRST_VERSION = datetime(2000, 1, 1, tzinfo=UTC)
ANY_ZONE = timedelta(days=1)  # the zone of versions is not documented
# Only "confirmed" is documented. The others are the words that such systems use.
STATUSES = Statuses(
    payloads.BookingPayload.payload,
    taking={
        **dict.fromkeys(("confirmed", "completed", "checked_in", "checked_out", "paid"), ReservationStatus.BOOKED),
        "pending": ReservationStatus.HELD,
    },
    ended=frozenset({"cancelled", "canceled", "declined", "rejected", "expired"}),
)


@dataclass(frozen=True, slots=True)
class Stay:
    """Dates and room type of a booking. Coliving's documentation does not show these members."""

    check_in: date
    check_out: date
    room_type_id: str


@dataclass(frozen=True, slots=True)
class Booking:
    """A row of the feed. `status`: None for one that is new to us. `version` sorts as a text.

    `stay` is None if the row does not tell dates and room type, or if its dates have no night (`is_empty`).
    """

    id: str
    house: str
    status: ReservationStatus | None
    version: str
    stay: Stay | None
    is_empty: bool = False

    @property
    def takes_nights(self) -> bool:
        return self.status not in (None, ReservationStatus.CANCELLED)


def listing_id(house: str, room_type_id: str) -> str:
    """Our listing id: house and room type, because Coliving's requests need both ids."""
    return f"{house}:{room_type_id}"


def split_listing_id(channel_listing_id: str) -> tuple[str, str] | None:
    """House and room type. None for an id of another form."""
    house, _, room_type = channel_listing_id.partition(":")
    both_are_ids = all(part.isascii() and part.isdigit() for part in (house, room_type))
    return (house, room_type) if both_are_ids else None


def room_type(row: Any, house: str, place: HousesPlace) -> RemoteListing:
    """`details`: both ids, and the price of each month in minor units by name. The base price fills missing months."""
    read = payloads.RoomType.read(row)
    prices = payloads.Prices.read_optional(read.prices) or payloads.Prices()
    base = _price(prices.base_price, prices.currency)
    months = {month: _price(price, prices.currency) for month, price in prices.by_month().items()}
    priced = {month: base if price is None else price for month, price in months.items()}
    return RemoteListing(
        channel_listing_id=listing_id(house, read.room_type_id),
        title=read.name or f"Room type {read.room_type_id}",
        timezone=place.timezone,
        currency=prices.currency,
        city=place.city,
        country=place.country,
        room_type=read.room_type,
        units=read.amount,
        price=None if base is None else night_price(base),
        by_the_month=True,
        group=house,
        details={
            "listing_id": house,
            "room_type_id": read.room_type_id,
            "month_prices": {month: price for month, price in priced.items() if price is not None},
        },
        unanswered=not_told(read, {"name": ("title",), "amount": ("units",)}) | _unread_prices(prices),
    )


def _unread_prices(prices: payloads.Prices) -> frozenset[str]:
    """A price that cannot be read does not replace one that is known: it is not the base price either."""
    return not_told(prices, {}) & {"currency"} | ({"price", "details"} if prices.unread else frozenset())


def _price(amount: Decimal | None, currency: str | None) -> int | None:
    return None if amount is not None and amount < 0 else minor_units(amount, currency)


def written_prices(row: Any) -> tuple[str | None, Mapping[str, Decimal | None]]:
    """Currency, and prices as they are on the wire: `base_price`, `price_jan`, …"""
    prices = payloads.Prices.read(payloads.RoomType.read(row).prices, strictly=True)
    by_month = {f"price_{month}": price for month, price in prices.by_month().items()}
    return prices.currency, {"base_price": prices.base_price, **by_month}


def booking(row: Any, now: datetime) -> Booking:
    """A `version` in the future would stop the feed until that time, so it is malformed.

    The status decides first: dates of a booking that takes no nights need not be readable.
    """
    read = payloads.BookingPayload.read(row)
    if read.version is None or not FIRST_VERSION <= read.version <= now + ANY_ZONE:
        raise Malformed("version")
    known = Booking(
        id=read.booking_id,
        house=read.listing_id,
        status=STATUSES.read((read.status or "").lower()),
        version=read.version.strftime(VERSION),
        stay=None,
    )
    try:
        told, is_empty = stay(row)
    except Malformed:
        if known.takes_nights:
            raise
        return known
    return replace(known, stay=told, is_empty=is_empty)


def stay(row: Any) -> tuple[Stay | None, bool]:
    """The stay that a row or a booking's details tell, if they do, and whether they tell dates without a night."""
    read = payloads.StayPayload.read(row)
    if read.check_in is None or read.check_out is None:
        return None, False
    nights = nights_between(read.check_in, read.check_out)
    if nights is None:
        return None, True
    if read.room_type_id in (None, ""):
        return None, False
    room_type_id = id_in({"id": read.room_type_id}, "id", numeric=True)
    if room_type_id is None:
        raise Malformed("room_type_id")
    return Stay(*nights, room_type_id), False


def total(row: Any) -> tuple[int | None, str | None]:
    """The price of the whole stay in minor units, and its currency, from a booking's details."""
    pricing = payloads.Pricing.read_optional(payloads.BookingDetails.read(row).pricing) or payloads.Pricing()
    return minor_units(pricing.total, pricing.currency), pricing.currency


def reservation(
    booking: Booking, status: ReservationStatus, stay: Stay, total: int | None, currency: str | None
) -> RemoteReservation:
    """`version` is the only instant. For a cancelled booking it is the time of cancellation, in an unknown zone."""
    cancelled = status is ReservationStatus.CANCELLED
    return RemoteReservation(
        channel_reservation_id=booking.id,
        channel_listing_id=listing_id(booking.house, stay.room_type_id),
        status=status,
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
    """A malformed row, with the id of its listing where that can be read."""
    house = house or id_in(row, "listing_id", numeric=True)
    room_type_id = id_in(row, "room_type_id", numeric=True)
    ours = None if house is None or room_type_id is None else listing_id(house, room_type_id)
    return Unreadable(ours, str(error))


def house_of_unreadable(row: Any) -> dict[str, str]:
    """The house of a booking that cannot be read, by the booking's id; empty if these cannot be read either."""
    booking_id, house = id_in(row, "booking_id", numeric=True), id_in(row, "listing_id", numeric=True)
    return {} if booking_id is None or house is None else {booking_id: house}
