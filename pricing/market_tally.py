"""Counts a market's nights, one listing at a time.

A tally keeps a few numbers per night and per lead time. Its memory does not grow with listings or stays, so that a
market can be read from a database cursor.
"""

from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache
from itertools import accumulate

from pricing.listing import BookedStay, ListingFacts
from pricing.market import (
    HISTORY_NIGHTS,
    LARGEST_BEDROOMS,
    LONGEST_LEAD_TIME,
    LONGEST_STAY,
    WEEKS,
    bedrooms_of,
    week_of_year,
)
from pricing.money import minor_units_per_unit
from pricing.monthly import MONTHLY_FROM_NIGHTS
from pricing.paid_rates import monthly_rate, nightly_rate, weighted_median

NIGHTS_AHEAD = LONGEST_LEAD_TIME + 1

# A rate is clipped to between 1/3 and 3 times the listing's own median: rates beyond that are errors or favours.
RATE_OUTLIER = 3.0

# Pseudo-nights of shrinkage: booked nights per week, weekday, event and lead time; booked nights per number of
# bedrooms; units per coming night.
PRIOR_NIGHTS = 60
PRIOR_LEVEL_NIGHTS = 200
PRIOR_UNITS = 20

# Relative to one bedroom: a studio costs a fifth less, and each further bedroom adds 35 %.
STUDIO_SIZE = 0.8
SIZE_PER_BEDROOM = 0.35

