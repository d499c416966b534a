"""The automatic base price: from the listing's own bookings and, where these are few, from its market."""

from collections.abc import Iterable

from pricing.listing import BookedStay, ListingFacts
from pricing.market import HISTORY_NIGHTS, MarketStatistics
from pricing.money import minor_units_per_unit, round_to_unit
from pricing.paid_rates import nightly_rate, weighted_median

# The contract's minimum for a base price, in whole units of any currency.
LOWEST_BASE_PRICE = 10

# The number of the listing's own booked nights that count as much as the market.
MARKET_WEIGHT_NIGHTS = 60


def automatic_base_price(
    listing: ListingFacts, reservations: Iterable[BookedStay], market: MarketStatistics
) -> int | None:
    """The automatic base price in whole units of the listing's currency, at least LOWEST_BASE_PRICE.

    None when neither the listing's stays nor the market give a rate.

    base price = (n own + 60 level) / (n + 60). When only one of own and level is known, it is the base price.
    - own: the median of (nightly rate / average season x day of week x event ratio of the stay) over the booked nights
      from two years before `market.as_of` on.
    - n: the number of these nights.
    - level: the market's level for the listing's number of bedrooms.
    """
    minor_units = minor_units_per_unit(listing.currency)
    oldest = market.as_of.toordinal() - HISTORY_NIGHTS
    own_levels = []
    for reservation in reservations:
        rate = nightly_rate(reservation, minor_units)
        first, last = reservation.check_in.toordinal(), reservation.check_out.toordinal()
        if rate is not None and last > oldest:
            usual = sum(market.usual_ratio(night) for night in range(first, last)) / (last - first)
            own_levels.append((rate / usual, (last - first) * reservation.units))
    own = weighted_median(own_levels)
    level = market.level_of(listing)
    if own is None:
        blended = level
    elif level is None:
        blended = own
    else:
        nights = sum(nights for _, nights in own_levels)
        blended = (nights * own + MARKET_WEIGHT_NIGHTS * level) / (nights + MARKET_WEIGHT_NIGHTS)
    return None if blended is None else max(round_to_unit(blended), LOWEST_BASE_PRICE)
