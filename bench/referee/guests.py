"""The guests of the sandbox's world in the form of the first referee (bench/prices/selling.py).

Only tables are tuned with them, in a year that has passed. What policies earn is measured at the channel.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from bench.prices.demand import Floats
from bench.prices.knowledge import YEAR
from bench.prices.selling import NEVER, Guests, Sales, sell
from sandbox.demand import LONGEST_LEAD
from sandbox.world.days import day_of, start_of
from sandbox.world.listings import Listing, generated_listing
from sandbox.world.maintenance import era_of
from sandbox.world.market_days import MarketDays
from sandbox.world.nights import default_price
from sandbox.world.portfolios import LISTING_NUMBERS, NEIGHBOURS, PORTFOLIOS
from sandbox.world.stay_requests import OWNER, Era, StayRequest
from sandbox.world.stays import Status, life_of

GONE = frozenset({Status.CANCELLED, Status.DECLINED, Status.EXPIRED})


@dataclass(frozen=True)
class ListingYear:
    """One listing and all guests who want to stay in a year that begins at `opens`.

    `worth` is the fair price of an average night, in whole units: what the best prices of comparable listings are
    proportional to.
    """

    listing: Listing
    opens: date
    worth: float
    guests: Guests

    def sell(self, prices: Floats) -> Sales:
        """The sales at the prices of candidates: an array of (candidate, night of the year)."""
        return sell(self.guests, lambda *_: prices, candidates=len(prices), units=self.listing.units)

    def asked(self) -> Floats:
        """The manager's own prices of the year."""
        first = self.opens.toordinal()
        return np.array([default_price(self.listing, night) for night in range(first, first + YEAR)])


def listing_of(listing_id: int, seed: int) -> Listing:
    """Raises LookupError if the world has no such listing."""
    listing = generated_listing(listing_id, seed=seed)
    if listing is None or listing.market is None:
        raise LookupError(f"The world has no listing {listing_id}.")
    return listing


def worth_of(listing: Listing) -> float:
    assert listing.market is not None
    return listing.market.nightly_rate * listing.value


def comparables(city: str, seed: int) -> Iterator[Listing]:
    """The listings of other hosts in the city, which belong to no account of a channel."""
    for number in range(1, PORTFOLIOS[NEIGHBOURS].size + 1):
        listing = listing_of(NEIGHBOURS * LISTING_NUMBERS + number, seed)
        if listing.market_city == city:
            yield listing


def year_of(listing: Listing, days: MarketDays, opens: date, *, seed: int) -> ListingYear:
    """The listing's guests of the year from `opens` on, whoever refuses or accepts them.

    Stays that are shorter than the listing's minimum, inquiries that never become bookings, and the owner's own stays
    are left out.
    """
    assert listing.market is not None
    profile, first = PORTFOLIOS[listing.portfolio].stays, opens.toordinal()
    after, until = start_of(first - LONGEST_LEAD - 2), start_of(first + YEAR + 1)
    eras = {era_of(listing.market, profile, date.fromordinal(first + day)) for day in range(-1, YEAR + 31, 30)}
    requests = [
        request
        for era in sorted({min(eras) - profile.years, *eras})
        for request in Era(listing, days, era, seed=seed).requests(after=after, until=until, unwritten_until=after)
    ]
    wanted = sorted(request for request in requests if _counts(request, listing, first))
    rows = [_row(request, first) for request in wanted]
    day, arrival, nights, limit, cancels = (np.array(column) for column in zip(*rows, strict=True))
    return ListingYear(listing, opens, worth_of(listing), Guests(day, arrival, nights, limit, cancels))


def _counts(request: StayRequest, listing: Listing, first: int) -> bool:
    return (
        request.source != OWNER
        and listing.min_stay <= request.nights
        and request.arrival >= first
        and request.arrival + request.nights <= first + YEAR
        and life_of(request)[0][1] != Status.INQUIRY
    )


def _row(request: StayRequest, first: int) -> tuple[int, int, int, float, int]:
    at, status = life_of(request)[-1]
    cancels = day_of(at) + 1 - first if status in GONE else NEVER
    day = day_of(request.at) - first
    return day, request.arrival - first, request.nights, request.pays_up_to, max(cancels, day + 1)
