"""The Template connector. It reads an account, listings and reservations; prices are left for you to write."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar
from urllib.parse import quote

from connectors.accepted import Accepted
from connectors.connection import Connection
from connectors.errors import ChannelRefused, UnknownListings
from connectors.payloads import Malformed
from connectors.reservations import of_listing, read_page
from connectors.template import mapping
from connectors.template.configuration import TemplateConfiguration
from connectors.template.payloads import AccountPayload, ListingsPage, ReservationsPage
from connectors.template.session import NotFound, Session, malformed
from connectors.unread_members import warned_once
from connectors.values import (
    ChannelAccount,
    NightRate,
    Push,
    RemoteListing,
    RemoteNight,
    ReservationPage,
    Unreadable,
)
from connectors.wire import RateLimit, Wire

# The segments of paths that are no ids; logs and metrics show only these.
WORDS = frozenset({"account", "listings", "reservations"})


class Template:
    slug: ClassVar[str] = "template"
    name: ClassVar[str] = "Template"
    is_pms: ClassVar[bool] = True
    required_credentials: ClassVar[Mapping[str, str]] = {"api_key": "The key that Template gives out."}
    optional_credentials: ClassVar[Mapping[str, str]] = {}
    sets_availability = False
    accepted: ClassVar[Accepted] = Accepted()

    def __init__(self, configuration: TemplateConfiguration) -> None:
        self._configuration = configuration

    def wire(self, channel_credentials: Mapping[str, Any]) -> Wire:
        limit = RateLimit(self._configuration.requests_per_10s, 10, "account")
        return Wire(self._configuration.base_url, (limit,), words=WORDS)

    def verify(self, connection: Connection) -> ChannelAccount:
        try:
            account = AccountPayload.read(Session(connection).get("/account"), strictly=True)
        except Malformed as error:
            raise malformed(error) from error
        return ChannelAccount(channel_account_id=account.id, label=account.name or account.id)

    def listings(self, connection: Connection) -> Iterator[Sequence[RemoteListing | Unreadable]]:
        try:
            page = ListingsPage.read(Session(connection).get("/listings"))
        except Malformed as error:
            raise malformed(error) from error
        with warned_once():
            read = [_read(row) for row in page.listings]
        yield read

    def listing(self, connection: Connection, channel_listing_id: str) -> RemoteListing:
        path = f"/listings/{quote(channel_listing_id, safe='')}"
        try:
            return mapping.listing(Session(connection).get(path))
        except NotFound as error:
            raise UnknownListings("Template does not have this listing.", [channel_listing_id]) from error
        except Malformed as error:
            raise malformed(error) from error

    def calendar(
        self, connection: Connection, listing: RemoteListing, first: date, last: date
    ) -> Sequence[RemoteNight]:
        """To do: read the nights. Nights that are missing here count as available."""
        return []

    def reservations(
        self, connection: Connection, cursor: Mapping[str, Any], channel_listing_id: str | None = None
    ) -> Iterator[ReservationPage]:
        """To do: ask for the changes since the cursor. This reads everything in every run."""
        try:
            page = ReservationsPage.read(Session(connection).get("/reservations"))
        except Malformed as error:
            raise malformed(error) from error
        read = read_page(page.reservations, mapping.reservation, _unreadable_reservation, {})
        yield read if channel_listing_id is None else of_listing(read, channel_listing_id)

    def as_sold(self, rates: Sequence[NightRate], currency: str, details: Mapping[str, Any]) -> Sequence[NightRate]:
        return rates

    def push(self, connection: Connection, push: Push) -> Mapping[date, NightRate]:
        """To do: send the changed nights, and return those that Template has afterwards."""
        if not push.changed:
            return {}
        raise ChannelRefused("Prices cannot be sent to Template yet.")


def _read(row: Any) -> RemoteListing | Unreadable:
    try:
        return mapping.listing(row)
    except Malformed as error:
        return mapping.unreadable(row, "id", error)


def _unreadable_reservation(row: Any, error: Malformed) -> Unreadable:
    return mapping.unreadable(row, "listing_id", error)
