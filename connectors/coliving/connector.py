"""The Coliving connector (docs/channels-coliving.md). A listing is a room type: the rooms of one kind in one house."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import takewhile
from typing import Any, ClassVar

from connectors.accepted import Accepted
from connectors.coliving import mapping, month_prices
from connectors.coliving.bookings import booking_pages, houses_in_feed
from connectors.coliving.configuration import ColivingConfiguration
from connectors.coliving.houses import read_houses, read_room_type
from connectors.coliving.rates import find_room_type, push_rates
from connectors.coliving.session import NotAtColiving, Session, malformed
from connectors.connection import Connection
from connectors.errors import ChannelUnavailable, UnknownListings
from connectors.monthly_rents import NIGHTS_PER_RENT
from connectors.payloads import Malformed
from connectors.values import (
    Availability,
    ChannelAccount,
    NightRate,
    Push,
    RemoteListing,
    RemoteNight,
    ReservationPage,
    Unreadable,
)
from connectors.wire import Wire

logger = logging.getLogger(__name__)

CHECKED_HOUSES = 100  # when an account is connected, one request each
LISTINGS_PER_PAGE = 50
WORDS = frozenset({"availability", "bookings", "integrations", "listings", "me", "rates", "room-types"})
# Whole units: a price of a month, which is 30 nights, has at most nine digits. No bound is documented.
HIGHEST_NIGHT_PRICE = (10**9 - 1) // NIGHTS_PER_RENT


class Coliving:
    slug: ClassVar[str] = "coliving"
    name: ClassVar[str] = "Coliving"
    is_pms: ClassVar[bool] = False
    required_credentials: ClassVar[Mapping[str, str]] = {
        "api_key": "The API key that Coliving's partnership team gives out.",
        "provider": "The name under which Coliving knows the integrating system; part of its URLs.",
    }
    optional_credentials: ClassVar[Mapping[str, str]] = {
        "listing_ids": "Coliving's ids of the houses, as a list; Coliving has no endpoint that returns them. Houses of "
        "its bookings are added, unless a city is given.",
        "city": "The city of the houses, which Coliving does not tell. Without it they belong to no market and have no "
        "prices. Connect houses in several cities as one account for each city.",
        "country": "The city's country, by name or ISO 3166 code.",
        "timezone": "The houses' IANA time zone, by default UTC.",
        "auth": "`x-api-key` (default) or `bearer`: the header in which the key is sent.",
    }

    accepted: ClassVar[Accepted] = Accepted(highest_price=HIGHEST_NIGHT_PRICE)

    def __init__(self, configuration: ColivingConfiguration) -> None:
        self._configuration = configuration

    @property
    def sets_availability(self) -> bool:
        return self._configuration.push_availability

    def wire(self, channel_credentials: Mapping[str, Any]) -> Wire:
        """No rate limit is documented. A refusal says how long to wait, and connectors.http waits."""
        return Wire(self._configuration.base_url, words=WORDS)

    def verify(self, connection: Connection) -> ChannelAccount:
        """Raises UnknownListings too, with the checked ids that the host does not have."""
        session = self._session(connection)
        try:
            host = session.me()
        except Malformed as error:
            raise malformed(error) from error
        if host.email is None:
            raise malformed("email")
        if unknown := _unknown_houses(session, self._configuration.checking_seconds):
            raise UnknownListings(f"Coliving does not have these listings: {', '.join(unknown)}.", unknown)
        city, name = session.channel_credentials.place.city, host.name or host.email
        return ChannelAccount(
            channel_account_id=(f"{host.email}, {city}" if city else host.email).lower()[:255],
            label=f"{name}, {city}" if city else name,
            email=host.email if len(host.email) <= 254 else None,
        )

    def listings(self, connection: Connection) -> Iterator[Sequence[RemoteListing | Unreadable]]:
        """The room types of all houses of the account (connectors.coliving.houses)."""
        session = self._session(connection)
        page: list[RemoteListing | Unreadable] = []
        for room_types in read_houses(session, self._houses(session, connection)):
            page += room_types
            if len(page) >= LISTINGS_PER_PAGE:
                yield page
                page = []
        yield page

    def listing(self, connection: Connection, channel_listing_id: str) -> RemoteListing:
        session = self._session(connection)
        row = find_room_type(session, channel_listing_id)
        read = read_room_type(row, channel_listing_id.partition(":")[0], session)
        if isinstance(read, Unreadable):
            raise malformed(read.reason)
        return read

    def calendar(
        self, connection: Connection, listing: RemoteListing, first: date, last: date
    ) -> Sequence[RemoteNight]:
        """Built from the listing's monthly prices, because Coliving has no calendar and no availability.

        Every night is available. Bookings with dates take their nights.
        """
        nights = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
        prices = listing.details.get("month_prices", {})
        return [RemoteNight(night, Availability.AVAILABLE, month_prices.price_of(night, prices)) for night in nights]

    def reservations(
        self, connection: Connection, cursor: Mapping[str, Any], channel_listing_id: str | None = None
    ) -> Iterator[ReservationPage]:
        session = self._session(connection)
        if channel_listing_id is None:
            known = set(connection.recall().get("houses", ()))

            def learn(houses: set[str]) -> None:
                if session.channel_credentials.learns_houses and houses - known:
                    known.update(houses)
                    connection.remember({"houses": sorted(known)})

            yield from booking_pages(session, cursor, connection.now(), house=None, learn=learn)
        elif ids := mapping.split_listing_id(channel_listing_id):
            yield from _of_one(channel_listing_id, ids[0], session, connection)

    def as_sold(self, rates: Sequence[NightRate], currency: str, details: Mapping[str, Any]) -> Sequence[NightRate]:
        return month_prices.as_sold(rates, currency)

    def push(self, connection: Connection, push: Push) -> Mapping[date, NightRate]:
        return push_rates(self._session(connection), push) if push.changed else {}

    def _session(self, connection: Connection) -> Session:
        return Session(connection, self._configuration)

    def _houses(self, session: Session, connection: Connection) -> Sequence[str]:
        """The houses of the credentials, and the remembered houses of bookings.

        Without houses in the credentials all bookings are read once to find them.
        """
        houses = session.channel_credentials.houses
        if not session.channel_credentials.learns_houses:
            return houses
        learnt = connection.recall().get("houses")
        if learnt is None and not houses:
            learnt = sorted(houses_in_feed(session, connection.now()))
            connection.remember({"houses": learnt})
        return list(dict.fromkeys([*houses, *(learnt or ())]))


def _of_one(channel_listing_id: str, house: str, session: Session, connection: Connection) -> Iterator[ReservationPage]:
    """All bookings of the house: what is free in one room type is known only if no booking of the house is unplaced."""
    for page in booking_pages(session, {}, connection.now(), house=house, learn=lambda houses: None):
        unreadable = [row for row in page.unreadable if row.channel_listing_id == channel_listing_id]
        yield replace(page, unreadable=unreadable)


def _unknown_houses(session: Session, checking_seconds: float) -> list[str]:
    """Checks the first houses until the time is over. The sync skips houses that Coliving does not have."""
    ends_at = time.monotonic() + checking_seconds
    checked = takewhile(lambda _: time.monotonic() < ends_at, session.channel_credentials.houses[:CHECKED_HOUSES])
    return [house for house in checked if not _is_there(session, house)]


def _is_there(session: Session, house: str) -> bool:
    """A house whose answer is a failure of the server (5xx) counts as there."""
    try:
        session.room_types(house)
    except NotAtColiving:
        return False
    except ChannelUnavailable as error:
        if error.status is None or error.status < 500:
            raise
    return True
