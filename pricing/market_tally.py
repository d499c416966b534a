"""Counts a market's nights, one listing at a time.

A tally keeps a few numbers per night and per lead time. Its memory does not grow with listings or stays, so that a
market can be read from a database cursor.
"""

from collections.abc import Collection, Iterable
from datetime import date
from itertools import accumulate

from pricing.listing import BookedStay, ListingFacts
from pricing.market import HISTORY_NIGHTS, LARGEST_BEDROOMS, LONGEST_LEAD_TIME, bedrooms_of
from pricing.money import minor_units_per_unit
from pricing.paid_rates import nightly_rate, weighted_median

NIGHTS_AHEAD = LONGEST_LEAD_TIME + 1

# A rate is clipped to between 1/3 and 3 times the listing's own median: rates beyond that are errors or favours.
RATE_OUTLIER = 3.0


class PerNight:
    """One number per night of the tally. Adding a range takes constant time; `totals` sums the ranges up."""

    def __init__(self) -> None:
        self._changes = [0.0] * (HISTORY_NIGHTS + NIGHTS_AHEAD + 1)

    def add(self, begins: int, ends: int, amount: float) -> None:
        """Add an amount to the nights from position `begins` to the one before `ends`."""
        self._changes[begins] += amount
        self._changes[ends] -= amount

    def totals(self) -> list[float]:
        """The number of each night, HISTORY_NIGHTS past ones first."""
        return list(accumulate(self._changes))[:-1]


class MarketTally:
    """Unit-nights of a market, from HISTORY_NIGHTS before `today` to NIGHTS_AHEAD after.

    first: `date.toordinal()` of the first night.
    for_sale, booked: of all listings.
    rates: the sum of relative rates (rate / the listing's own median rate) over booked nights with a known rate.
    rated: the number of these nights.
    revenue, sold: per number of bedrooms, the sum of rates in whole units of `currency` and the number of nights, for
        listings in that currency.
    """

    def __init__(self, *, today: date, currency: str | None = None) -> None:
        self.today = today
        self.currency = currency
        self.first = today.toordinal() - HISTORY_NIGHTS
        self.listing_count = 0
        self.for_sale, self.booked, self.rates, self.rated = (PerNight() for _ in range(4))
        self.revenue = [PerNight() for _ in range(LARGEST_BEDROOMS + 1)]
        self.sold = [PerNight() for _ in range(LARGEST_BEDROOMS + 1)]
        self._booked_at = [0] * (LONGEST_LEAD_TIME + 2)

    def add(
        self,
        listing: ListingFacts,
        reservations: Iterable[BookedStay],
        *,
        blocked: Collection[date] = (),
    ) -> None:
        """Count a listing.

        `reservations` should reach back HISTORY_NIGHTS, with cancelled ones. `blocked` are nights that the host has
        closed. Of a listing with unknown occupancy only the paid rates count.
        """
        stays = list(reservations)
        self.listing_count += 1
        if listing.occupancy_known:
            self._add_occupancy(listing, stays, blocked)
        self._add_rates(listing, stays)

    def _add_occupancy(self, listing: ListingFacts, stays: list[BookedStay], blocked: Collection[date]) -> None:
        self._add_supply(listing, stays, blocked)
        for stay in stays:
            begins, ends = self._positions(stay.check_in, stay.check_out)
            if begins < ends and not stay.owner_stay:
                if stay.cancelled_on is None:
                    self.booked.add(begins, ends, stay.units)
                self._add_lead_times(stay, begins, ends)

    @property
    def on_the_books(self) -> list[int]:
        """By lead time in days: the nights of the last year that were booked, and not cancelled, at that time."""
        return list(accumulate(self._booked_at))[:-1]

    def _positions(self, begins: date, ends: date) -> tuple[int, int]:
        last = HISTORY_NIGHTS + NIGHTS_AHEAD
        return max(begins.toordinal() - self.first, 0), min(ends.toordinal() - self.first, last)

    def _add_supply(self, listing: ListingFacts, stays: list[BookedStay], blocked: Collection[date]) -> None:
        known_since = [listing.listed_on] if listing.listed_on else [_known_since(stay) for stay in stays]
        begins, ends = self._positions(min([self.today, *known_since]), date.max)
        self.for_sale.add(begins, ends, max(listing.units, 1))
        for stay in stays:
            if stay.owner_stay and stay.cancelled_on is None:
                kept_from, kept_to = self._positions(stay.check_in, stay.check_out)
                if (kept_from := max(kept_from, begins)) < kept_to:
                    self.for_sale.add(kept_from, kept_to, -stay.units)
        taken = self._taken_units(stays) if blocked else []
        for night in blocked:
            position = night.toordinal() - self.first
            if begins <= position < ends:
                # Only vacant units: those of guests were for sale, and those of the owner are already subtracted.
                self.for_sale.add(position, position + 1, -max(max(listing.units, 1) - taken[position], 0))

    def _taken_units(self, stays: list[BookedStay]) -> list[float]:
        taken = PerNight()
        for stay in stays:
            begins, ends = self._positions(stay.check_in, stay.check_out)
            if begins < ends and stay.cancelled_on is None:
                taken.add(begins, ends, stay.units)
        return taken.totals()

    def _add_lead_times(self, stay: BookedStay, begins: int, ends: int) -> None:
        """Count a stay's nights of the last year, from the day of its booking until its cancellation, if any."""
        if stay.booked_on is None:
            return
        booked_on = stay.booked_on.toordinal() - self.first
        gone_on = None if stay.cancelled_on is None else stay.cancelled_on.toordinal() - self.first
        for night in range(max(begins, HISTORY_NIGHTS - LONGEST_LEAD_TIME), min(ends, HISTORY_NIGHTS)):
            earliest = min(max(night - booked_on, 0), LONGEST_LEAD_TIME)
            latest = 0 if gone_on is None else max(night - gone_on + 1, 0)
            if latest <= earliest:
                self._booked_at[latest] += stay.units
                self._booked_at[earliest + 1] -= stay.units

    def _add_rates(self, listing: ListingFacts, stays: list[BookedStay]) -> None:
        minor_units = minor_units_per_unit(listing.currency)
        rates = [(stay, rate) for stay in stays if (rate := nightly_rate(stay, minor_units)) is not None]
        median = weighted_median((rate, (stay.check_out - stay.check_in).days * stay.units) for stay, rate in rates)
        if median is None:
            return
        bedrooms = bedrooms_of(listing)
        for stay, rate in rates:
            begins, ends = self._positions(stay.check_in, stay.check_out)
            if begins >= ends:
                continue
            credible = min(max(rate, median / RATE_OUTLIER), median * RATE_OUTLIER)
            self.rates.add(begins, ends, credible / median * stay.units)
            self.rated.add(begins, ends, stay.units)
            if listing.currency == self.currency:
                self.revenue[bedrooms].add(begins, ends, credible * stay.units)
                self.sold[bedrooms].add(begins, ends, stay.units)


def _known_since(stay: BookedStay) -> date:
    return stay.check_in if stay.booked_on is None else min(stay.booked_on, stay.check_in)
