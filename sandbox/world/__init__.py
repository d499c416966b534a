"""The world behind all channels: property managers, their listings, and bookings that arrive as time passes.

The state at an instant is a function of the seed, the instant and the clients' writes up to then. Each channel
decides how its listings and stays look on the wire.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sandbox.markets import MARKETS
from sandbox.store import Document, NightChange, Store
from sandbox.world.guests import Guest, guest_of
from sandbox.world.listings import LISTING, Listing, blank_listing, edited, generated_listing
from sandbox.world.market_days import MarketDays
from sandbox.world.nights import Terms, terms_of_night
from sandbox.world.portfolios import LISTING_NUMBERS, PORTFOLIOS
from sandbox.world.simulation import ListingSimulation
from sandbox.world.stay_requests import listing_of_stay
from sandbox.world.stay_table import SqlValue, StayTable
from sandbox.world.stays import HOLDING, IS_HOLDING, STAY, Status, Stay, stay_document

HISTORY_MONTHS = 24
"""Stays are forgotten if they departed before the first day of the month this many months ago."""
NEW_LISTING_NUMBER, NEW_STAY_ID = 5_000, 1_000_001
"""Numbers and ids from which clients' new listings and stays are counted."""
LISTINGS_PER_STEP = 20


class World:
    """Methods take an instant `at` in unix seconds.

    Time does not go back: an instant before the latest one is replaced by the latest one, until `forget` is called.
    """

    def __init__(self, *, seed: int, store: Store) -> None:
        self._seed = seed
        self._store = store
        self._markets = {city: MarketDays(market, seed=seed) for city, market in MARKETS.items()}
        self._generated: dict[int, Listing] = {}
        self._stay_table = StayTable()
        self.forget()

    def forget(self) -> None:
        """Drop all derived state. It is computed again from the seed and the store."""
        self._simulations: dict[int, ListingSimulation] = {}
        self._agenda: dict[int, list[tuple[int, int]]] = {}
        self._latest = 0
        self._stay_table.clear()

    def close(self) -> None:
        """Close the database. The world cannot be used afterwards."""
        self._stay_table.close()

    # Listings

    def listings(self, portfolio: int, *, at: int) -> list[Listing]:
        """All listings except the deleted ones, by id. Archived listings are included."""
        written = {int(document.id): document for document in self._store.latest(LISTING, portfolio, at=at)}
        found = (self._with_edit(listing_id, written.get(listing_id)) for listing_id in self._all_ids(portfolio, at))
        return [listing for listing in found if listing is not None]

    def listing(self, listing_id: int, *, at: int) -> Listing | None:
        return self._with_edit(listing_id, self._store.get(LISTING, listing_id, at=at))

    def put_listing(
        self, listing_id: int, portfolio: int, members: dict[str, Any] | None, kept: dict[str, Any], *, at: int
    ) -> Listing | None:
        """Write a listing. None for `members` deletes it.

        `members` are the members of `Listing` that differ from the generated ones. `kept` are members of the channel
        that the world does not know.
        """
        at = self._settle_listing(listing_id, at)
        body = None if members is None else {"listing": members, "kept": kept}
        document = self._store.put(LISTING, listing_id, body, at=at, portfolio=portfolio, listing=listing_id)
        self._simulation(listing_id, portfolio, at).write(document)
        return self._with_edit(listing_id, document)

    def new_listing_id(self, portfolio: int) -> int:
        return portfolio * LISTING_NUMBERS + NEW_LISTING_NUMBER + self._store.count(LISTING)

    def listing_as_made(self, listing_id: int, *, at: int) -> Listing:
        """The listing without clients' edits, which do not change agreements made before them.

        A listing that a client created is returned in its current or, if deleted, default form.
        """
        made = self._as_generated(listing_id)
        return made or self.listing(listing_id, at=at) or blank_listing(listing_id, listing_id // LISTING_NUMBERS)

    def guest(self, stay: Stay) -> Guest:
        return guest_of(stay.id, seed=self._seed)

    # Nights

    def terms(self, listing: Listing, first: int, last: int, *, at: int) -> list[Terms]:
        """Price and stay rules of the nights `first` to `last` (day ordinals, both included)."""
        changes = self._store.nights(listing.id, first, last, at=at)
        return [terms_of_night(listing, night, changes.get(night), seed=self._seed) for night in range(first, last + 1)]

    def night_changes(self, listing: Listing, first: int, last: int, *, at: int) -> dict[int, NightChange]:
        """Clients' changes to the nights `first` to `last` (day ordinals, both included)."""
        return self._store.nights(listing.id, first, last, at=at)

    def change_nights(self, listing: Listing, changes: Sequence[tuple[int, NightChange]], *, at: int) -> None:
        """Change nights, given as day ordinals. Later changes of a night win; either all are written or none."""
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
        values: Sequence[SqlValue] = (),
        rest: str = "",
    ) -> list[Stay]:
        """Stays in all statuses except deleted, of one listing or of all.

        `where` and `rest` (ORDER BY, LIMIT) are SQL over the members of `Stay`, with `values` for its parameters.
        """
        condition, known = self._settled(portfolio, listing, at)
        return self._stay_table.find(f"{condition} AND {where}", [*known, *values], rest)

    def count_stays(
        self, portfolio: int, *, at: int, listing: int | None = None, where: str = "1", values: Sequence[SqlValue] = ()
    ) -> int:
        """The number of stays that `stays` would return."""
        condition, known = self._settled(portfolio, listing, at)
        return self._stay_table.count(f"{condition} AND {where}", [*known, *values])

    def stay(self, portfolio: int, stay_id: int, *, at: int) -> Stay | None:
        document = self._store.get(STAY, stay_id, at=at)
        listing_id = listing_of_stay(stay_id) if document is None else document.listing
        if listing_id is None or listing_id // LISTING_NUMBERS != portfolio:
            return None
        if document is None and self._as_generated(listing_id) is None:
            return None
        self._settle_listing(listing_id, at)
        condition, known = self._visible(portfolio, at)
        return next(iter(self._stay_table.find(f"{condition} AND id = ?", [*known, stay_id])), None)

    def stays_on(self, listing_id: int, first: int, last: int, *, at: int) -> list[Stay]:
        """Stays that hold at least one of the nights `first` to `last` (day ordinals), by arrival."""
        self._settle_listing(listing_id, at)
        where = f"listing = ? AND departure > ? AND arrival <= ? AND {IS_HOLDING}"
        return self._stay_table.find(where, [listing_id, first, last, *HOLDING], "ORDER BY arrival, id")

    def free_unit(
        self, listing: Listing, arrival: int, departure: int, *, at: int, ignored_stay: int = 0
    ) -> int | None:
        """A unit with no stay on any of the nights, except the stay with the id `ignored_stay`; None without one."""
        stays = self.stays_on(listing.id, arrival, departure - 1, at=at)
        taken = {stay.unit for stay in stays if stay.id != ignored_stay}
        return next((unit for unit in range(listing.units) if unit not in taken), None)

    def put_stay(self, stay: Stay, kept: dict[str, Any], *, at: int) -> Stay:
        """Write a new or changed stay. `kept` are members of the channel that the world does not know."""
        at = self._settle_listing(stay.listing, at)
        body = {"stay": stay_document(stay), "kept": kept}
        document = self._store.put(STAY, stay.id, body, at=at, portfolio=stay.portfolio, listing=stay.listing)
        self._stay_table.put(self._simulation(stay.listing, stay.portfolio, at).write(document))
        return replace(stay, changed_at=at, written=True)

    def new_stay_id(self) -> int:
        return NEW_STAY_ID + self._store.count(STAY)

    def kept(self, kind: str, id: int, *, at: int) -> dict[str, Any]:
        """The channel's own members of a written listing or stay."""
        document = self._store.get(kind, id, at=at)
        return {} if document is None or document.body is None else document.body["kept"]

    # Simulating up to an instant

    def settling(self, portfolio: int, *, at: int) -> Iterator[None]:
        """Simulate a portfolio up to an instant in small steps. A server can answer other requests in between."""
        at = self._not_before_the_latest(at)
        if portfolio not in self._agenda:
            self._agenda[portfolio] = [(0, listing_id) for listing_id in self._all_ids(portfolio, at)]
        while self._settle_some(portfolio, at):
            yield

    def is_simulated(self, portfolio: int) -> bool:
        """Whether the stays of the portfolio were simulated before, so that the rest takes little time."""
        return portfolio in self._agenda

    def _settle(self, portfolio: int, at: int) -> None:
        for _ in self.settling(portfolio, at=at):
            pass

    def _settle_some(self, portfolio: int, at: int) -> bool:
        """Advance the listings with the earliest next events. Returns False when all have reached the instant."""
        # Between two steps, another request may have turned the clock back, or settled all listings already.
        agenda = self._agenda.get(portfolio, [])
        settled: list[Stay] = []
        for _ in range(LISTINGS_PER_STEP):
            if not agenda or agenda[0][0] > at:
                break
            _, listing_id = agenda[0]
            simulation = self._simulation(listing_id, portfolio, at)
            settled += simulation.advance(at)
            heapq.heapreplace(agenda, (simulation.next_at, listing_id))
        self._stay_table.put(settled)
        return bool(agenda) and agenda[0][0] <= at

    def _settle_listing(self, listing_id: int, at: int) -> int:
        """Simulate one listing up to an instant. Returns the instant that it has reached."""
        at = self._not_before_the_latest(at)
        self._stay_table.put(self._simulation(listing_id, listing_id // LISTING_NUMBERS, at).advance(at))
        return at

    def _not_before_the_latest(self, at: int) -> int:
        self._latest = max(self._latest, at)
        return self._latest

    def _simulation(self, listing_id: int, portfolio: int, at: int) -> ListingSimulation:
        simulation = self._simulations.get(listing_id)
        if simulation is None:
            listing = self._as_generated(listing_id)
            market_days = None if listing is None else self._markets[listing.city]
            listing = listing or blank_listing(listing_id, portfolio)
            since = date.fromordinal(held_since(at))
            simulation = ListingSimulation(listing, market_days, self._store, seed=self._seed, since=since)
            self._simulations[listing_id] = simulation
            if listing_id % LISTING_NUMBERS >= NEW_LISTING_NUMBER and portfolio in self._agenda:
                heapq.heappush(self._agenda[portfolio], (0, listing_id))
        return simulation

    def _settled(self, portfolio: int, listing: int | None, at: int) -> tuple[str, list[SqlValue]]:
        """Simulate one listing or all up to an instant. Returns the SQL condition for their stays, with its values."""
        condition, values = self._visible(portfolio, at)
        if listing is None:
            self._settle(portfolio, at)
            return condition, values
        if listing in self._all_ids(portfolio, at):
            self._settle_listing(listing, at)
        return f"{condition} AND listing = ?", [*values, listing]

    def _visible(self, portfolio: int, at: int) -> tuple[str, list[SqlValue]]:
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
    """The first day of departure (ordinal) whose stays are not yet forgotten at an instant."""
    today = datetime.fromtimestamp(at, UTC)
    years, month = divmod(today.year * 12 + today.month - 1 - HISTORY_MONTHS, 12)
    return date(years, month + 1, 1).toordinal()
