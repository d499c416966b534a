"""What a channel is to the rest of the code: a small protocol, the values that cross it, and its errors.

A connector raises what is here, or lets connectors.http raise it, and nothing else.

Money crosses in minor units of the listing's currency (cents; whole yen), nights as dates of the listing's own
calendar. A connector translates between these and its channel's wire format, and keeps no state of its own.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from connectors.reading import storable

if TYPE_CHECKING:
    from connectors.http import ChannelHttp


class ChannelError(Exception):
    """Anything a channel answers that is not an answer. `str()` of it is fit to be stored and for a partner to read.

    It may hold words of the channel's own.
    """

    def __init__(self, message: str) -> None:
        super().__init__(storable(message))


class CredentialsRefused(ChannelError):
    """The channel does not accept the credentials: asking again will not help."""


class BadCredential(CredentialsRefused):
    """A credential that cannot be right, whatever the channel would say; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class ChannelRefused(ChannelError):
    """The channel understood and said no (an unknown listing, an archived one, a bad price): never retry as is."""


class UnknownListings(ChannelRefused):
    """Listing ids that the channel does not have, or not for these credentials; named in `channel_listing_ids`."""

    def __init__(self, message: str, channel_listing_ids: Sequence[str]) -> None:
        super().__init__(message)
        self.channel_listing_ids = tuple(channel_listing_ids)


class ChannelUnavailable(ChannelError):
    """The channel failed, timed out or is busy: try again later, after `retry_after` seconds where it said so."""

    def __init__(self, message: str, *, timed_out: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.timed_out = timed_out
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A documented limit: `requests` in any `seconds`, for all that comes from one address or for one account."""

    requests: int
    seconds: int
    per: Literal["address", "account"]


@dataclass(frozen=True, slots=True)
class Wire:
    """Where a channel is reached and how fast it may be asked. `base_url` has no slash at its end.

    `public_only`: the address came from a partner, so nothing on our own networks may be reached through it.
    """

    base_url: str
    limits: tuple[RateLimit, ...] = ()
    public_only: bool = False


@dataclass(frozen=True, slots=True)
class Connection:
    """What a connector works with: one account's credentials, its kept session, and the wire.

    `recall` reads what `remember` was last given, by any process: a channel access token and its expiry, say. It
    is stored encrypted with the account, so that tokens are reused.
    """

    credentials: Mapping[str, Any] = field(repr=False)
    recall: Callable[[], Mapping[str, Any]] = field(repr=False)
    remember: Callable[[Mapping[str, Any]], None] = field(repr=False)
    http: "ChannelHttp" = field(repr=False)
    now: Callable[[], datetime] = field(repr=False)


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
class ChannelListing:
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
class CalendarNight:
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
class ChannelReservation:
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

    reservations: Sequence[ChannelReservation]
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


class Channel(Protocol):
    """A connector. What asks the channel may raise ChannelUnavailable, CredentialsRefused and ChannelRefused."""

    slug: ClassVar[str]
    name: ClassVar[str]
    is_pms: ClassVar[bool]
    required_credentials: ClassVar[Mapping[str, str]]  # field name to what it is
    optional_credentials: ClassVar[Mapping[str, str]]

    @property
    def sets_availability(self) -> bool:
        """Whether `push` tells the channel how many units are free; then rates come with `free_units`."""

    def wire(self, credentials: Mapping[str, Any]) -> Wire:
        """Where the channel is and its limits, from the settings; a credential may say where. Raises BadCredential."""

    def verify(self, connection: Connection) -> ChannelAccount:
        """Asks the channel whose credentials these are."""

    def listings(self, connection: Connection) -> Iterator[Sequence[ChannelListing | Unreadable]]:
        """All listings of the account that can be sold, a page at a time."""

    def listing(self, connection: Connection, channel_listing_id: str) -> ChannelListing:
        """One listing. Raises UnknownListings when it is not there or can no longer be sold."""

    def calendar(
        self, connection: Connection, listing: ChannelListing, first: date, last: date
    ) -> Sequence[CalendarNight]:
        """Nights from `first` to `last`, both included; those the channel says nothing of may be missing.

        `listing` is as it was stored: id, title, currency, timezone, units, price, stays and details.
        """

    def reservations(
        self, connection: Connection, cursor: Mapping[str, Any], channel_listing_id: str | None = None
    ) -> Iterator[ReservationPage]:
        """Reservations new or changed since `cursor` ({} for all of them).

        Each page's cursor goes on after that page, the last one's where the whole run ends.

        May repeat what an earlier cursor has covered; the caller stores by id. With `channel_listing_id`, those
        of one listing only, whatever the cursor.
        """

    def as_sold(self, rates: Sequence[NightRate], currency: str, details: Mapping[str, Any]) -> Sequence[NightRate]:
        """The rates in the terms the channel sells in: as they are, or one price for all nights of a month, say.

        This is what is compared with what the channel has, and pushed where it differs. `rates` are the whole
        horizon, a night each, in order.
        """

    def push(self, connection: Connection, push: Push) -> Mapping[date, NightRate]:
        """Sends rates and returns what the channel confirmed: fewer nights than sent when it took only some."""
