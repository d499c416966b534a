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
    """Who the credentials belong to at the channel. `session`: what the connector remembered while asking."""

    channel_account_id: str
    label: str
    display_id: str | None = None
    email: str | None = None
    session: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A listing or reservation that is not as documented: it fails alone, the rest goes on."""

    channel_listing_id: str | None  # the listing it belongs to, where that much could be read
    reason: str


@dataclass(frozen=True, slots=True)
class RemoteListing:
    """A rentable unit as the channel describes it. Texts may be longer than our columns; the sync cuts them.

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
    units: int | None = 1  # None: only the calendar tells
    price: int | None = None  # the channel's own base price of a night, minor units
    min_stay: int | None = None  # nights
    max_stay: int | None = None  # nights
    details: Mapping[str, Any] = field(default_factory=dict)  # what the connector needs to push again


class Availability(StrEnum):
    """Of a night at the channel; the values are the letters kept in ChannelCalendar.availability."""

    AVAILABLE = "a"
    BOOKED = "b"
    BLOCKED = "x"


@dataclass(frozen=True, slots=True)
class RemoteNight:
    """A night as the channel shows it: what it costs there now, and the stay rules it has."""

    night: date
    availability: Availability
    price: int | None = None  # minor units
    min_stay: int | None = None  # nights
    max_stay: int | None = None  # nights
    checkin_allowed: bool | None = None  # None: not told, as with checkout_allowed
    checkout_allowed: bool | None = None
    units: int | None = None  # how many exist, where the calendar tells


class ReservationStatus(StrEnum):
    BOOKED = "booked"  # takes its nights and earns
    HELD = "held"  # takes its nights until it is decided
    OWNER = "owner"  # the owner's own stay
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class RemoteReservation:
    """What pricing needs of a reservation; no guest data is ever read into it."""

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


@dataclass(frozen=True, slots=True)
class ReservationPage:
    """Some reservations, and the cursor to start from once they are stored (JSON-able).

    `complete_for`: ids of listings all of whose reservations that are not over are on this page. Where a channel
    tells what is and not what was, others of these listings have been cancelled.

    `cancelled`: ids of reservations of which nothing more is told than that they have been cancelled.
    """

    reservations: Sequence[RemoteReservation]
    cursor: Mapping[str, Any]
    unreadable: Sequence[Unreadable] = ()
    complete_for: Sequence[str] = ()
    cancelled: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class NightRate:
    """What a night shall cost and which stays it takes part in.

    A stay rule that is None was never steered from here: the host's own, at the channel, stays as it is.
    """

    night: date
    price: int  # minor units
    min_stay: int | None = None  # nights
    max_stay: int | None = None  # nights
    checkin_allowed: bool | None = None
    checkout_allowed: bool | None = None
    free_units: int | None = None  # left to be sold, by the reservations known here; only where the channel is told


@dataclass(frozen=True, slots=True)
class Push:
    """Rates for one listing: the whole horizon, and which nights of it differ from what the channel has.

    A channel that takes single nights sends only `changed`; one that takes whole months or years needs `nights`.
    """

    channel_listing_id: str
    currency: str
    nights: Sequence[NightRate]
    changed: frozenset[date]
    details: Mapping[str, Any] = field(default_factory=dict)
