"""The demand behind the bookings: every parameter, and the formulas that use them. See docs/sandbox.md.

Pure functions. For a night `n` in a market:

    index(n)  = season(n) x event(n) x week(n) x growth(n)
    rate(n)   = nightly_rate x (index(n) ** RATE_RESPONSE) x night_weekday(n) x inflation(n)
    requests for arrival on n ~ Poisson(requests_per_unit x units x popularity x index(n) x arrival_weekday(n))

The requests of those who would pay less than LOWEST_WILLINGNESS are left out of them.

A request has a length of stay, a lead time and a willingness to pay. It turns into a booking when the nights
are free, the stay rules allow it, and the average nightly price is not above

    willingness x rate(of its nights) x value(listing) x lead_factor(lead time)

where P(willingness >= x) = 1 / (1 + x ** (2 x ELASTICITY)): at the market's rate half of the requests book,
and there one percent on the price costs ELASTICITY percent of the bookings.
"""

import math
import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

ELASTICITY = 1.4
LOWEST_WILLINGNESS = 0.6
"""Who would pay less than this share of the market's rate does not ask: a lower price wins nobody more."""
RATE_RESPONSE = 0.45
"""How much of a rise in demand shows in the market's rate; 0: flat rates, 1: rates rise as demand does."""
WEEK_NOISE = 0.12
"""Standard deviation of the logarithm of each market week's own chance."""
GROWTH_PER_YEAR = 0.03
INFLATION_PER_YEAR = 0.025
REFERENCE_YEAR = 2024

LEAD_SIGMA = 1.15
LEAD_RESPONSE = 0.3
"""Busy nights are booked earlier: the median lead time grows with index ** LEAD_RESPONSE."""
LONGEST_LEAD = 364
"""Days; nobody books further ahead."""
LAST_MINUTE_DAYS, LAST_MINUTE_DISCOUNT = 7, 0.12
"""The last week's guests expect up to this share less."""
EARLY_DAYS, EARLY_PREMIUM = 120, 0.05
"""Guests who book this early pay this share more."""

CANCELLATION_BASE, CANCELLATION_PER_LEAD = 0.08, 0.12
"""Share of bookings cancelled: base, plus so much more at EARLY_DAYS and beyond."""
MODIFICATION_SHARE = 0.04
INQUIRY_SHARE = 0.05
"""Requests that only ask and never book."""
REQUEST_TO_BOOK_SHARE = 0.10
"""Bookings of some sources that the host has to approve first."""
UNPAID_SHARE = 0.04
"""Bookings of some sources that wait for the guest's payment first."""
APPROVAL_SHARE = 0.8
"""How many of those two end well."""

SOURCES = {"airbnb": 42, "bookingcom": 27, "direct": 9, "vrbo": 9, "website": 7, "expedia": 5, "google": 1}
"""Where bookings come from, in percent."""

OWNER_STAYS_PER_YEAR = 1.3
HOST_SEASONS = (0.86, 1.0, 1.18)
"""The manager's own prices by low, middle and high season: what a careful person does by hand."""
HOST_WEEKEND = 1.12
HOST_MISPRICING = 0.12
"""Standard deviation of the logarithm of how far a manager's base price is off the fair one."""


@dataclass(frozen=True, slots=True)
class Event:
    """Once a year, from a month and day, for some nights."""

    name: str
    month: int
    day: int
    nights: int
    demand: float
    """Factor on the index at its height."""


@dataclass(frozen=True, slots=True)
class StayProfile:
    """How long guests stay. `nights` maps a length in nights to its weight."""

    name: str
    nights: dict[int, int]
    lead_days: float
    """Multiplies the market's median lead time."""
    requests: float
    """Multiplies the market's requests: long stays need fewer."""
    years: int
    """Years between two nights kept free for maintenance, which no stay crosses."""
    min_stay: tuple[int, ...]
    """What listings ask for, each as likely."""


