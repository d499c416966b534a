"""What became of a listing's own nights, compared with what its market usually gets for such nights."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from pricing.listing import BookedStay, ListingFacts
from pricing.market import HISTORY_NIGHTS, MarketStatistics
from pricing.money import minor_units_per_unit
from pricing.paid_rates import nightly_rate

DAYS_PER_PERIOD = 91


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the listing's nights in a period.

    nights: for sale. sold: of these. rate: the mean rate paid, relative to the usual rate of such nights in the market.
    requests: what a unit of the market gets for such nights at the usual rate.
    """

    nights: float
    sold: float
    rate: float
    requests: float


def outcomes_of(
    listing: ListingFacts,
    stays: Collection[BookedStay],
    market: MarketStatistics,
    usual: float,
    *,
    blocked: Collection[date] = (),
) -> Iterator[Outcome]:
    """The outcomes of the last two years, in periods of DAYS_PER_PERIOD. `usual`: the market's usual rate.

    blocked: nights that the host had closed. Units that nobody had taken were not for sale on them.
    """
    if not listing.occupancy_known:
        return
    today = market.as_of.toordinal()
    first = today - HISTORY_NIGHTS
    begins = (
        [listing.listed_on.toordinal()]
        if listing.listed_on
        else [min(stay.check_in, stay.booked_on or stay.check_in).toordinal() for stay in stays]
    )
    first = max(first, min(begins, default=today))
    units = max(listing.units, 1)
    minor_units = minor_units_per_unit(listing.currency)
    periods = -(-(today - first) // DAYS_PER_PERIOD)
    nights, sold, rates, rated, asked, asked_for = ([0.0] * periods for _ in range(6))
    kinds = market.kinds_of(first, today)
    closed = _closed_units(units, stays, blocked, first, today) if blocked else {}
    for position, kind in enumerate(kinds):
        period = position // DAYS_PER_PERIOD
        for_sale = units - closed.get(first + position, 0)
        nights[period] += for_sale
        asked[period] += for_sale * market.requests_for(*kind)
        asked_for[period] += for_sale
    for stay in stays:
        if stay.cancelled_on is not None:
            continue
        rate = nightly_rate(stay, minor_units)
        for night in range(max(stay.check_in.toordinal(), first), min(stay.check_out.toordinal(), today)):
            period = (night - first) // DAYS_PER_PERIOD
            if stay.owner_stay:
                nights[period] -= stay.units
                continue
            sold[period] += stay.units
            if rate is not None:
                rates[period] += stay.units * rate / (usual * market.rates.of(*kinds[night - first]))
                rated[period] += stay.units
    mean = sum(rates) / sum(rated) if sum(rated) else None
    for period in range(periods):
        if mean is not None and nights[period] > 0:
            # A period with few bookings is taken to have had the usual prices of the listing.
            rate = (rates[period] + 5 * mean) / (rated[period] + 5)
            requests = asked[period] / asked_for[period]
            yield Outcome(nights[period], min(sold[period], nights[period]), rate, requests)


def _closed_units(
    units: int, stays: Collection[BookedStay], blocked: Collection[date], first: int, today: int
) -> dict[int, int]:
    """The units that the host had closed, by night: all that neither guests nor the owner had taken."""
    closed = {night: units for day in blocked if first <= (night := day.toordinal()) < today}
    for stay in stays:
        if stay.cancelled_on is None:
            for night in range(max(stay.check_in.toordinal(), first), min(stay.check_out.toordinal(), today)):
                if night in closed:
                    closed[night] = max(closed[night] - stay.units, 0)
    return closed
