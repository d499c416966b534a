"""The connector for systems that speak our own protocol (docs/building-a-channel.md)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlsplit

from connectors.accepted import Accepted
from connectors.connection import Connection
from connectors.direct import mapping
from connectors.direct.calendar import path_of, push_rates, read_calendar
from connectors.direct.configuration import DirectConfiguration
from connectors.direct.credentials import check_reachable, read_base_url
from connectors.direct.payloads import AccountPayload, ListingsPage
from connectors.direct.reservations import reservation_pages
from connectors.direct.session import Session, malformed
from connectors.payloads import Malformed
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

PAGE = 100  # rows
LONGEST_CURSOR = 1000
WORDS = frozenset({"account", "calendar", "listings", "prices", "reservations"})


class Direct:
    slug: ClassVar[str] = "direct"
    name: ClassVar[str] = "Direct"
    is_pms: ClassVar[bool] = True
    required_credentials: ClassVar[Mapping[str, str]] = {
        "api_key": "The key that the property management system gives out: a key id, a dot, and a secret.",
    }
    optional_credentials: ClassVar[Mapping[str, str]] = {
        "base_url": "Where the system answers the protocol of docs/building-a-channel.md; https, a public address.",
    }
    sets_availability = False
    accepted: ClassVar[Accepted] = Accepted()

    def __init__(self, configuration: DirectConfiguration) -> None:
        self._configuration = configuration

    def wire(self, channel_credentials: Mapping[str, Any]) -> Wire:
        """A base URL among the credentials comes from a partner; the configured one is the operator's own."""
        base_url = read_base_url(channel_credentials, self._configuration)
        theirs = bool(channel_credentials.get("base_url"))
        return Wire(
            base_url,
            (RateLimit(self._configuration.requests_per_10s, 10, "account"),),
            named_by_partner=theirs,
            public_only=theirs and self._configuration.public_only,
            words=WORDS,
        )

    def verify(self, connection: Connection) -> ChannelAccount:
        """Two systems may use the same ids, so the account's id includes the system's host."""
        if self.wire(connection.channel_credentials).public_only:
            check_reachable(connection.channel_credentials, self._configuration)
        document = Session(connection).get("/account")
        try:
            # Strictly: a person waits, and this is the identity of the account.
            account = AccountPayload.read(document, strictly=True)
        except Malformed as error:
            raise malformed(error) from error
        theirs = bool(connection.channel_credentials.get("base_url"))
        host = urlsplit(read_base_url(connection.channel_credentials, self._configuration)).netloc if theirs else ""
        return ChannelAccount(
            channel_account_id=f"{account.id}@{host}"[:255] if host else account.id,
            label=account.name or account.id,
            display_id=account.id,
            email=account.email if account.email and len(account.email) <= 254 else None,
        )

    def listings(self, connection: Connection) -> Iterator[Sequence[RemoteListing | Unreadable]]:
        session = Session(connection)
        cursor: str | None = None
        had: set[str] = set()
        for _ in range(self._configuration.most_listing_pages):
            document = session.get("/listings", {"limit": PAGE} | ({"cursor": cursor} if cursor else {}))
            try:
                page = ListingsPage.read(document)
            except Malformed as error:
                raise malformed(error) from error
            yield _read_page(page.listings)
            cursor = page.next_cursor
            if cursor is None:
                return
            if len(cursor) > LONGEST_CURSOR:
                raise malformed("next_cursor")
            if cursor in had:
                break
            had.add(cursor)
        yield [Unreadable(None, "the pages of listings have no end")]

    def listing(self, connection: Connection, channel_listing_id: str) -> RemoteListing:
        row = Session(connection).get(path_of(channel_listing_id), listing_id=channel_listing_id)
        read = _read(row)
        if isinstance(read, Unreadable):
            raise malformed(read.reason)
        return read

    def calendar(
        self, connection: Connection, listing: RemoteListing, first: date, last: date
    ) -> Sequence[RemoteNight]:
        return read_calendar(Session(connection), listing.channel_listing_id, listing.currency, first, last)

    def reservations(
        self, connection: Connection, cursor: Mapping[str, Any], channel_listing_id: str | None = None
    ) -> Iterator[ReservationPage]:
        if channel_listing_id is not None:
            cursor = {}
        most_pages = self._configuration.most_reservation_pages
        return reservation_pages(Session(connection), cursor, channel_listing_id, most_pages=most_pages)

    def as_sold(self, rates: Sequence[NightRate], currency: str, details: Mapping[str, Any]) -> Sequence[NightRate]:
        return rates

    def push(self, connection: Connection, push: Push) -> Mapping[date, NightRate]:
        return push_rates(Session(connection), push)


def _read_page(rows: Sequence[Any]) -> list[RemoteListing | Unreadable]:
    with warned_once():
        return [_read(row) for row in rows]


def _read(row: Any) -> RemoteListing | Unreadable:
    try:
        return mapping.listing(row)
    except Malformed as error:
        return mapping.unreadable(row, "id", error)
