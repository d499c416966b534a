"""The values that cross between a connector and the rest of the code.

Money is in minor units of the listing's currency (cents; whole yen). Nights are dates of the listing's own calendar.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class ChannelAccount:
    """The account that the credentials belong to. `session`: the mapping that the connector remembered."""

    channel_account_id: str
    label: str
    display_id: str | None = None
    email: str | None = None
    session: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A listing or reservation that is not as documented. It fails alone, and the others are read."""

    channel_listing_id: str | None  # its listing, or its whole group (RemoteListing.group), if that could be read
    reason: str


@dataclass(frozen=True, slots=True)
class RemoteListing:
    """A listing as the channel describes it. Texts may be longer than our columns; the sync cuts them.

    `price`, `min_stay` and `max_stay` are stored beside `details` under their own names.
    """

    channel_listing_id: str
    title: str
    timezone: str | None = None
    currency: str | None = None
    image: str | None = None
    neighborhood: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    address: str | None = None
    room_type: str | None = None
    bedrooms: int | None = None
    bathrooms: Decimal | None = None
    person_capacity: int | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    units: int | None = 1  # None: the calendar tells it
    price: int | None = None  # the channel's own base price per night, minor units
    min_stay: int | None = None  # nights
    max_stay: int | None = None  # nights
    by_the_month: bool = False  # the channel sells months, and no single nights
    details: Mapping[str, Any] = field(default_factory=dict)  # the connector's own data for a push
    group: str | None = None  # the channel's house or property, if bookings may name only that
    # Members that the channel did not tell this time, or not readably. Stored values stay.
    unanswered: frozenset[str] = frozenset()


class Availability(StrEnum):
    """The availability of a night at the channel. The values are the letters that calendars are stored with."""

    AVAILABLE = "a"
    BOOKED = "b"
    BLOCKED = "x"


@dataclass(frozen=True, slots=True)
class RemoteNight:
    """A night as the channel shows it, with its price and stay rules there."""

    night: date
    availability: Availability
    price: int | None = None  # minor units
    min_stay: int | None = None  # nights
    max_stay: int | None = None  # nights
    checkin_allowed: bool | None = None  # None: the channel does not tell
    checkout_allowed: bool | None = None
    units: int | None = None  # number of units, if the calendar tells it


class ReservationStatus(StrEnum):
    BOOKED = "booked"  # takes its nights and earns money
    HELD = "held"  # takes its nights until it is accepted or declined
    OWNER = "owner"  # the owner's own stay
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class RemoteReservation:
    """The part of a reservation that pricing needs. It never contains data about a guest."""

    channel_reservation_id: str
    channel_listing_id: str
    status: ReservationStatus
    check_in: date
    check_out: date
    units: int = 1
    total: int | None = None  # the whole stay, minor units of `currency`
    currency: str | None = None
    source: str = ""
    booked_at: datetime | None = None
    cancelled_at: datetime | None = None
    unanswered: frozenset[str] = frozenset()  # as of RemoteListing


@dataclass(frozen=True, slots=True)
class NoNights:
    """A reservation that takes no nights, or none any more. Nothing else about it counts.

    A stored reservation with this id is cancelled. An unknown one is not stored.
    """

    channel_reservation_id: str
    cancelled_at: datetime | None = None  # None: when it is read


@dataclass(frozen=True, slots=True)
class ReservationPage:
    """Some reservations, and the cursor to continue with after they are stored. The cursor can be written as JSON.

    No id occurs twice in `reservations` and `without_nights` together.

    `complete_for`: ids of listings for which this page has every reservation that is not over. Stored reservations
    of these listings that are missing here have been cancelled.

    `unplaced`: ids of bookings that take nights without telling which, or in which listing, each with the group of
    listings that it is for (RemoteListing.group). The occupancy of these listings is unknown. `placed`: ids of bookings
    that may have been unplaced before and are not any more.
    """

    reservations: Sequence[RemoteReservation]
    cursor: Mapping[str, Any]
    unreadable: Sequence[Unreadable] = ()
    complete_for: Sequence[str] = ()
    without_nights: Sequence[NoNights] = ()
    unplaced: Mapping[str, str] = field(default_factory=dict)
    placed: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NightRate:
    """The price and stay rules that a night should have at the channel.

    A stay rule that is None was never set here. The host's own rule at the channel stays as it is.
    """

    night: date
    price: int  # minor units
    min_stay: int | None = None  # nights
    max_stay: int | None = None  # nights
    checkin_allowed: bool | None = None
    checkout_allowed: bool | None = None
    free_units: int | None = None  # units that our reservations leave free, if the channel is sent them


@dataclass(frozen=True, slots=True)
class Push:
    """Rates for one listing: the nights of the whole horizon, and the nights that differ from the channel's.

    Connectors of channels that take single nights send only `changed`. Others need all `nights`.
    """

    channel_listing_id: str
    currency: str
    nights: Sequence[NightRate]
    changed: frozenset[date]
    details: Mapping[str, Any] = field(default_factory=dict)