SHORT_STAYS = StayProfile(
    "short", {1: 13, 2: 27, 3: 24, 4: 14, 5: 8, 6: 4, 7: 6, 10: 2, 14: 1, 28: 1}, 1.0, 1.0, 1, (1, 1, 2, 2, 3)
)
MONTHLY_STAYS = StayProfile(
    "monthly", {30: 22, 60: 22, 90: 20, 120: 12, 150: 8, 180: 10, 270: 4, 330: 2}, 1.6, 0.045, 3, (30,)
)


@dataclass(frozen=True, slots=True)
class Market:
    city: str
    nightly_rate: float
    """Fair price of a one-bedroom on an average night of REFERENCE_YEAR, in the market's currency."""
    requests_per_unit: float
    """Requests for one unit per arrival night, on average."""
    season_amplitude: float
    season_peak: int
    """Day of the year."""
    second_peak: float
    """Weight of a second wave half a year away (negative: a flatter summer)."""
    lead_median: float
    """Days."""
    arrival_weekday: tuple[float, ...]
    """Monday to Sunday."""
    night_weekday: tuple[float, ...]
    quiet_month: int
    """When maintenance is done."""
    events: tuple[Event, ...]


LEISURE_ARRIVALS = (0.85, 0.78, 0.84, 1.02, 1.48, 1.22, 0.81)
RESORT_ARRIVALS = (0.8, 0.7, 0.75, 0.85, 1.2, 1.9, 0.8)
BUSINESS_ARRIVALS = (1.15, 1.1, 1.05, 1.1, 1.1, 0.8, 0.7)
LEISURE_NIGHTS = (0.94, 0.93, 0.95, 0.99, 1.11, 1.13, 0.95)
BUSINESS_NIGHTS = (1.0, 1.03, 1.03, 1.01, 1.02, 1.01, 0.9)
NEW_YEAR = Event("New Year", 12, 29, 4, 1.9)
SPRING = Event("Spring holidays", 4, 5, 8, 1.25)

# fmt: off
MARKETS = {
    market.city: market
    for market in (
        Market("Lisbon", 118, 0.90, 0.38, 205, 0.05, 30, LEISURE_ARRIVALS, LEISURE_NIGHTS, 1,
               (Event("Santo António", 6, 11, 4, 1.5), Event("Web Summit", 11, 10, 4, 1.8), SPRING, NEW_YEAR)),
        Market("Barcelona", 146, 0.92, 0.34, 200, 0.06, 32, LEISURE_ARRIVALS, LEISURE_NIGHTS, 1,
               (Event("Mobile World Congress", 3, 1, 5, 2.1), Event("Primavera Sound", 6, 3, 5, 1.5),
                Event("La Mercè", 9, 23, 3, 1.35), SPRING, NEW_YEAR)),
        Market("Edinburgh", 132, 0.88, 0.40, 215, 0.0, 36, LEISURE_ARRIVALS, LEISURE_NIGHTS, 1,
               (Event("Festival Fringe", 8, 3, 24, 1.55), Event("Hogmanay", 12, 29, 4, 2.3))),
        Market("Prague", 2450, 0.90, 0.30, 190, 0.10, 24, LEISURE_ARRIVALS, LEISURE_NIGHTS, 1,
               (Event("Christmas markets", 12, 5, 18, 1.35), SPRING, NEW_YEAR)),
        Market("Innsbruck", 164, 0.82, 0.22, 30, 0.35, 40, RESORT_ARRIVALS, LEISURE_NIGHTS, 5,
               (Event("Carnival holidays", 2, 10, 10, 1.45), NEW_YEAR)),
        Market("Austin", 172, 0.86, 0.16, 110, 0.08, 21, BUSINESS_ARRIVALS, BUSINESS_NIGHTS, 1,
               (Event("South by Southwest", 3, 7, 9, 2.2), Event("Grand Prix", 10, 18, 4, 2.0),
                Event("City Limits Festival", 10, 4, 3, 1.6))),
        Market("Cape Town", 1950, 0.84, 0.42, 10, 0.0, 38, LEISURE_ARRIVALS, LEISURE_NIGHTS, 6,
               (Event("Cycle Tour", 3, 7, 3, 1.5), Event("Festive season", 12, 16, 18, 1.5))),
        Market("Tokyo", 19800, 0.92, 0.20, 95, 0.12, 34, LEISURE_ARRIVALS, LEISURE_NIGHTS, 6,
               (Event("Cherry blossom", 3, 25, 12, 1.6), Event("Golden Week", 4, 29, 7, 1.7), NEW_YEAR)),
    )
}
# fmt: on


