"""What listings let by the month take from a market: the level of rents there, and its season."""

from collections.abc import Iterable
from dataclasses import replace

from pricing.market import LARGEST_BEDROOMS, MarketStatistics, Pattern
from pricing.market_shares import FEWEST_OWNERS
from pricing.market_tally import size_of
from pricing.paid_rates import weighted_median


def rent_level(owners: Iterable[float]) -> float | None:
    """The price of a night of one bedroom let by the month, from `MarketTally.mean_rent` of each owner's listings.

    Every owner counts once, whatever the number of rooms, so that nobody decides the level. None with less than
    FEWEST_OWNERS owners.
    """
    rents = [(rent, 1.0) for rent in owners]
    return weighted_median(rents) if len(rents) >= FEWEST_OWNERS else None


def among_rents(market: MarketStatistics, level: float | None) -> MarketStatistics:
    """The market for a listing let by the month, with the level of rents (`rent_level`), or none if that is None.

    Of nightly homes only the season remains, and how much is booked. Their weekdays, pace and requests say nothing
    about months, and neither do the events of the place; New Year's Eve, which every place has, remains.
    """
    levels = () if level is None else tuple(level * size_of(bedrooms) for bedrooms in range(LARGEST_BEDROOMS + 1))
    return replace(
        market,
        country=None,
        city=None,
        day_of_week=(1.0,) * 7,
        events={},
        rates=Pattern(),
        requests=0.0,
        demand=Pattern(),
        pace=tuple(night._replace(ratio=1.0, demand=1.0) for night in market.pace),
        levels=levels,
        usual_levels=levels,
    )
