"""The simulation of one listing's bookings: it decides stay requests by price, stay rules and free nights.

A simulation never runs ahead of the clock, so a client's write is known before the next request is decided.
The state at an instant is the same, whether the simulation reaches it in one step or in many.
"""

import heapq
from array import array
from collections.abc import Collection
from datetime import date

from sandbox.demand import LONGEST_LEAD
from sandbox.store import Document, Store
from sandbox.world.days import DAY_SECONDS, day_of
from sandbox.world.listings import LISTING, Listing, edited
from sandbox.world.maintenance import MAINTENANCE_DAYS, era_of
from sandbox.world.market_days import FIRST_DAY, MarketDays
from sandbox.world.nights import length_discount, terms_of_night
from sandbox.world.portfolios import PORTFOLIOS
from sandbox.world.stay_requests import OWNER, Era, StayRequest
from sandbox.world.stays import STAY, Status, Stay, life_of, written_stay

LOOK_AHEAD = 30 * DAY_SECONDS
"""Seconds. Requests further ahead are drawn later, so that few are in memory."""
KEPT_OPEN_DAYS = 3
"""A stay that departed more days ago does not change any more, unless a client changes it."""
SHORTENED_FROM = 3
"""Nights. Guests who modify a stay of at least this length leave one night earlier."""


