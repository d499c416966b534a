"""The Hostaway connector (docs/channels.md)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar
from urllib.parse import quote

from connectors.accepted import Accepted
from connectors.connection import Connection
from connectors.errors import UnknownListings
from connectors.extras import Extras, Unanswered
from connectors.hostaway import mapping
from connectors.hostaway.calendar import push_rates, read_calendar
from connectors.hostaway.configuration import HostawayConfiguration
from connectors.hostaway.reservations import Reservations
from connectors.hostaway.session import NotFound, Session, account_id, malformed
from connectors.payloads import Malformed, id_in
from connectors.unread_members import count_unread, warned_once
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

PAGE = 100  # rows; no maximum is documented, and this is the maximum of other lists
LONGEST_STAY = 1125  # nights: what the documentation's samples have as `maxNights`, and what is refused beyond
ACCOUNT_REQUESTS_PER_10S = 20  # documented; an operator with a higher limit for the address has it for an account too
WORDS = frozenset({"accessTokens", "calendar", "calendarIntervals", "listings", "propertyTypes", "reservations"})


class Hostaway:
    slug: ClassVar[str] = "hostaway"
    name: ClassVar[str] = "Hostaway"
    is_pms: ClassVar[bool] = True
    required_credentials: ClassVar[Mapping[str, str]] = {
        "client_id": "The Hostaway account id.",
        "client_secret": "An API secret created in the Hostaway dashboard.",
    }
    optional_credentials: ClassVar[Mapping[str, str]] = {}
    sets_availability = False
    accepted: ClassVar[Accepted] = Accepted(longest_stay=LONGEST_STAY)

    def __init__(self, configuration: HostawayConfiguration) -> None:
        self._configuration = configuration

    def wire(self, channel_credentials: Mapping[str, Any]) -> Wire:
        for_address = self._configuration.requests_per_10s
        for_account = max(for_address, ACCOUNT_REQUESTS_PER_10S)
        return Wire(
            self._configuration.base_url,
            (RateLimit(for_address, 10, "address"), RateLimit(for_account, 10, "account")),
            words=WORDS,
        )

    def verify(self, connection: Connection) -> ChannelAccount:
        """The client id is the account's id, and an issued token proves the credentials."""
        self._session(connection).issue()
        account = account_id(connection.channel_credentials)
        return ChannelAccount(channel_account_id=account, label=f"Hostaway {account}", display_id=account)

    def listings(self, connection: Connection) -> Iterator[Sequence[RemoteListing | Unreadable]]:
        """Archived listings are left out, because they take no prices."""
        session = self._session(connection)
        types = _types_of(connection, session)
        seen = 0
        had: set[str] = set()
        for _ in range(self._configuration.most_listing_pages):
            page = session.get("/listings", {"limit": PAGE, "offset": seen, "includeResources": 1})
            rows = page.rows()
            ids = {found for row in rows if (found := id_in(row, "id", numeric=True)) is not None}
            if ids and ids <= had:
                break
            had |= ids
            yield _read_page(rows, types)
            seen += len(rows)
            if not rows or (page.count is not None and seen >= page.count):
                return
        yield [Unreadable(None, "Hostaway's pages of listings have no end")]

    def listing(self, connection: Connection, channel_listing_id: str) -> RemoteListing:
        session = self._session(connection)
        path = f"/listings/{quote(channel_listing_id, safe='')}"
        try:
            row = session.get(path, {"includeResources": 1}).result
        except NotFound as error:
            raise UnknownListings("Hostaway does not have this listing.", [channel_listing_id]) from error
        read = _read(row, _types_of(connection, session))
        if read is None:
            raise UnknownListings("The listing is archived at Hostaway.", [channel_listing_id])
        if isinstance(read, Unreadable):
            raise malformed(read.reason)
        return read

    def calendar(
        self, connection: Connection, listing: RemoteListing, first: date, last: date
    ) -> Sequence[RemoteNight]:
        session = self._session(connection)
        return read_calendar(session, listing.channel_listing_id, listing.currency, first, last)

    def reservations(
        self, connection: Connection, cursor: Mapping[str, Any], channel_listing_id: str | None = None
    ) -> Iterator[ReservationPage]:
        if channel_listing_id is not None:
            return self._reservations(connection).of_listing(channel_listing_id)
        return self._reservations(connection).pages(cursor)

    def as_sold(self, rates: Sequence[NightRate], currency: str, details: Mapping[str, Any]) -> Sequence[NightRate]:
        return rates

    def push(self, connection: Connection, push: Push) -> Mapping[date, NightRate]:
        return push_rates(self._session(connection), push)

    def _session(self, connection: Connection) -> Session:
        return Session(connection, token_settles=self._configuration.token_settles)

    def _reservations(self, connection: Connection) -> Reservations:
        return Reservations(
            self._session(connection),
            now=connection.now(),
            history=self._configuration.history,
            most_pages=self._configuration.most_reservation_pages,
        )


class _PropertyTypes:
    """Names of property types. They are read once in a run, for the first listing that has no room type.

    If they cannot be read, these listings have no room type. An entry that cannot be read is left out.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._extras = Extras("Property types at Hostaway")
        self._names: dict[str, str] | None = None
        self.unanswered = False

    def name(self, type_id: str) -> str | None:
        if self._names is None:
            try:
                self._names = self._extras.ask(self._read)
            except Unanswered:
                self._names, self.unanswered = {}, True
        return self._names.get(type_id)

    def _read(self) -> dict[str, str]:
        rows = self._session.get("/propertyTypes", optional=True).rows()
        names: dict[str, str] = {}
        with warned_once():
            for row in rows:
                try:
                    names |= [mapping.property_type(row)]
                except Malformed:
                    count_unread("Hostaway property type", "the object")
        return names


def _types_of(connection: Connection, session: Session) -> _PropertyTypes:
    types: _PropertyTypes = connection.of_this_run.setdefault("property types", _PropertyTypes(session))
    return types


def _read_page(rows: Sequence[Any], types: _PropertyTypes) -> list[RemoteListing | Unreadable]:
    with warned_once():
        return [read for row in rows if (read := _read(row, types)) is not None]


def _read(row: Any, types: _PropertyTypes) -> RemoteListing | Unreadable | None:
    """None for an archived listing."""
    try:
        read = mapping.listing(row, types.name)
    except Malformed as error:
        return mapping.unreadable(row, "id", error)
    if read is not None and read.room_type is None and types.unanswered:
        return replace(read, unanswered=read.unanswered | {"room_type"})
    return read