# The groups of nights in which nobody may have too large a share, with the pseudo-nights that count there: for sale and
# rated nights per week of the year and per weekday, nights for sale in each of the coming weeks, and nights sold per
# number of bedrooms. A listing of one unit is never too large for a week.
WEEKS_AHEAD = -(-NIGHTS_AHEAD // 7)
GROUP_PRIORS = (
    *(PRIOR_NIGHTS,) * (2 * WEEKS + 2 * 7),
    *(7 * 5,) * WEEKS_AHEAD,
    *(PRIOR_LEVEL_NIGHTS,) * (LARGEST_BEDROOMS + 1),
)


# The same for the nights that are booked ahead, by quarter: a month of bookings of one unit is never too much.
QUARTER = 92
QUARTERS_AHEAD = -(-NIGHTS_AHEAD // QUARTER)
PRIOR_AHEAD = 30 * 5


class PerNight:
    """One number per night of the tally. Adding a range takes constant time; `totals` sums the ranges up."""

    def __init__(self) -> None:
        self._changes = [0.0] * (HISTORY_NIGHTS + NIGHTS_AHEAD + 1)

    def add(self, begins: int, ends: int, amount: float) -> None:
        """Add an amount to the nights from position `begins` to the one before `ends`."""
        self._changes[begins] += amount
        self._changes[ends] -= amount

    def merge(self, other: "PerNight", weight: float, ahead: float = 1.0) -> None:
        """Add the numbers of `other`, each multiplied by `weight`; those of coming nights by `ahead`, too."""
        if any(other._changes):  # most tallies have listings of few sizes
            changes = zip(self._changes, other._changes, strict=True)
            self._changes = [own + weight * change for own, change in changes]
            if ahead != 1:
                self.merge(other._of_coming_nights(), weight * (ahead - 1))

    def _of_coming_nights(self) -> "PerNight":
        coming = PerNight()
        coming._changes[HISTORY_NIGHTS:] = self._changes[HISTORY_NIGHTS:]
        coming._changes[HISTORY_NIGHTS] = sum(self._changes[: HISTORY_NIGHTS + 1])
        return coming

    def totals(self) -> list[float]:
        """The number of each night, HISTORY_NIGHTS past ones first."""
        return list(accumulate(self._changes))[:-1]


class MarketTally:
    """Unit-nights of a market, from HISTORY_NIGHTS before `today` to NIGHTS_AHEAD after.

    first: `date.toordinal()` of the first night.
    for_sale, booked: of all listings.
    rates: the sum of relative rates (rate / the listing's own median rate) over booked nights with a known rate.
    rated: the number of these nights.
    uncounted: past booked nights that do not count for the activity of the market.
    stays: the number of past stays of 1, 2, ... nights; the last number also counts longer ones, but no monthly ones.
    revenue, sold: per number of bedrooms, the sum of rates in whole units of `currency` and the number of nights, for
        listings in that currency.
    by_the_month: past booked nights of listings let by the month. They make a market active, and count nowhere else.
    rents, rented: of these listings in `currency`, the sum of rates of monthly stays in whole units, and the number of
        these nights, as nights of one bedroom.
    """

    def __init__(self, *, today: date, currency: str | None = None) -> None:
        self.today = today
        self.currency = currency
        self.first = today.toordinal() - HISTORY_NIGHTS
        self.listing_count = 0
        self.uncounted = 0.0
        self.by_the_month = self.rents = self.rented = 0.0
        self.for_sale, self.booked, self.rates, self.rated = (PerNight() for _ in range(4))
        self.revenue = [PerNight() for _ in range(LARGEST_BEDROOMS + 1)]
        self.sold = [PerNight() for _ in range(LARGEST_BEDROOMS + 1)]
        self.stays = [0.0] * LONGEST_STAY
        self._pooled = self._counted = 0.0
        self._booked_at = [0.0] * (LONGEST_LEAD_TIME + 2)

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
        if listing.by_the_month:
            self._add_by_the_month(listing, stays)
            return
        if listing.occupancy_known:
            self._add_occupancy(listing, stays, blocked)
        self._add_rates(listing, stays)

    def _add_by_the_month(self, listing: ListingFacts, stays: list[BookedStay]) -> None:
        size, minor_units = size_of(bedrooms_of(listing)), minor_units_per_unit(listing.currency)
        for stay in stays:
            begins, ends = self._positions(stay.check_in, stay.check_out)
            past = max(min(ends, HISTORY_NIGHTS) - begins, 0) * stay.units
            if listing.occupancy_known and stay.cancelled_on is None and not stay.owner_stay:
                self.by_the_month += past
            rate = monthly_rate(stay, minor_units)
            if rate is not None and listing.currency == self.currency:
                self.rents += rate * past
                self.rented += size * past

    def _add_occupancy(self, listing: ListingFacts, stays: list[BookedStay], blocked: Collection[date]) -> None:
        self._add_supply(listing, stays, blocked)
        for stay in stays:
            begins, ends = self._positions(stay.check_in, stay.check_out)
            if begins < ends and not stay.owner_stay:
                if stay.cancelled_on is None:
                    self.booked.add(begins, ends, stay.units)
                    nights = (stay.check_out - stay.check_in).days
                    if begins < HISTORY_NIGHTS and nights < MONTHLY_FROM_NIGHTS:
                        self.stays[min(nights, LONGEST_STAY) - 1] += stay.units
                    self._pooled += stay.units * (ends - begins) * max(listing.units, 1)
                    self._counted += stay.units * (ends - begins)
                self._add_lead_times(stay, begins, ends)

    def merge(
        self,
        other: "MarketTally",
        *,
        nights: float = 1.0,
        sold: float = 1.0,
        booked: float = 1.0,
        ahead: float = 1.0,
        rates: float = 1.0,
    ) -> None:
        """Add the numbers of another tally of the same day, with the factors of market_shares.Share."""
        self.uncounted += other.uncounted + (nights - booked) * other.booked_nights()[1]
        self.listing_count += other.listing_count
        for name in ("for_sale", "booked", "rates", "rated"):
            getattr(self, name).merge(getattr(other, name), nights, ahead)
        for bedrooms in range(LARGEST_BEDROOMS + 1):
            self.revenue[bedrooms].merge(other.revenue[bedrooms], sold * rates)
            self.sold[bedrooms].merge(other.sold[bedrooms], sold)
        self.stays = [a + nights * b for a, b in zip(self.stays, other.stays, strict=True)]
        self._pooled += nights * other._pooled
        self._counted += nights * other._counted
        self._booked_at = [a + nights * b for a, b in zip(self._booked_at, other._booked_at, strict=True)]
        self.by_the_month += nights * other.by_the_month

    def booked_nights(self) -> tuple[float, float]:
        """All unit-nights that are booked, and those of the past."""
        booked = self.booked.totals()
        return sum(booked) + self.by_the_month, sum(booked[:HISTORY_NIGHTS]) + self.by_the_month

    @property
    def units(self) -> float:
        """The number of units of the listing of an average booked unit-night; 1 if nothing is booked."""
        return self._pooled / self._counted if self._counted else 1.0

    def one_bedroom_sales(self) -> tuple[float, float]:
        """The past nights sold at a known rate, as nights of one bedroom, and their revenue in whole units."""
        sold = sum(size_of(bedrooms) * _past(per_night) for bedrooms, per_night in enumerate(self.sold))
        return sold, sum(map(_past, self.revenue))

    @property
    def mean_rent(self) -> float | None:
        """The mean rate of monthly stays, as that of a night of one bedroom in whole units of `currency`."""
        return self.rents / self.rented if self.rented else None

    def amounts(self) -> list[float]:
        """The unit-nights of each group of GROUP_PRIORS."""
        weeks, weekdays = [0.0] * (2 * WEEKS), [0.0] * (2 * 7)
        # A channel may sell more units than the listing has.
        for_sale = [max(pair) for pair in zip(self.for_sale.totals(), self.booked.totals(), strict=True)]
        rated = self.rated.totals()
        for position, (week, weekday) in enumerate(_groups_of(self.first)):
            weeks[week] += for_sale[position]
            weeks[WEEKS + week] += rated[position]
            weekdays[weekday] += for_sale[position]
            weekdays[7 + weekday] += rated[position]
        ahead = [sum(for_sale[HISTORY_NIGHTS + 7 * week :][:7]) for week in range(WEEKS_AHEAD)]
        return [*weeks, *weekdays, *ahead, *map(_past, self.sold)]

    def booked_ahead(self) -> list[float]:
        """The unit-nights that are booked in each of the coming QUARTERS_AHEAD."""
        coming = self.booked.totals()[HISTORY_NIGHTS:]
        return [sum(coming[QUARTER * quarter :][:QUARTER]) for quarter in range(QUARTERS_AHEAD)]

    @property
    def on_the_books(self) -> list[float]:
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


def size_of(bedrooms: int) -> float:
    """The usual price for this number of bedrooms, as a multiple of the price for one bedroom."""
    return 1 + SIZE_PER_BEDROOM * (bedrooms - 1) if bedrooms else STUDIO_SIZE


def _past(per_night: PerNight) -> float:
    return sum(per_night.totals()[:HISTORY_NIGHTS]) if any(per_night._changes) else 0.0


@lru_cache(maxsize=4)
def _groups_of(first: int) -> list[tuple[int, int]]:
    """The week of the year and the weekday of each past night."""
    days = [date.fromordinal(first + position) for position in range(HISTORY_NIGHTS)]
    return [(week_of_year(day.toordinal(), date(day.year, 1, 1).toordinal()), day.weekday()) for day in days]


def _known_since(stay: BookedStay) -> date:
    return stay.check_in if stay.booked_on is None else min(stay.booked_on, stay.check_in)