class ListingSimulation:
    def __init__(
        self, listing: Listing, market_days: MarketDays | None, store: Store, *, seed: int, since: date
    ) -> None:
        """`market_days` is None for a listing without stay requests; `since` is the first day whose stays matter."""
        self.listing = listing
        self.settled_until = -1
        self._market_days = market_days
        self._held_since = since.toordinal()
        self._store = store
        self._seed = seed
        self._host_factors_until = market_days.days.host_factors_until if market_days else []
        self._first_era = self._era(since) if market_days else since.year
        self._first_day = date(self._first_era, 1, 1).toordinal()
        self._taken = [array("H") for _ in range(listing.units)]
        """Number of stays on each night, by unit."""
        self._requests: list[StayRequest] = []
        """Latest first."""
        self._status_changes: list[tuple[int, int, Status]] = []
        """A heap of the coming status changes: instant, stay id and new status."""
        self._drawn_until = -1
        self._open: dict[int, Stay] = {}
        self._changed: dict[int, Stay] = {}

    @property
    def next_at(self) -> int:
        """The earliest instant at which anything can happen without a client's write."""
        requested = [request.at for request in self._requests[-1:]]
        moved = [at for at, _, _ in self._status_changes[:1]]
        return min([*requested, *moved, self._drawn_until + 1])

    def advance(self, until: int) -> Collection[Stay]:
        """Simulate up to and including an instant. Returns the stays that are new or changed."""
        if until <= self.settled_until:
            return ()
        written_at = self._store.first_night_change(self.listing.id)
        self._draw_requests(until, written_at)
        for document in self._store.of_listing(self.listing.id, after=self.settled_until, until=until):
            # Within one second, simulated events come before clients' writes.
            self._run(document.at, written_at)
            self._apply(document)
        self._run(until, written_at)
        self.settled_until = until
        return self._hand_over()

    def write(self, document: Document) -> Collection[Stay]:
        """Apply a client's write at the instant that the simulation has reached. Returns the changed stays."""
        self._apply(document)
        return self._hand_over()

    def free_unit(self, arrival: int, departure: int) -> int | None:
        """The first unit with no stay on any of the nights. Blocked nights are not considered."""
        first, end = arrival - self._first_day, departure - self._first_day
        for unit, taken in enumerate(self._taken):
            if not any(taken[first:end]):
                return unit
        return None

    def _units_taken(self, night: int) -> int:
        day = night - self._first_day
        return sum(any(taken[day : day + 1]) for taken in self._taken)

    def _era(self, day: date) -> int:
        market = self.listing.market
        assert market is not None  # noqa: S101
        return era_of(market, PORTFOLIOS[self.listing.portfolio].stays, day)

    def _draw_requests(self, until: int, written_at: int | None) -> None:
        if until <= self._drawn_until:
            return
        after, self._drawn_until = self._drawn_until, until + LOOK_AHEAD
        edited_at = self._store.first_document(self.listing.id)
        unwritten_until = min(at for at in (until, written_at, edited_at) if at is not None)
        if self._market_days is not None:
            for year in self._requestable_eras(after, self._drawn_until):
                era = Era(self.listing, self._market_days, year, seed=self._seed)
                self._requests += era.requests(after=after, until=self._drawn_until, unwritten_until=unwritten_until)
            self._requests.sort(reverse=True)

    def _requestable_eras(self, after: int, until: int) -> range:
        """The eras whose nights can be requested between two instants."""
        nearest = day_of(after) - MAINTENANCE_DAYS - 1
        farthest = day_of(until) + LONGEST_LEAD + 1
        first = max(self._first_era, self._era(date.fromordinal(max(nearest, FIRST_DAY))))
        last = self._era(date.fromordinal(farthest))
        return range(first, last + 1, PORTFOLIOS[self.listing.portfolio].stays.years)

    def _run(self, until: int, written_at: int | None) -> None:
        requests, status_changes = self._requests, self._status_changes
        while requests and requests[-1].at <= until:
            request = requests.pop()
            while status_changes and status_changes[0] < request:
                self._change_status(*heapq.heappop(status_changes))
            self._decide(request, written_at)
        while status_changes and status_changes[0][0] <= until:
            self._change_status(*heapq.heappop(status_changes))

    def _decide(self, request: StayRequest, written_at: int | None) -> None:
        listing = self.listing
        arrival, departure = request.arrival, request.arrival + request.nights
        unit = self.free_unit(arrival, departure)
        if unit is None or (listing.archived_at is not None and request.at >= listing.archived_at):
            return
        if written_at is None or request.at <= written_at:
            rent = self._rent_by_own_prices(request, departure)
        else:
            rent = self._rent_by_written_prices(request, departure)
        if rent is not None and rent <= request.pays_up_to:
            self._book(request, unit, departure, rent)

    def _rent_by_own_prices(self, request: StayRequest, departure: int) -> float | None:
        if request.nights < self.listing.min_stay and request.source != OWNER:
            return None
        sums = self._host_factors_until
        return (sums[departure - FIRST_DAY] - sums[request.arrival - FIRST_DAY]) * self.listing.base_price

    def _rent_by_written_prices(self, request: StayRequest, departure: int) -> float | None:
        """The price of the nights at the instant of the request; None if the stay rules refuse the stay."""
        listing, arrival = self.listing, request.arrival
        changes = self._store.nights(listing.id, arrival, departure, at=request.at - 1)
        terms = [
            terms_of_night(listing, night, changes.get(night), seed=self._seed)
            for night in range(arrival, departure + 1)
        ]
        *nights, last = terms
        blocked = any(
            night.blocked_units + self._units_taken(arrival + day) >= listing.units for day, night in enumerate(nights)
        )
        first = nights[0]
        refused = first.closed_on_arrival or last.closed_on_departure
        wrong_length = not first.min_stay <= request.nights <= first.max_stay
        if blocked or (request.source != OWNER and (refused or wrong_length)):
            return None
        return sum(night.price for night in nights)

    def _book(self, request: StayRequest, unit: int, departure: int, rent: float) -> None:
        listing = self.listing
        (booked_at, status), *later = life_of(request)
        for at, next_status in later:
            heapq.heappush(self._status_changes, (at, request.id, next_status))
        stay = Stay(
            id=request.id,
            portfolio=listing.portfolio,
            listing=listing.id,
            unit=unit,
            arrival=request.arrival,
            departure=departure,
            status=status,
            source=request.source,
            booked_at=booked_at,
            changed_at=booked_at,
            cancelled_at=None,
            guests=1 + request.id % max(1, listing.capacity),
            rent=round(rent * length_discount(listing, request.nights), listing.decimals),
            previous_departure=None,
            written=False,
        )
        self._open[stay.id] = self._changed[stay.id] = stay
        if stay.holds:
            self._mark(stay, +1)

    def _change_status(self, at: int, stay_id: int, status: Status) -> None:
        stay = self._open.get(stay_id)
        if stay is None or stay.written:
            return
        if stay.holds:
            self._mark(stay, -1)
        stay.status, stay.changed_at = status, at
        if status == Status.CANCELLED:
            stay.cancelled_at = at
        if status == Status.MODIFIED and stay.nights >= SHORTENED_FROM:
            stay.rent = round(stay.rent * (stay.nights - 1) / stay.nights, self.listing.decimals)
            stay.previous_departure, stay.departure = stay.departure, stay.departure - 1
        if stay.holds:
            self._mark(stay, +1)
        self._changed[stay.id] = stay

    def _apply(self, document: Document) -> None:
        if document.kind == STAY:
            self._replace(written_stay(document))
        elif document.kind == LISTING:
            self.listing = edited(self.listing, document)

    def _replace(self, stay: Stay) -> None:
        before = self._open.get(stay.id)
        if before is not None and before.holds:
            self._mark(before, -1)
        if stay.holds:
            self._mark(stay, +1)
        self._open[stay.id] = self._changed[stay.id] = stay

    def _mark(self, stay: Stay, by: int) -> None:
        """Add `by` to the count of stays on each night. Counts, not flags: a client can force an overbooking."""
        taken = self._taken[stay.unit]
        first, end = max(0, stay.arrival - self._first_day), max(0, stay.departure - self._first_day)
        if end > len(taken):
            taken.frombytes(bytes(taken.itemsize * (end - len(taken) + 64)))
        for day in range(first, end):
            taken[day] += by

    def _hand_over(self) -> Collection[Stay]:
        changed = [stay for stay in self._changed.values() if stay.departure >= self._held_since]
        self._changed.clear()
        over = day_of(self.settled_until) - KEPT_OPEN_DAYS
        self._open = {stay.id: stay for stay in self._open.values() if stay.departure > over}
        return changed
