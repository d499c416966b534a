"""The demand behind the bookings: all parameters, and the formulas that use them. See docs/sandbox.md.

All functions are pure. For a night `n` in a market:

    index(n)  = season(n) x event(n) x week(n) x growth(n)
    rate(n)   = nightly_rate x (index(n) ** RATE_RESPONSE) x night_weekday(n) x inflation(n)
    requests for arrival on n ~ Poisson(requests_per_unit x units x popularity x index(n) x arrival_weekday(n))

Requests with a willingness to pay below LOWEST_WILLINGNESS are left out of the simulation.

A request has a length of stay, a lead time and a willingness to pay. It becomes a booking if its nights are free,
the stay rules allow it, and the average nightly price is at most

    willingness x average rate(of its nights) x value(listing) x lead_factor(lead time)

where P(willingness >= x) = 1 / (1 + x ** (2 x ELASTICITY)). At the market's rate, half of the requests become
bookings, and a price that is one percent higher loses ELASTICITY percent of the bookings.
"""

import math
import random
from datetime import date, timedelta
from functools import lru_cache

from sandbox.markets import Market

ELASTICITY = 1.4
LOWEST_WILLINGNESS = 0.6
"""Share of the market's rate. Guests who would pay less make no request, so a price below it wins no more bookings."""
RATE_RESPONSE = 0.45
"""Exponent of the demand index in the market's rate. 0: rates are flat; 1: rates rise in proportion to demand."""
WEEK_NOISE = 0.12
"""Standard deviation of the logarithm of each market week's random factor."""
GROWTH_PER_YEAR = 0.03
INFLATION_PER_YEAR = 0.025
REFERENCE_YEAR = 2024

LEAD_SIGMA = 1.15
"""Sigma of the log-normal lead time."""
LEAD_RESPONSE = 0.3
"""Busy nights are booked earlier: the median lead time grows with index ** LEAD_RESPONSE."""
LONGEST_LEAD = 364
"""Longest lead time in days."""
LAST_MINUTE_DAYS, LAST_MINUTE_DISCOUNT = 7, 0.12
"""Within this many days before arrival, guests expect a discount that grows up to this share."""
EARLY_DAYS, EARLY_PREMIUM = 120, 0.05
"""Guests who book at least this many days ahead pay up to this share more."""

CANCELLATION_BASE, CANCELLATION_PER_LEAD = 0.08, 0.12
"""Share of bookings cancelled: the base, plus a part that grows with the lead time and is complete at EARLY_DAYS."""
MODIFICATION_SHARE = 0.04
INQUIRY_SHARE = 0.05
"""Share of requests that are inquiries and never become bookings."""
REQUEST_TO_BOOK_SHARE = 0.10
"""Share of bookings that need the host's approval first, on some sources."""
UNPAID_SHARE = 0.04
"""Share of bookings that wait for the guest's payment, on some sources."""
APPROVAL_SHARE = 0.8
"""Share of requests to book that the host approves, and of unpaid bookings that the guest pays."""

SOURCES = {"airbnb": 42, "bookingcom": 27, "direct": 9, "vrbo": 9, "website": 7, "expedia": 5, "google": 1}
"""Where bookings come from, in percent."""

OWNER_STAYS_PER_YEAR = 1.3
HOST_SEASONS = (0.86, 1.0, 1.18)
"""Factors of the manager's own prices in low, middle and high season."""
HOST_WEEKEND = 1.12
HOST_MISPRICING = 0.12
"""Standard deviation of the logarithm of base price divided by fair price."""


def demand_index(market: Market, night: date, *, seed: int) -> float:
    """Demand for a night, divided by the demand for the market's average night of REFERENCE_YEAR."""
    years = (night - date(REFERENCE_YEAR, 7, 1)).days / 365.25
    turn = 2 * math.pi * (night.timetuple().tm_yday - market.season_peak) / 365.25
    season = 1 + market.season_amplitude * math.cos(turn) + market.second_peak * math.cos(2 * turn)
    return (
        season
        * event_factor(market, night)
        * week_factor(market, night, seed=seed)
        * math.pow(1 + GROWTH_PER_YEAR, years)
    )


def event_factor(market: Market, night: date) -> float:
    """The factor of the strongest event of the night. An event's first and last night have half its effect."""
    strongest = 1.0
    for event in market.events:
        for year in (night.year - 1, night.year):
            day = (night - date(year, event.month, event.day)).days
            if 0 <= day < event.nights:
                edge = 0.5 if event.nights > 2 and day in (0, event.nights - 1) else 1.0
                strongest = max(strongest, 1 + (event.demand - 1) * edge)
    return strongest


def week_factor(market: Market, night: date, *, seed: int) -> float:
    """The random factor of a market's week, the same for all its nights."""
    return _week_factor(market.city, (night - timedelta(days=night.weekday())).toordinal(), seed)


@lru_cache(8192)
def _week_factor(city: str, monday: int, seed: int) -> float:
    chance = random.Random(f"{seed}/{city}/{monday}").random()
    return math.exp(WEEK_NOISE * math.log(chance / (1 - chance)) * math.sqrt(3) / math.pi)


def market_rate(market: Market, night: date, *, seed: int) -> float:
    """The fair price of a one-bedroom of average quality for that night, in the market's currency."""
    years = (night - date(REFERENCE_YEAR, 7, 1)).days / 365.25
    index = demand_index(market, night, seed=seed)
    inflation = math.pow(1 + INFLATION_PER_YEAR, years)
    return market.nightly_rate * math.pow(index, RATE_RESPONSE) * market.night_weekday[night.weekday()] * inflation


def host_price_factor(market: Market, night: date) -> float:
    """The factor that a manager without a pricing tool puts on the base price: three seasons and the weekend."""
    turn = 2 * math.pi * (date(night.year, night.month, 15).timetuple().tm_yday - market.season_peak) / 365.25
    season = market.season_amplitude * math.cos(turn) + market.second_peak * math.cos(2 * turn)
    low, middle, high = HOST_SEASONS
    factor = high if season > 0.12 else low if season < -0.12 else middle
    return factor * (HOST_WEEKEND if night.weekday() in (4, 5) else 1.0)


def lead_factor(lead_days: int) -> float:
    """The factor of the lead time on the guests' willingness to pay."""
    if lead_days < LAST_MINUTE_DAYS:
        return 1 - LAST_MINUTE_DISCOUNT * (LAST_MINUTE_DAYS - lead_days) / LAST_MINUTE_DAYS
    return 1 + EARLY_PREMIUM if lead_days >= EARLY_DAYS else 1.0


def booking_share(price_ratio: float) -> float:
    """Share of requests that accept a price; `price_ratio` is the price divided by the market's rate."""
    return 1 / (1 + math.pow(price_ratio, 2 * ELASTICITY))


def willingness(chance: float) -> float:
    """The highest price that a guest accepts, divided by the market's rate; `chance` is in (0, 1)."""
    return math.pow((1 - chance) / chance, 1 / (2 * ELASTICITY))


def cancellation_share(lead_days: int) -> float:
    """Share of bookings of this lead time that are cancelled."""
    return CANCELLATION_BASE + CANCELLATION_PER_LEAD * min(1.0, lead_days / EARLY_DAYS)
