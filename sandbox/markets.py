"""The markets: the parameters of demand in each city. The formulas that use them are in `sandbox.demand`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """A yearly event: its first night is `month`/`day`, and it lasts `nights` nights."""

    name: str
    month: int
    day: int
    nights: int
    demand: float
    """Factor on the demand index at the event's height."""


@dataclass(frozen=True, slots=True)
class Market:
    city: str
    nightly_rate: float
    """Fair price of a one-bedroom on an average night of REFERENCE_YEAR, in the market's currency."""
    requests_per_unit: float
    """Average number of stay requests for one unit per arrival night."""
    season_amplitude: float
    season_peak: int
    """Day of the year with the highest demand."""
    second_peak: float
    """Weight of a second seasonal wave with two peaks a year; a negative weight flattens the main season."""
    lead_median: float
    """Median lead time in days."""
    arrival_weekday: tuple[float, ...]
    """Factors on arrivals, Monday to Sunday."""
    night_weekday: tuple[float, ...]
    """Factors on the rate of a night, Monday to Sunday."""
    quiet_month: int
    """The month of the maintenance nights."""
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
