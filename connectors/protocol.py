"""The protocol that every connector implements.

A connector translates between the values of connectors.values and the wire format of its channel. It keeps no state
of its own and raises the errors of connectors.errors only.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Protocol

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
    """A connector. What asks the channel may raise ChannelUnavailable, CredentialsRefused and ChannelRefused."""

    slug: ClassVar[str]
    name: ClassVar[str]
    is_pms: ClassVar[bool]
    required_credentials: ClassVar[Mapping[str, str]]  # field name to what it is
    optional_credentials: ClassVar[Mapping[str, str]]

    @property
    def sets_availability(self) -> bool:
        """Whether `push` tells the channel how many units are free; then rates come with `free_units`."""

    def wire(self, channel_credentials: Mapping[str, Any]) -> Wire:
        """Where the channel is and its limits, from the settings; a credential may say where. Raises BadCredential."""

    def verify(self, connection: Connection) -> ChannelAccount:
        """Asks the channel whose credentials these are."""

    def listings(self, connection: Connection) -> Iterator[Sequence[RemoteListing | Unreadable]]:
        """All listings of the account that can be sold, a page at a time."""

    def listing(self, connection: Connection, channel_listing_id: str) -> RemoteListing:
        """One listing. Raises UnknownListings when it is not there or can no longer be sold."""

    def calendar(
        self, connection: Connection, listing: RemoteListing, first: date, last: date
    ) -> Sequence[RemoteNight]:
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
