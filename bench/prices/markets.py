"""The simulated markets. Half are for tuning an engine (`tune`), the other half only for reporting (`report`).

Where the figures come from:

- Season. In the EU, 32 % of tourism nights of 2023 were in July and August, with the strongest season in Croatia,
  Greece and Bulgaria. In 2018 August had 3.5 times the nights of January, and Alpine countries had two peaks (Eurostat,
  "Seasonality in the tourist accommodation sector", 2024, and news of 7 January 2020). The beach has half of its
  requests in these two months, cities are nearly flat, the ski market has its second peak in summer.
- Length of stay. About half of the stays in vacation rentals have at most four nights (Key Data, 2022); Inside Airbnb
  assumes three nights for cities without a published figure (insideairbnb.com/data-assumptions). Holiday markets have
  longer stays here, business guests shorter ones.
- Early leisure guests who pay less, late business guests who pay more: Littlewood (1972), "Forecasting and Control of
  Passenger Bookings"; Talluri & van Ryzin (2004), chapter 2.
- Cancellations. In two Portuguese hotels 28 % (resort) and 42 % (city) of bookings were cancelled (Antonio, de Almeida
  & Nunes (2019), "Hotel booking demand datasets", Data in Brief 22). Rentals have stricter terms, so a third of that.
- What hosts ask. Most hosts vary their prices little with the season (Li, Moreno & Zhang (2016), "Pros vs Joes: Agent
  Pricing Behavior in the Sharing Economy"; Gibbs et al. (2018), "Use of dynamic pricing strategies by Airbnb hosts",
  International Journal of Contemporary Hospitality Management 30(1)).

The remaining figures, above all the numbers of requests and the spread of qualities, are choices: no public source
gives the requests that did not lead to a booking.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bench.prices.demand import Choice, ConstantElasticity, Exponential, Logit, LogNormal, WillingnessToPay

Months = tuple[float, ...]
Use = Literal["tune", "report"]

FLAT: Months = (1.0,) * 12
EVERY_DAY = (1.0,) * 7
WEEKEND_TRIPS = (0.75, 0.75, 0.8, 1.0, 1.6, 1.4, 0.7)


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One kind of guests.

    share: of all requests. response: their highest prices. level: their scale relative to the market's.
    lead, lead_shape: mean days between request and arrival, and the shape of the gamma distribution.
    lengths: the shares of stays of one, two, ... nights. weekdays: relative numbers of arrivals, Monday first.
    """

    share: float = 1.0
    response: WillingnessToPay
    level: float = 1.0
    lead: float
    lead_shape: float = 1.0
    lengths: tuple[float, ...]
    weekdays: tuple[float, ...] = EVERY_DAY


@dataclass(frozen=True, kw_only=True)
class LocalEvent:
    """Nights from a day of the year on, in every year; `volume` and `price` multiply requests and scale."""

    month: int
    day: int
    nights: int
    volume: float
    price: float


@dataclass(frozen=True, kw_only=True)
class Demand:
    """The demand for one listing of average quality and one bedroom.

    scale: the price of an average night that counts as 1, in whole currency units.
    requests: stays that are asked for in a year, for each unit.
    volume, prices: per month, the relative number of arrivals and the scale, interpolated between mid-months.
    night_prices: the scale per weekday of the night.
    shock, persistence: standard deviation and weekly autocorrelation of the logarithm of requests' weekly volume.
    growth: of the scale per year.
    cancelled: the share of bookings that are cancelled, on a day that is uniform between booking and arrival.
    choice: guests choose among competitors; the segments' responses are then not used.
    """

    scale: float
    requests: float
    segments: tuple[Segment, ...]
    volume: Months = FLAT
    prices: Months = FLAT
    night_prices: tuple[float, ...] = EVERY_DAY
    events: tuple[LocalEvent, ...] = ()
    shock: float = 0.1
    persistence: float = 0.8
    growth: float = 0.02
    cancelled: float = 0.0
    choice: Choice | None = None


