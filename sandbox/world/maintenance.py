"""The nights that are kept free for maintenance, and the eras between them.

Each listing has one maintenance night every few years (`StayProfile.years`), in its market's quiet month. No stay
crosses it, so the stay requests of each era can be drawn without those of the eras before.
"""

from datetime import date

from sandbox.markets import Market
from sandbox.stay_profiles import StayProfile
from sandbox.world.chance import seeded_number
from sandbox.world.listings import Listing
from sandbox.world.market_days import FIRST_YEAR
from sandbox.world.portfolios import PORTFOLIOS

MAINTENANCE_DAYS = 21
"""The maintenance night is one of this many first days of the quiet month."""


def era_of(market: Market, profile: StayProfile, day: date) -> int:
    """The year in which the era of a day begins."""
    year = day.year if day.month >= market.quiet_month else day.year - 1
    return max(FIRST_YEAR, year - year % profile.years)


def maintenance_night(listing: Listing, market: Market, era: int, *, seed: int) -> int:
    """Day ordinal of the night at which an era begins. The era ends at the maintenance night of the next era."""
    first = date(era, market.quiet_month, 1).toordinal()
    return first + seeded_number(seed, "maintenance", listing.id, era) % MAINTENANCE_DAYS


def is_maintenance(listing: Listing, night: int, *, seed: int) -> bool:
    """`night` as a day ordinal. Listings without a market have no maintenance nights."""
    market = listing.market
    if market is None:
        return False
    day = date.fromordinal(night)
    if day.month != market.quiet_month:
        return False
    era = era_of(market, PORTFOLIOS[listing.portfolio].stays, day)
    return maintenance_night(listing, market, era, seed=seed) == night
