"""The Spotahome connector (docs/channels-spotahome.md)."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from connectors.accepted import Accepted
from connectors.connection import Connection
from connectors.errors import UnknownListings
from connectors.extras import Extras, Unanswered
from connectors.payloads import Malformed, id_in
from connectors.spotahome import mapping
from connectors.spotahome.availabilities import ANY_TIME, Lettable, read_lettable
from connectors.spotahome.configuration import SpotahomeConfiguration
from connectors.spotahome.occupancies import calendar_nights, read_occupancies, reservation_page
from connectors.spotahome.pushing import as_sold, push_rates, read_row
from connectors.spotahome.session import Forbidden, NotFound, Session, headers, malformed
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
from connectors.wire import Wire

PAGE = 50  # listings yielded together; Spotahome sends all in one array
WORDS = frozenset({"api", "availabilities", "details", "legacy", "listings", "price", "properties", "stay-rules"})
PROPERTIES = "Details of properties at Spotahome"


class Spotahome:
    slug: ClassVar[str] = "spotahome"
    name: ClassVar[str] = "Spotahome"
    is_pms: ClassVar[bool] = False
    required_credentials: ClassVar[Mapping[str, str]] = {
        "token": "The token that Spotahome issued, sent as it is in the Authorization header.",
    }
    optional_credentials: ClassVar[Mapping[str, str]] = {
        "requester": "E-mail address of the person on whose behalf Spotahome is called.",
    }
    sets_availability = False
    accepted: ClassVar[Accepted] = Accepted()

    def __init__(self, configuration: SpotahomeConfiguration) -> None:
        self._configuration = configuration

    def wire(self, channel_credentials: Mapping[str, Any]) -> Wire:
        headers(channel_credentials)
        return Wire(self._configuration.base_url, words=WORDS)

    def verify(self, connection: Connection) -> ChannelAccount:
        """The account is the landlord of the token's listings. Without listings it is a fingerprint of the token."""
        landlords = []
        rows = Session(connection).rows("/listings")
        for row in rows:
            try:
                landlords.append(mapping.landlord_id(row))
            except Malformed:
                continue
        if rows and not landlords:
            raise malformed("no listing has a landlord")
        requester = connection.channel_credentials.get("requester") or None
        account = min(landlords, default=_fingerprint(connection))
        return ChannelAccount(
            channel_account_id=account,
            label=f"Spotahome {requester or account}",
            display_id=account,
            email=requester,
        )

    def listings(self, connection: Connection) -> Iterator[Sequence[RemoteListing | Unreadable]]:
        """Unpublished listings are left out, because nobody can book them."""
        session, extras = Session(connection), Extras(PROPERTIES)
        for rows in _pages(session):
            with warned_once():
                read = [listing for row in rows if (listing := _read(row)) is not None]
            yield [
                listing if isinstance(listing, Unreadable) else _with_property(session, listing, extras)
                for listing in read
            ]

    def listing(self, connection: Connection, channel_listing_id: str) -> RemoteListing:
        session = Session(connection)
        read = _read(read_row(session, channel_listing_id))
        if read is None:
            raise UnknownListings("The listing is not published at Spotahome.", [channel_listing_id])
        if isinstance(read, Unreadable):
            raise malformed(read.reason)
        return _with_property(session, read, Extras(PROPERTIES))

    def calendar(
        self, connection: Connection, listing: RemoteListing, first: date, last: date
    ) -> Sequence[RemoteNight]:
        session = Session(connection)
        row = read_row(session, listing.channel_listing_id)
        try:
            with warned_once():
                known, occupancies = mapping.terms(row), read_occupancies(row)
            let = _lettable(session, listing.channel_listing_id)
        except Malformed as error:
            raise malformed(error) from error
        return calendar_nights(first, last, known, occupancies, let)

    def reservations(
        self, connection: Connection, cursor: Mapping[str, Any], channel_listing_id: str | None = None
    ) -> Iterator[ReservationPage]:
        """Spotahome has no list of changes. Every run reads everything, so the cursor is always {}."""
        session = Session(connection)
        if channel_listing_id is not None:
            yield reservation_page([read_row(session, channel_listing_id)])
            return
        for rows in _pages(session):
            yield reservation_page(rows)

    def as_sold(self, rates: Sequence[NightRate], currency: str, details: Mapping[str, Any]) -> Sequence[NightRate]:
        return as_sold(rates, currency, details)

    def push(self, connection: Connection, push: Push) -> Mapping[date, NightRate]:
        return push_rates(Session(connection), push)


def _fingerprint(connection: Connection) -> str:
    return hashlib.sha256(str(connection.channel_credentials["token"]).encode()).hexdigest()[:32]


def _pages(session: Session) -> Iterator[Sequence[Any]]:
    rows = _each_once(session.rows("/listings"))
    return (rows[start : start + PAGE] for start in range(0, len(rows), PAGE))


def _each_once(rows: Sequence[Any]) -> Sequence[Any]:
    """Without further rows about the same listing: a page says which reservations a listing has."""
    ids: set[str] = set()
    kept = []
    for row in rows:
        listing_id = id_in(row, "id", numeric=True)
        if listing_id is None or listing_id not in ids:
            kept.append(row)
        if listing_id is not None:
            ids.add(listing_id)
    return kept


def _read(row: Any) -> RemoteListing | Unreadable | None:
    """None for an unpublished listing."""
    try:
        return mapping.listing(row)
    except Malformed as error:
        return mapping.unreadable(row, error)


def _with_property(session: Session, listing: RemoteListing, extras: Extras) -> RemoteListing:
    """Adds the members of the listing's property, if they can be read."""

    def ask() -> RemoteListing:
        units = session.get(f"/listings/legacy/properties/{listing.channel_listing_id}/details", optional=True)
        return mapping.with_property(listing, units)

    try:
        return extras.ask(ask)
    except Unanswered:
        return replace(listing, unanswered=listing.unanswered | {"bathrooms", "details"})


def _lettable(session: Session, channel_listing_id: str) -> Lettable:
    """When the listing can be let. Any time, if Spotahome does not tell it. Raises Malformed."""
    try:
        # Documented with this second `/api` after the one in the base URL.
        answer = session.get(f"/api/listings/{channel_listing_id}/availabilities")
    except (NotFound, Forbidden):
        return ANY_TIME
    return read_lettable(answer)
