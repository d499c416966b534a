"""The pricing engine: computes the price of every night of a listing, and explains it.

The engine is pure Python: no Django, no I/O and no clock. docs/pricing.md documents the model, its parameters and the
precedence of rules.
"""

from pricing.base_price import LOWEST_BASE_PRICE, automatic_base_price
from pricing.engine import NoBasePrice, price_calendar
from pricing.listing import BookedStay, ListingFacts
from pricing.market import BookingPace, MarketStatistics
from pricing.market_estimate import estimate_market, market_statistics
from pricing.market_shares import FEWEST_OWNERS, WHOLE, Contribution, Contributor, Reader, Share, in_area, shares
from pricing.market_tally import MarketTally
from pricing.money import Money, minor_units_per_unit
from pricing.night import Factor, Night
from pricing.public_data import PublicHome, PublicStart, completed, public_start
from pricing.rents import among_rents, rent_level
from pricing.rules import WEEKDAYS, Rules
from pricing.suggestions import Suggestion, suggest

__all__ = [
    "FEWEST_OWNERS",
    "LOWEST_BASE_PRICE",
    "WEEKDAYS",
    "WHOLE",
    "BookedStay",
    "BookingPace",
    "Contribution",
    "Contributor",
    "Factor",
    "ListingFacts",
    "MarketStatistics",
    "MarketTally",
    "Money",
    "Night",
    "NoBasePrice",
    "PublicHome",
    "PublicStart",
    "Reader",
    "Rules",
    "Share",
    "Suggestion",
    "among_rents",
    "automatic_base_price",
    "completed",
    "estimate_market",
    "in_area",
    "market_statistics",
    "minor_units_per_unit",
    "price_calendar",
    "public_start",
    "rent_level",
    "shares",
    "suggest",
]
