"""The automatic base price: what the listing's own bookings say, leaning on its market where they are few."""

from collections.abc import Iterable

from pricing.listing import BookedStay, ListingFacts
from pricing.market import HISTORY_NIGHTS, MarketStatistics
from pricing.money import minor_units_per_unit, round_to_unit
from pricing.paid_rates import nightly_rate, weighted_median

# The contract takes no lower base price from anybody.
LOWEST_BASE_PRICE = 10

# So many booked nights of its own weigh as much as the market.
MARKET_WEIGHT_NIGHTS = 60


def automatic_base_price(
    listing: ListingFacts, reservations: Iterable[BookedStay], market: MarketStatistics
) -> int | None:
    """Whole units of the listing's currency, at least 10; None when neither listing nor market knows a rate.

    own: the median, over the booked nights of the two years before `market.as_of` and all later ones, of the
    nightly rate divided by the average season x day of week x event ratio of the stay; n: the number of those
    nights; level: the market's for the listing's bedrooms.
    base price = (n own + 60 level) / (n + 60), or the one of the two that is known.
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