@dataclass(frozen=True, kw_only=True)
class Hosts:
    """What hosts ask: a level, and a part of the season and of the weekend in guests' prices.

    bias: of their level (see world.World); with 0.78 they ask 22 % too little. error: standard deviation of the
    logarithm of a host's level. season: the range of the exponent of the season in a host's prices. last_minute: the
    share of hosts with 15 % off in the last week.
    """

    bias: float = 1.0
    error: float = 0.12
    season: tuple[float, float] = (0.2, 0.8)
    last_minute: float = 0.3


@dataclass(frozen=True, kw_only=True)
class Market:
    """A market, and the day on which the measured year begins (between its seasons)."""

    name: str
    use: Use
    demand: Demand
    opens: date
    country: str
    city: str
    hosts: Hosts = Hosts()
    comparables: int = 24
    quality: float = 0.2
    units: int = 1


BEACH_VOLUME = (0.15, 0.2, 0.35, 0.7, 0.9, 1.6, 2.9, 3.1, 1.3, 0.5, 0.2, 0.25)
BEACH_PRICES = (0.7, 0.7, 0.75, 0.85, 0.9, 1.15, 1.5, 1.6, 1.05, 0.8, 0.7, 0.8)
SKI_VOLUME = (2.6, 3.0, 2.2, 0.6, 0.2, 0.5, 0.8, 0.9, 0.4, 0.3, 0.4, 2.2)
SKI_PRICES = (1.4, 1.6, 1.3, 0.9, 0.65, 0.7, 0.75, 0.8, 0.65, 0.65, 0.7, 1.45)
CITY_VOLUME = (0.55, 0.65, 0.85, 1.1, 1.25, 1.25, 1.1, 1.0, 1.25, 1.15, 0.85, 0.9)
CITY_PRICES = (0.75, 0.78, 0.9, 1.05, 1.15, 1.2, 1.08, 0.98, 1.2, 1.1, 0.86, 0.95)
RIVIERA_VOLUME = (0.35, 0.4, 0.6, 1.0, 1.15, 1.5, 1.8, 1.9, 1.35, 0.9, 0.5, 0.6)
RIVIERA_PRICES = (0.7, 0.72, 0.8, 0.98, 1.05, 1.2, 1.4, 1.45, 1.12, 0.92, 0.76, 0.9)
CITY_NIGHTS = (0.86, 0.86, 0.87, 0.92, 1.24, 1.35, 0.9)

WEEKS_AWAY = (0.04, 0.1, 0.16, 0.15, 0.14, 0.11, 0.3)
CITY_TRIP = (0.2, 0.3, 0.25, 0.12, 0.07, 0.03, 0.03)
BUSINESS_TRIP = (0.4, 0.3, 0.18, 0.09, 0.03, 0.0, 0.0)

BEACH = Demand(
    scale=110,
    requests=420,
    segments=(
        Segment(response=Exponential(), lead=60, lengths=WEEKS_AWAY, weekdays=(0.8, 0.8, 0.8, 0.9, 1.3, 1.6, 0.8)),
    ),
    volume=BEACH_VOLUME,
    prices=BEACH_PRICES,
    night_prices=(0.95, 0.95, 0.95, 0.97, 1.1, 1.12, 0.96),
    events=(LocalEvent(month=8, day=12, nights=5, volume=1.5, price=1.2),),
)
CITY = Demand(
    scale=95,
    requests=600,
    segments=(Segment(response=Logit(1.0, 0.25), lead=32, lengths=CITY_TRIP, weekdays=WEEKEND_TRIPS),),
    volume=CITY_VOLUME,
    prices=CITY_PRICES,
    night_prices=CITY_NIGHTS,
    events=(
        LocalEvent(month=3, day=2, nights=4, volume=2.5, price=1.5),
        LocalEvent(month=6, day=12, nights=3, volume=2.0, price=1.3),
        LocalEvent(month=11, day=10, nights=4, volume=2.5, price=1.5),
    ),
    cancelled=0.14,
)

