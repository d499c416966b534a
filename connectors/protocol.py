"""The protocol that every connector implements.

A connector translates between the values of connectors.values and the wire format of its channel. It keeps no state
of its own and raises the errors of connectors.errors only.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Protocol

from connectors.accepted import Accepted
from connectors.connection import Connection
from connectors.values import (
    ChannelAccount,
    NightRate,
    Push,
    RemoteListing,
    RemoteNight,
    ReservationPage,
    Unreadable,
)
from connectors.wire import Wire


class Channel(Protocol):
    """A connector. Methods with a connection may raise ChannelUnavailable, CredentialsRefused and ChannelRefused."""

    slug: ClassVar[str]
    name: ClassVar[str]
    is_pms: ClassVar[bool]
    required_credentials: ClassVar[Mapping[str, str]]  # field name to description
    optional_credentials: ClassVar[Mapping[str, str]]
    accepted: ClassVar[Accepted]  # rates are fitted to it before `as_sold`

    @property
    def sets_availability(self) -> bool:
        """Whether `push` sends the number of free units. If so, rates have `free_units`."""

    def wire(self, channel_credentials: Mapping[str, Any]) -> Wire:
        """The channel's address and limits. A credential may name the address. Raises BadCredential."""

    def verify(self, connection: Connection) -> ChannelAccount:
        """Asks the channel which account the credentials belong to."""

    def listings(self, connection: Connection) -> Iterator[Sequence[RemoteListing | Unreadable]]:
        """All listings of the account that can be sold, page by page."""

    def listing(self, connection: Connection, channel_listing_id: str) -> RemoteListing:
        """One listing. Raises UnknownListings if the channel does not have it or no longer sells it."""

    def calendar(
        self, connection: Connection, listing: RemoteListing, first: date, last: date
    ) -> Sequence[RemoteNight]:
        """Nights from `first` to `last`, both included. Nights that the channel does not mention may be missing.

        `listing` has the stored members only: id, title, currency, timezone, units, price, stays and details.
        """

    def reservations(
        self, connection: Connection, cursor: Mapping[str, Any], channel_listing_id: str | None = None
    ) -> Iterator[ReservationPage]:
        """Reservations that are new or changed since `cursor` ({} for all reservations).

        The cursor of a page continues after that page; the cursor of the last page continues after the whole run.
        Reservations may be repeated, because the caller stores them by id. With `channel_listing_id`, all reservations
        of this listing, whatever the cursor. Those of other listings of its group may come with them.
        """

    def as_sold(self, rates: Sequence[NightRate], currency: str, details: Mapping[str, Any]) -> Sequence[NightRate]:
        """The rates as the channel can sell them, for example with one price for all nights of a month.

        The result is compared with the prices at the channel and pushed where it differs. `rates` are the whole
        horizon in order, one per night.
        """

    def push(self, connection: Connection, push: Push) -> Mapping[date, NightRate]:
        """Sends rates and returns the nights that the channel confirmed, which may be fewer."""
