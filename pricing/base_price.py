"""The automatic base price: what earns most for an average night, from the market and the listing's own outcomes."""

from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache
from itertools import product
from math import ceil, exp, floor, log
from statistics import fmean

from pricing.listing import BookedStay, ListingFacts
from pricing.market import HALF_LEFT, HISTORY_NIGHTS, MarketStatistics
from pricing.money import minor_units_per_unit, round_to_unit
from pricing.optimum import accepting, crowding, sold_share, usual_scarcity
from pricing.outcomes import Outcome, outcomes_of
from pricing.paid_rates import monthly_rate, nightly_rate, weighted_median

# The contract's minimum for a base price, in whole units of any currency.
LOWEST_BASE_PRICE = 10

# By how much an automatic base price changes in a week at most.
LARGEST_WEEKLY_CHANGE = 0.1

# The number of the listing's own booked nights that count as much as a market whose requests are not known.
MARKET_WEIGHT_NIGHTS = 60

# How far listings of one size differ from their market, as standard deviations of logarithms: in what guests are
# willing to pay, and in how many guests ask.
SPREAD_OF_WORTH = 0.25
SPREAD_OF_REQUESTS = 0.5
SPREAD_OF_ELASTICITY = 0.25
GRID = (-2.4, -1.6, -0.8, 0.0, 0.8, 1.6, 2.4)  # standard deviations
ELASTICITY_GRID = (-1.2, 0.0, 1.2)

# How finely chances of a sale are computed in advance.
CHANCES_PER_REQUEST = 100


def automatic_base_price(
    listing: ListingFacts,
    reservations: Iterable[BookedStay],
    market: MarketStatistics,
    *,
    blocked: Collection[date] = (),
) -> int | None:
    """The automatic base price in whole units of the listing's currency, at least LOWEST_BASE_PRICE.

    It is the price that earns most on an average night, given what became of the listing's nights in the last two years
    and how the market answers to prices. In a market whose requests are not known it is what guests pay: the mean of
    the own rate, weighted with its nights, and the market's, weighted with MARKET_WEIGHT_NIGHTS. Past nights that the
    host had closed, `blocked`, were not for sale.

    None when neither the listing's stays nor the market give a rate. docs/pricing.md, *Base price*, explains the model.
    For a listing let by the month, `market` is that of such listings (rents.among_rents), and the first that is known
    decides: the host's own price, what its guests paid for monthly stays, the market's level.
    """
    stays = list(reservations)
    if listing.by_the_month:
        rate = listing.channel_price or own_monthly_rate(listing, stays, market) or market.level_of(listing)
        return max(round_to_unit(rate), LOWEST_BASE_PRICE) if rate else None
    own, nights = own_rate(listing, stays, market)
    usual = market.usual_level_of(listing)
    if usual is None and own is None:
        return None
    if market.requests:
        usual = usual or own or 0.0
        outcomes = list(outcomes_of(listing, stays, market, usual, blocked=blocked))
        best = usual * _best_multiple(outcomes, market, own / usual if own else None, max(listing.units, 1))
    elif own is None or usual is None:
        best = own or usual or 0.0
    else:
        best = (nights * own + MARKET_WEIGHT_NIGHTS * usual) / (nights + MARKET_WEIGHT_NIGHTS)
    return max(round_to_unit(best), LOWEST_BASE_PRICE)


def step_towards(best: int, price: int, days: float) -> int:
    """The base price after a number of days: on the way from `price`, the stored one, to `best` (whole units).

    It moves by at most LARGEST_WEEKLY_CHANGE a week, up or down, so that a few bookings, or a new estimate of the
    market, surprise nobody.
    """
    most: float = (1 + LARGEST_WEEKLY_CHANGE) ** (max(days, 0.0) / 7)
    return max(min(best, floor(price * most)), min(ceil(price / most), price))


def own_rate(
    listing: ListingFacts, stays: Collection[BookedStay], market: MarketStatistics
) -> tuple[float | None, float]:
    """The median rate that guests paid for the listing's nights of the last two years, and the number of these nights.

    The rate is that of an average night, in whole units of the listing's currency; None when no stay tells its rate.
    """
    minor_units = minor_units_per_unit(listing.currency)
    oldest = market.as_of.toordinal() - HISTORY_NIGHTS
    rates = []
    for stay in stays:
        rate = nightly_rate(stay, minor_units)
        first, last = stay.check_in.toordinal(), stay.check_out.toordinal()
        if rate is not None and last > oldest:
            usual = fmean(market.usual_rate_ratios(first, last))
            rates.append((rate / usual, (last - first) * stay.units))
    return weighted_median(rates), sum(nights for _, nights in rates)


def own_monthly_rate(listing: ListingFacts, stays: Collection[BookedStay], market: MarketStatistics) -> float | None:
    """The median rate of a night of the listing's monthly stays of the last two years; None without any."""
    minor_units = minor_units_per_unit(listing.currency)
    oldest = market.as_of.toordinal() - HISTORY_NIGHTS
    return weighted_median(
        (rate, (stay.check_out - stay.check_in).days * stay.units)
        for stay in stays
        if stay.check_out.toordinal() > oldest and (rate := monthly_rate(stay, minor_units)) is not None
    )


@lru_cache(maxsize=256)
def _chances_of_a_sale(stay_length: float, units: int) -> list[tuple[float, float]]:
    """The logarithms of the shares of unit-nights that are sold, and not sold, by CHANCES_PER_REQUEST of requests."""
    shares = (
        min(max(sold_share((step + 0.5) / CHANCES_PER_REQUEST, stay_length, units), 1e-6), 1 - 1e-6)
        for step in range(8 * CHANCES_PER_REQUEST)
    )
    return [(log(share), log(1 - share)) for share in shares]


def _best_multiple(outcomes: Collection[Outcome], market: MarketStatistics, own: float | None, units: int) -> float:
    """The best price of an average night, as a multiple of the market's usual rate.

    own: the listing's own usual rate, as a multiple of the market's; None when there are no bookings.
    """
    middle = 0.0 if own is None else log(own) / 2
    crowd = crowding(market.stay_length, units)
    length = market.stay_length
    chances = _chances_of_a_sale(round(length, 2), units)
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
            of_a_sale, of_none = chances[min(int(expected * CHANCES_PER_REQUEST), len(chances) - 1)]
            belief += (outcome.sold * of_a_sale + (outcome.nights - outcome.sold) * of_none) / length
        accepted = accepting(requests * market.requests, elasticity) * crowd
        price = worth / elasticity * usual_scarcity(accepted, units, HALF_LEFT)
        found.append((belief, log(price)))
        best = max(best, belief)
    for belief, price in found:
        weight = exp(belief - best)
        weights += weight
        total += weight * price
    return exp(total / weights) * market.best_to_average