MARKETS: tuple[Market, ...] = (
    Market(name="beach", use="tune", demand=BEACH, opens=date(2027, 1, 4), country="PT", city="Albufeira"),
    Market(
        name="slow",
        use="tune",
        demand=Demand(
            scale=80,
            requests=120,
            segments=(
                Segment(response=ConstantElasticity(2.2, 0.6), lead=25, lengths=CITY_TRIP, weekdays=WEEKEND_TRIPS),
            ),
            volume=CITY_VOLUME,
            prices=CITY_PRICES,
            night_prices=CITY_NIGHTS,
            shock=0.45,
            persistence=0.85,
        ),
        opens=date(2027, 1, 4),
        country="PT",
        city="Braga",
    ),
    Market(
        name="mix",
        use="tune",
        demand=Demand(
            scale=105,
            requests=700,
            segments=(
                Segment(
                    share=0.6,
                    response=Logit(0.8, 0.18),
                    lead=55,
                    lengths=CITY_TRIP,
                    weekdays=WEEKEND_TRIPS,
                ),
                Segment(
                    share=0.4,
                    response=LogNormal(1.5, 0.3),
                    lead=9,
                    lengths=BUSINESS_TRIP,
                    weekdays=(1.7, 1.5, 1.4, 0.9, 0.2, 0.2, 1.1),
                ),
            ),
            volume=CITY_VOLUME,
            prices=CITY_PRICES,
            events=(LocalEvent(month=10, day=4, nights=4, volume=2.2, price=1.4),),
        ),
        opens=date(2027, 1, 4),
        country="DE",
        city="Frankfurt",
    ),
    Market(
        name="aparthotel",
        use="tune",
        demand=Demand(
            scale=85,
            requests=300,
            segments=(Segment(response=LogNormal(0.95, 0.45), lead=38, lengths=CITY_TRIP, weekdays=WEEKEND_TRIPS),),
            volume=RIVIERA_VOLUME,
            prices=RIVIERA_PRICES,
            night_prices=CITY_NIGHTS,
        ),
        opens=date(2027, 1, 4),
        country="ES",
        city="Valencia",
        units=3,
    ),
    Market(
        name="ski",
        use="report",
        demand=Demand(
            scale=130,
            requests=330,
            segments=(
                Segment(
                    response=LogNormal(0.9, 0.5),
                    lead=70,
                    lengths=WEEKS_AWAY,
                    weekdays=(0.7, 0.7, 0.7, 0.9, 1.3, 1.9, 0.8),
                ),
            ),
            volume=SKI_VOLUME,
            prices=SKI_PRICES,
            night_prices=(0.95, 0.95, 0.95, 0.97, 1.1, 1.13, 0.95),
            events=(
                LocalEvent(month=12, day=24, nights=9, volume=1.6, price=1.3),
                LocalEvent(month=2, day=13, nights=10, volume=1.4, price=1.2),
            ),
        ),
        opens=date(2027, 6, 7),
        country="AT",
        city="Kitzbühel",
    ),
    Market(name="city", use="report", demand=CITY, opens=date(2027, 1, 4), country="ES", city="Bilbao"),
    Market(
        name="underpriced",
        use="report",
        demand=Demand(
            scale=100,
            requests=700,
            segments=(Segment(response=Exponential(), lead=40, lengths=CITY_TRIP, weekdays=WEEKEND_TRIPS),),
            volume=RIVIERA_VOLUME,
            prices=RIVIERA_PRICES,
            night_prices=CITY_NIGHTS,
        ),
        opens=date(2027, 1, 4),
        country="IT",
        city="Turin",
        hosts=Hosts(bias=0.78),
    ),
    Market(
        name="choice",
        use="report",
        demand=Demand(
            scale=110,
            requests=200,
            segments=(Segment(response=Logit(), lead=35, lengths=CITY_TRIP, weekdays=WEEKEND_TRIPS),),
            volume=RIVIERA_VOLUME,
            prices=RIVIERA_PRICES,
            night_prices=CITY_NIGHTS,
            choice=Choice(spread=0.22),
        ),
        opens=date(2027, 1, 4),
        country="GR",
        city="Nafplio",
    ),
)
BY_NAME = {market.name: market for market in MARKETS}
