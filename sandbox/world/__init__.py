"""The world behind all channels: property managers, their listings, and bookings that arrive by the clock.

Its state at an instant is a function of the seed, the instant and what clients wrote up to then. How a listing
or a stay looks on a wire is each channel's own business.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sandbox.demand import MARKETS
from sandbox.store import Document, NightChange, Store
from sandbox.world.book import Book
from sandbox.world.guests import Guest, guest_of
from sandbox.world.ledger import Ledger
from sandbox.world.listings import LISTING, Listing, blank_listing, edited, generated_listing
from sandbox.world.markets import MarketDays
from sandbox.world.nights import Terms, terms_of_night
from sandbox.world.portfolios import LISTING_NUMBERS, PORTFOLIOS
from sandbox.world.requests import listing_of_stay
from sandbox.world.stays import HOLDING, STAY, Status, Stay, stay_document

HISTORY_MONTHS = 24
"""Stays that departed before the first of the month so long ago are no longer held."""
NEW_LISTING_NUMBER, NEW_STAY_ID = 5_000, 1_000_001
LISTINGS_AT_ONCE = 20
HOLDING_SQL = ", ".join("?" * len(HOLDING))


class World:
    """Methods take the instant as `at`, in unix seconds.

    Instants do not go back: one before the latest is taken for the latest, until `forget` begins anew.
    """

    def __init__(self, *, seed: int, store: Store) -> None:
        self._seed = seed
        self._store = store
        self._markets = {city: MarketDays(market, seed=seed) for city, market in MARKETS.items()}
        self._generated: dict[int, Listing] = {}
        self._book = Book()
        self.forget()

    def forget(self) -> None:
        """Drop what is derived; it is made again from the seed and the store."""
        self._ledgers: dict[int, Ledger] = {}
        self._agenda: dict[int, list[tuple[int, int]]] = {}
        self._latest = 0
        self._book.clear()

    def close(self) -> None:
        """Nothing can be asked afterwards."""
        self._book.close()

    # Listings

    def listings(self, portfolio: int, *, at: int) -> list[Listing]:
        """All but the deleted ones, by id; archived ones are among them."""
        written = {int(document.id): document for document in self._store.latest(LISTING, portfolio, at=at)}
        found = (self._with_edit(listing_id, written.get(listing_id)) for listing_id in self._all_ids(portfolio, at))
        return [listing for listing in found if listing is not None]

    def listing(self, listing_id: int, *, at: int) -> Listing | None:
        return self._with_edit(listing_id, self._store.get(LISTING, listing_id, at=at))

    def put_listing(
        self, listing_id: int, portfolio: int, members: dict[str, Any] | None, wire: dict[str, Any], *, at: int
    ) -> Listing | None:
        """Write a listing: members of `Listing` that differ from how the world made it, and what the channel keeps
        besides. None for `members` deletes it."""
        at = self._settle_listing(listing_id, at)
        body = None if members is None else {"listing": members, "wire": wire}
        document = self._store.put(LISTING, listing_id, body, at=at, portfolio=portfolio, listing=listing_id)
        self._ledger(listing_id, portfolio, at).write(document)
        return self._with_edit(listing_id, document)

    def new_listing_id(self, portfolio: int) -> int:
        return portfolio * LISTING_NUMBERS + NEW_LISTING_NUMBER + self._store.count(LISTING)

    def listing_as_made(self, listing_id: int, *, at: int) -> Listing:
        """Without later edits, for what was agreed before them; a client's own listing as it is or last was."""
        made = self._as_generated(listing_id)
        return made or self.listing(listing_id, at=at) or blank_listing(listing_id, listing_id // LISTING_NUMBERS)

    def guest(self, stay: Stay) -> Guest:
        return guest_of(stay.id, seed=self._seed)

    # Nights

    def terms(self, listing: Listing, first: int, last: int, *, at: int) -> list[Terms]:
        """Price and stay rules of the nights `first` to `last`, day ordinals."""
        changes = self._store.nights(listing.id, first, last, at=at)
        return [terms_of_night(listing, night, changes.get(night), seed=self._seed) for night in range(first, last + 1)]

    def change_nights(self, listing: Listing, changes: Sequence[tuple[int, NightChange]], *, at: int) -> None:
        """Day ordinals with what to set, in order; all or nothing."""
        at = self._settle_listing(listing.id, at)
        self._store.change_nights(listing.id, changes, at=at)

    # Stays

    def stays(
        self,
        portfolio: int,
        *,
        at: int,
        listing: int | None = None,
        where: str = "1",
        values: Sequence[Any] = (),
        rest: str = "",
    ) -> list[Stay]:
        """Stays of all kinds and statuses, of one listing or of all; `where` and `rest` are SQL over the members of
        `Stay`."""
        condition, known = self._settled(portfolio, listing, at)
        return self._book.find(f"{condition} AND {where}", [*known, *values], rest)

    def count_stays(
        self, portfolio: int, *, at: int, listing: int | None = None, where: str = "1", values: Sequence[Any] = ()
    ) -> int:
        condition, known = self._settled(portfolio, listing, at)
        return self._book.count(f"{condition} AND {where}", [*known, *values])

    def stay(self, portfolio: int, stay_id: int, *, at: int) -> Stay | None:
        document = self._store.get(STAY, stay_id, at=at)
        listing_id = listing_of_stay(stay_id) if document is None else document.listing
        if listing_id is None or listing_id // LISTING_NUMBERS != portfolio:
            return None
        if document is None and self._as_generated(listing_id) is None:
            return None
        self._settle_listing(listing_id, at)
        condition, known = self._visible(portfolio, at)
        return next(iter(self._book.find(f"{condition} AND id = ?", [*known, stay_id])), None)

    def stays_on(self, listing_id: int, first: int, last: int, *, at: int) -> list[Stay]:
        """Stays that hold at least one of the nights `first` to `last`, by arrival."""
        self._settle_listing(listing_id, at)
        where = f"listing = ? AND departure > ? AND arrival <= ? AND status IN ({HOLDING_SQL})"
        return self._book.find(where, [listing_id, first, last, *HOLDING], "ORDER BY arrival, id")

    def free_unit(self, listing: Listing, arrival: int, departure: int, *, at: int, besides: int = 0) -> int | None:
        """A unit with no stay on any of the nights; the stay `besides` is overlooked."""
        stays = self.stays_on(listing.id, arrival, departure - 1, at=at)
        taken = {stay.unit for stay in stays if stay.id != besides}
        return next((unit for unit in range(listing.units) if unit not in taken), None)

    def put_stay(self, stay: Stay, wire: dict[str, Any], *, at: int) -> Stay:
        """Write a stay, new or changed, and what the channel keeps besides."""
        at = self._settle_listing(stay.listing, at)
        body = {"stay": stay_document(stay), "wire": wire}
        document = self._store.put(STAY, stay.id, body, at=at, portfolio=stay.portfolio, listing=stay.listing)
        self._book.put(self._ledger(stay.listing, stay.portfolio, at).write(document))
        return replace(stay, changed_at=at, written=True)

    def new_stay_id(self) -> int:
        return NEW_STAY_ID + self._store.count(STAY)

    def wire(self, kind: str, id: int, *, at: int) -> dict[str, Any]:
        """What the channel keeps besides of a written listing or stay."""
        document = self._store.get(kind, id, at=at)
        return {} if document is None or document.body is None else document.body["wire"]

    # Bringing ledgers up to an instant

    def settling(self, portfolio: int, *, at: int) -> Iterator[None]:
        """Bring a portfolio up to an instant in small steps, so that a server can see to others in between."""
        at = self._not_before_the_latest(at)
        if portfolio not in self._agenda:
            self._agenda[portfolio] = [(0, listing_id) for listing_id in self._all_ids(portfolio, at)]
        while self._settle_some(portfolio, at):
            yield

    def _settle(self, portfolio: int, at: int) -> None:
        for _ in self.settling(portfolio, at=at):
            pass

    def _settle_some(self, portfolio: int, at: int) -> bool:
        """Advance the listings in which something happens next; False when all have reached the instant."""
        # Between two steps somebody else may have turned the clock back, or forward and settled it all.
        agenda = self._agenda.get(portfolio, [])
        settled: list[Stay] = []
        for _ in range(LISTINGS_AT_ONCE):
            if not agenda or agenda[0][0] > at:
                break
            _, listing_id = agenda[0]
            ledger = self._ledger(listing_id, portfolio, at)
            settled += ledger.advance(at)
            heapq.heapreplace(agenda, (ledger.next_at, listing_id))
        self._book.put(settled)
        return bool(agenda) and agenda[0][0] <= at

    def _settle_listing(self, listing_id: int, at: int) -> int:
        """The instant it was brought up to."""
        at = self._not_before_the_latest(at)
        self._book.put(self._ledger(listing_id, listing_id // LISTING_NUMBERS, at).advance(at))
        return at

    def _not_before_the_latest(self, at: int) -> int:
        self._latest = max(self._latest, at)
        return self._latest

    def _ledger(self, listing_id: int, portfolio: int, at: int) -> Ledger:
        ledger = self._ledgers.get(listing_id)
        if ledger is None:
            listing = self._as_generated(listing_id)
            days_of = None if listing is None else self._markets[listing.city]
            listing = listing or blank_listing(listing_id, portfolio)
            since = date.fromordinal(held_since(at))
            ledger = Ledger(listing, days_of, self._store, seed=self._seed, since=since)
            self._ledgers[listing_id] = ledger
            if listing_id % LISTING_NUMBERS >= NEW_LISTING_NUMBER and portfolio in self._agenda:
                heapq.heappush(self._agenda[portfolio], (0, listing_id))
        return ledger

    def _settled(self, portfolio: int, listing: int | None, at: int) -> tuple[str, list[Any]]:
        """Bring up to the instant what is asked about; the condition that holds for it, with its values."""
        condition, values = self._visible(portfolio, at)
        if listing is None:
            self._settle(portfolio, at)
            return condition, values
        if listing in self._all_ids(portfolio, at):
            self._settle_listing(listing, at)
        return f"{condition} AND listing = ?", [*values, listing]

    def _visible(self, portfolio: int, at: int) -> tuple[str, list[Any]]:
        return "portfolio = ? AND departure >= ? AND status <> ?", [portfolio, held_since(at), Status.DELETED]

    def _all_ids(self, portfolio: int, at: int) -> list[int]:
        generated = range(1, PORTFOLIOS[portfolio].size + 1)
        written = (int(document.id) for document in self._store.latest(LISTING, portfolio, at=at))
        return sorted({portfolio * LISTING_NUMBERS + number for number in generated}.union(written))

    def _with_edit(self, listing_id: int, document: Document | None) -> Listing | None:
        listing = self._as_generated(listing_id)
        if document is None:
            return listing
        if document.body is None:
            return None
        return edited(listing or blank_listing(listing_id, document.portfolio), document)

    def _as_generated(self, listing_id: int) -> Listing | None:
        listing = self._generated.get(listing_id)
        if listing is None:
            listing = generated_listing(listing_id, seed=self._seed)
            if listing is not None:
                self._generated[listing_id] = listing
        return listing


def held_since(at: int) -> int:
    """The first departure day (ordinal) whose stays are held at an instant."""
    today = datetime.fromtimestamp(at, UTC)
    years, month = divmod(today.year * 12 + today.month - 1 - HISTORY_MONTHS, 12)
    return date(years, month + 1, 1).toordinal()