def demand_index(market: Market, night: date, *, seed: int) -> float:
    """Demand for a night against the market's average night of REFERENCE_YEAR."""
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
    """The strongest event of the night; its first and last night are half as strong."""
    strongest = 1.0
    for event in market.events:
        for year in (night.year - 1, night.year):
            day = (night - date(year, event.month, event.day)).days
            if 0 <= day < event.nights:
                edge = 0.5 if event.nights > 2 and day in (0, event.nights - 1) else 1.0
                strongest = max(strongest, 1 + (event.demand - 1) * edge)
    return strongest


def week_factor(market: Market, night: date, *, seed: int) -> float:
    """Each market week's own chance, the same for all its nights."""
    return _week_factor(market.city, (night - timedelta(days=night.weekday())).toordinal(), seed)


@lru_cache(8192)
def _week_factor(city: str, monday: int, seed: int) -> float:
    chance = random.Random(f"{seed}/{city}/{monday}").random()
    return math.exp(WEEK_NOISE * math.log(chance / (1 - chance)) * math.sqrt(3) / math.pi)


def market_rate(market: Market, night: date, *, seed: int) -> float:
    """What a one-bedroom of average quality is worth that night, in the market's currency."""
    years = (night - date(REFERENCE_YEAR, 7, 1)).days / 365.25
    index = demand_index(market, night, seed=seed)
    inflation = math.pow(1 + INFLATION_PER_YEAR, years)
    return market.nightly_rate * math.pow(index, RATE_RESPONSE) * market.night_weekday[night.weekday()] * inflation


def host_price_factor(market: Market, night: date) -> float:
    """What the manager multiplies the base price with, by hand: three seasons and the weekend."""
    turn = 2 * math.pi * (date(night.year, night.month, 15).timetuple().tm_yday - market.season_peak) / 365.25
    season = market.season_amplitude * math.cos(turn) + market.second_peak * math.cos(2 * turn)
    low, middle, high = HOST_SEASONS
    factor = high if season > 0.12 else low if season < -0.12 else middle
    return factor * (HOST_WEEKEND if night.weekday() in (4, 5) else 1.0)


def lead_factor(lead_days: int) -> float:
    """How lead time moves what guests are ready to pay."""
    if lead_days < LAST_MINUTE_DAYS:
        return 1 - LAST_MINUTE_DISCOUNT * (LAST_MINUTE_DAYS - lead_days) / LAST_MINUTE_DAYS
    return 1 + EARLY_PREMIUM if lead_days >= EARLY_DAYS else 1.0


def booking_share(price_ratio: float) -> float:
    """Share of requests that accept a price so many times the market's rate."""
    return 1 / (1 + math.pow(price_ratio, 2 * ELASTICITY))


def willingness(chance: float) -> float:
    """The price, against the market's rate, up to which a guest books; `chance` in (0, 1)."""
    return math.pow((1 - chance) / chance, 1 / (2 * ELASTICITY))


def cancellation_share(lead_days: int) -> float:
    return CANCELLATION_BASE + CANCELLATION_PER_LEAD * min(1.0, lead_days / EARLY_DAYS)
