"""The automatic base price: what earns most for an average night, from the market and the listing's own outcomes."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from math import exp, log

from pricing.listing import BookedStay, ListingFacts
from pricing.market import HISTORY_NIGHTS, MarketStatistics
from pricing.money import minor_units_per_unit, round_to_unit
from pricing.optimum import accepting, crowding, planned_units, scarcity, sold_share
from pricing.paid_rates import monthly_rate, nightly_rate, weighted_median

# The contract's minimum for a base price, in whole units of any currency.
LOWEST_BASE_PRICE = 10

# How far listings of one size differ from their market, as standard deviations of logarithms: in what guests are
# willing to pay, and in how many guests ask.
SPREAD_OF_WORTH = 0.35
SPREAD_OF_REQUESTS = 0.5
SPREAD_OF_ELASTICITY = 0.25
GRID = (-2.4, -1.6, -0.8, 0.0, 0.8, 1.6, 2.4)  # standard deviations
ELASTICITY_GRID = (-1.2, 0.0, 1.2)

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


def automatic_base_price(
    listing: ListingFacts, reservations: Iterable[BookedStay], market: MarketStatistics
) -> int | None:
    """The automatic base price in whole units of the listing's currency, at least LOWEST_BASE_PRICE.

    None when neither the listing's stays nor the market give a rate. docs/pricing.md, *Base price*, explains the model.
    For a listing let by the month, `market` is that of such listings (rents.among_rents), and the first that is known
    decides: the host's own price, what its guests paid for monthly stays, the market's level.
    """
    stays = list(reservations)
    if listing.by_the_month:
        rate = listing.channel_price or own_monthly_rate(listing, stays, market) or market.level_of(listing)
        return max(round_to_unit(rate), LOWEST_BASE_PRICE) if rate else None
    own = own_rate(listing, stays, market)
    usual = market.usual_level_of(listing)
    if usual is None:
        usual = own
    if usual is None:
        return None
    if not market.requests:
        return max(round_to_unit(own or usual), LOWEST_BASE_PRICE)
    outcomes = list(outcomes_of(listing, stays, market, usual))
    best = usual * _best_multiple(outcomes, market, None if own is None else own / usual, max(listing.units, 1))
    return max(round_to_unit(best), LOWEST_BASE_PRICE)


def own_rate(listing: ListingFacts, stays: Collection[BookedStay], market: MarketStatistics) -> float | None:
    """The median rate that guests paid for the listing's nights of the last two years, as that of an average night.

    None when no stay tells its rate. Unit: whole units of the listing's currency.
    """
    minor_units = minor_units_per_unit(listing.currency)
    oldest = market.as_of.toordinal() - HISTORY_NIGHTS
    rates = []
    for stay in stays:
        rate = nightly_rate(stay, minor_units)
        first, last = stay.check_in.toordinal(), stay.check_out.toordinal()
        if rate is not None and last > oldest:
            usual = sum(market.rates.of(*market.kind_of(night)) for night in range(first, last)) / (last - first)
            rates.append((rate / usual, (last - first) * stay.units))
    return weighted_median(rates)


def own_monthly_rate(listing: ListingFacts, stays: Collection[BookedStay], market: MarketStatistics) -> float | None:
    """The median rate of a night of the listing's monthly stays of the last two years; None without any."""
    minor_units = minor_units_per_unit(listing.currency)
    oldest = market.as_of.toordinal() - HISTORY_NIGHTS
    return weighted_median(
        (rate, (stay.check_out - stay.check_in).days * stay.units)
        for stay in stays
        if stay.check_out.toordinal() > oldest and (rate := monthly_rate(stay, minor_units)) is not None
    )


def outcomes_of(
    listing: ListingFacts, stays: Collection[BookedStay], market: MarketStatistics, usual: float
) -> Iterator[Outcome]:
    """The outcomes of the last two years, in periods of DAYS_PER_PERIOD. `usual`: the market's usual rate."""
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
    nights, sold, rates, rated, asked = ([0.0] * periods for _ in range(5))
    kinds = [market.kind_of(night) for night in range(first, today)]
    for position, kind in enumerate(kinds):
        period = position // DAYS_PER_PERIOD
        nights[period] += units
        asked[period] += units * market.requests_for(*kind)
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
            days = min(DAYS_PER_PERIOD, today - first - period * DAYS_PER_PERIOD)
            # A period with few bookings is taken to have had the usual prices of the listing.
            rate = (rates[period] + 5 * mean) / (rated[period] + 5)
            yield Outcome(nights[period], min(sold[period], nights[period]), rate, asked[period] / (days * units))


def _best_multiple(outcomes: Collection[Outcome], market: MarketStatistics, own: float | None, units: int) -> float:
    """The best price of an average night, as a multiple of the market's usual rate.

    own: the listing's own usual rate, as a multiple of the market's; None when there are no bookings.
    """
    middle = 0.0 if own is None else log(own) / 2
    crowd = crowding(market.stay_length)
    weights = total = 0.0
    best = -1e300
    found = []
    for worth_at, requests_at, elasticity_at in product(GRID, GRID, ELASTICITY_GRID):
        worth = exp(middle + SPREAD_OF_WORTH * worth_at)
        requests = exp(SPREAD_OF_REQUESTS * requests_at)
        elasticity = market.elasticity * exp(SPREAD_OF_ELASTICITY * elasticity_at)
        belief = -(worth_at**2 + requests_at**2 + elasticity_at**2) / 2
        for outcome in outcomes:
            expected = requests * outcome.requests * exp(-elasticity * (outcome.rate / worth - 1))
            share = min(max(sold_share(expected, market.stay_length), 1e-6), 1 - 1e-6)
            belief += (
                outcome.sold * log(share) + (outcome.nights - outcome.sold) * log(1 - share)
            ) / market.stay_length
        accepted = accepting(requests * market.requests, elasticity) * crowd * units
        price = worth / elasticity * scarcity(accepted / 2, planned_units(units, accepted, 0.5))
        found.append((belief, log(price)))
        best = max(best, belief)
    for belief, price in found:
        weight = exp(belief - best)
        weights += weight
        total += weight * price
    return exp(total / weights) * market.best_to_average
