"""Estimates a market's statistics from its tally. docs/pricing.md explains the formulas.

Every estimate is shrunk: pseudo-nights without any unusual effect are added to the observed nights, so that thin data
moves no price.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from pricing.event_table import Impact
from pricing.events import USUAL_RATIO, Event, events_between
from pricing.listing import BookedStay, ListingFacts
from pricing.market import (
    HALF_LEFT,
    HISTORY_NIGHTS,
    MOST_REQUESTS,
    USUAL_BOOKED_SHARE,
    USUAL_ELASTICITY,
    USUAL_STAY_LENGTHS,
    WEEKS,
    BookingPace,
    MarketStatistics,
    Pattern,
    week_of_year,
)
from pricing.market_tally import PRIOR_LEVEL_NIGHTS, PRIOR_NIGHTS, MarketTally, size_of
from pricing.optimum import accepting, crowding, requests_at, scarcity, sold_share, usual_scarcity

USUAL_OCCUPANCY = 0.5
HIGHEST_OCCUPANCY = 0.98
RATIO_BOUNDS = (0.2, 5.0)
DEMAND_BOUNDS = (0.7, 1.6)
LOWEST_OCCUPANCY = 0.001

# Bookings that count as much as what is usual, for the market and for one night with those around it.
PRIOR_BOOKINGS = 6
PRIOR_STAYS = 20
NIGHTS_OF_MARKET = 90
AROUND = 3

# The weights of the weeks around a week, by distance, in the estimate of its season.
SMOOTHING = {-2: 1 / 3, -1: 2 / 3, 0: 1.0, 1: 2 / 3, 2: 1 / 3}


@dataclass(frozen=True, slots=True)
class MarketNight:
    """A night of the tally, with the groups it belongs to. `MarketTally` documents the four numbers."""

    week: int
    weekday: int
    event: Event | None
    for_sale: float
    booked: float
    rates: float
    rated: float


@dataclass(slots=True)
class Seen:
    """Observed and expected sums over a group of nights, in booked unit-nights."""

    booked: float = 0.0
    expected_booked: float = 0.0
    rates: float = 0.0
    expected_rates: float = 0.0

    def add(self, other: "Seen", weight: float = 1.0) -> None:
        self.booked += weight * other.booked
        self.expected_booked += weight * other.expected_booked
        self.rates += weight * other.rates
        self.expected_rates += weight * other.expected_rates

    @property
    def occupancy_index(self) -> float:
        return (self.booked + PRIOR_NIGHTS) / (self.expected_booked + PRIOR_NIGHTS)

    @property
    def rate_index(self) -> float:
        return (self.rates + PRIOR_NIGHTS) / (self.expected_rates + PRIOR_NIGHTS)


@dataclass(slots=True)
class Usual:
    """The usual occupancy and rate of a night, by its week, weekday and event.

    occupancy: the share of all unit-nights that are booked in the end, 0 to 1. rate: the average rate, as a multiple of
    a listing's median rate. stay_length: nights. units: of a listing. weeks, weekdays, events (by key): the deviations
    of each group.
    """

    occupancy: float
    rate: float
    stay_length: float
    units: int
    weeks: list[Seen] = field(default_factory=lambda: [Seen() for _ in range(WEEKS)])
    weekdays: list[Seen] = field(default_factory=lambda: [Seen() for _ in range(7)])
    events: dict[str, Seen] = field(default_factory=dict)
    week_demand: list[float] = field(default_factory=lambda: [1.0] * WEEKS)
    weekday_demand: list[float] = field(default_factory=lambda: [1.0] * 7)
    event_demand: dict[str, float] = field(default_factory=dict)

    @property
    def requests(self) -> float:
        """The requests for a unit on an average night, at the usual rate."""
        return self.requests_of(self.occupancy)

    def requests_of(self, occupancy: float) -> float:
        """The requests for a unit on nights of which this share is sold in the end, at most MOST_REQUESTS."""
        bounded = min(max(occupancy, LOWEST_OCCUPANCY), HIGHEST_OCCUPANCY)
        return min(requests_at(bounded, self.stay_length, self.units), MOST_REQUESTS)

    def crowded(self, requests: float, elasticity: float) -> float:
        """Those of these requests that accept the price at which no unit is scarce, with crowding."""
        return accepting(requests, elasticity) * crowding(self.stay_length, self.units)

    def demand_of(self, seen: Seen, expected: float | None = None) -> float:
        """The requests for a group of nights, as a multiple of those that its expected occupancy stands for."""
        usual = self.occupancy if expected is None else expected
        return self.requests_of(usual * seen.occupancy_index) / self.requests_of(usual)

    def requests_for(self, night: MarketNight) -> float:
        """The requests for a unit on such a night, without the effect of an event that was never seen."""
        demand = self.week_demand[night.week] * self.weekday_demand[night.weekday]
        if night.event is not None:
            demand *= self.event_demand.get(night.event.key, 1.0)
        return min(self.requests * demand, MOST_REQUESTS)

    def occupancy_of(self, night: MarketNight) -> float:
        """The share of the market's units that is usually booked in the end on such a night, 0 to 1."""
        return sold_share(self.requests_for(night), self.stay_length, self.units)

    def rate_of(self, night: MarketNight) -> float:
        """The usual relative rate of such a night, without the effect of an event."""
        return self.rate * self.weeks[night.week].rate_index * self.weekdays[night.weekday].rate_index


def estimate_market(
    listings: Iterable[tuple[ListingFacts, Iterable[BookedStay]]],
    *,
    today: date,
    country: str | None = None,
    city: str | None = None,
    currency: str | None = None,
) -> MarketStatistics:
    """The statistics of the market of these listings.

    `listings` are pairs of a listing and its stays; both are iterated once. `country` is an ISO 3166-1 alpha-2 code or
    an English name. Only listings in `currency` count for the levels.
    """
    tally = MarketTally(today=today, currency=currency)
    for listing, reservations in listings:
        tally.add(listing, reservations)
    return market_statistics(tally, country=country, city=city)


def market_statistics(tally: MarketTally, *, country: str | None = None, city: str | None = None) -> MarketStatistics:
    """The statistics of a tally's market, as of the day of the tally."""
    nights = _nights(tally, country, city)
    past, ahead = nights[:HISTORY_NIGHTS], nights[HISTORY_NIGHTS:]
    lengths = _stay_lengths(tally)
    usual = _usual(past, sum(nights * share for nights, share in enumerate(lengths, 1)), max(round(tally.units), 1))
    booked_share = _booked_share(tally.on_the_books)
    left = requests_left(booked_share, usual)
    impacts = {night.event.key: night.event.impact for night in past if night.event is not None}
    elasticity = USUAL_ELASTICITY
    ratios = Ratios(usual, elasticity)
    statistics = MarketStatistics(
        as_of=tally.today,
        country=country,
        city=city,
        currency=tally.currency,
        listing_count=tally.listing_count,
        booked_nights=round(sum(night.booked for night in past) + tally.by_the_month - tally.uncounted),
        occupancy=round(usual.occupancy, 4),
        season=ratios.of(usual.weeks, usual.week_demand),
        day_of_week=ratios.of(usual.weekdays, usual.weekday_demand),
        events={key: ratios.of_event(key, impacts[key]) for key in usual.events},
        rates=Pattern(
            _relative([seen.rate_index for seen in usual.weeks]),
            _relative([seen.rate_index for seen in usual.weekdays]),
            {key: round(seen.rate_index, 3) for key, seen in usual.events.items()},
        ),
        requests=round(usual.requests, 4),
        demand=Pattern(
            tuple(round(demand, 3) for demand in usual.week_demand),
            tuple(round(demand, 3) for demand in usual.weekday_demand),
            {key: round(demand, 3) for key, demand in usual.event_demand.items()},
        ),
        elasticity=elasticity,
        requests_left=left,
        stay_lengths=lengths,
        units=usual.units,
        booked_share=tuple(round(share, 2) for share in booked_share),
        pace=_paces(ahead, usual, booked_share, left, elasticity),
    )
    usual_levels = _usual_levels(tally, statistics)
    best = ratios.best_to_usual()
    return replace(
        statistics,
        usual_levels=usual_levels,
        levels=tuple(round(level * best, 2) for level in usual_levels),
    )


@dataclass(frozen=True, slots=True)
class Ratios:
    """The price ratios of groups of nights: how the best price differs from that of an average night."""

    usual: Usual
    elasticity: float

    def best(self, demand: float) -> float:
        """The best price of a night with this multiple of the average requests, as a multiple of the usual rate."""
        requests = min(self.usual.requests * demand, MOST_REQUESTS)
        return (
            usual_scarcity(self.usual.crowded(requests, self.elasticity), self.usual.units, HALF_LEFT) / self.elasticity
        )

    def best_to_usual(self) -> float:
        """The mean of the best prices of all weeks, as a multiple of the mean rate."""
        weeks = list(zip(self.usual.weeks, self.usual.week_demand, strict=True))
        rates = sum(seen.rate_index for seen, _ in weeks)
        return sum(seen.rate_index * self.best(demand) for seen, demand in weeks) / rates

    def of(self, groups: Sequence[Seen], demands: Sequence[float]) -> tuple[float, ...]:
        """The ratios of weeks or weekdays, with an average of 1."""
        best = [seen.rate_index * self.best(demand) for seen, demand in zip(groups, demands, strict=True)]
        average = sum(best) / len(best)
        return tuple(_bounded(price / average, RATIO_BOUNDS) for price in best)

    def of_event(self, key: str, impact: Impact) -> float:
        """A weighted mean of the impact's usual ratio and the observed one; more observed nights weigh more."""
        seen = self.usual.events[key]
        weight = seen.expected_booked / (seen.expected_booked + PRIOR_NIGHTS)
        observed = seen.rate_index * self.best(self.usual.event_demand[key]) / self.best(1.0)
        return _bounded(weight * observed + (1 - weight) * USUAL_RATIO[impact], RATIO_BOUNDS)


def requests_left(booked_share: Sequence[float], usual: Usual) -> tuple[float, ...]:
    """By lead time: the share of requests that are still to come.

    Of the units that are sold in the end, a share is booked by each lead time. Late requests meet fewer vacant units,
    so their share is larger than that of bookings.
    """
    arrived = [usual.requests_of(usual.occupancy * share) for share in booked_share]
    earlier = [*arrived[1:], 0.0]
    return tuple(round(1 - min(before / arrived[0], 1.0), 4) for before in earlier)


def _nights(tally: MarketTally, country: str | None, city: str | None) -> list[MarketNight]:
    booked = tally.booked.totals()
    ordinals = range(tally.first, tally.first + len(booked))
    dates = [date.fromordinal(ordinal) for ordinal in ordinals]
    events = events_between(country, city, dates)
    return [
        MarketNight(
            week=week_of_year(ordinal, date(day.year, 1, 1).toordinal()),
            weekday=day.weekday(),
            event=events.get(ordinal),
            for_sale=max(for_sale, sold),  # a channel may sell more units than the listing has
            booked=sold,
            rates=rates,
            rated=rated,
        )
        for ordinal, day, for_sale, sold, rates, rated in zip(
            ordinals,
            dates,
            tally.for_sale.totals(),
            booked,
            tally.rates.totals(),
            tally.rated.totals(),
            strict=True,
        )
    ]


def _usual(past: Sequence[MarketNight], stay_length: float, units: int) -> Usual:
    booked, for_sale = sum(night.booked for night in past), sum(night.for_sale for night in past)
    rates, rated = sum(night.rates for night in past), sum(night.rated for night in past)
    usual = Usual(
        occupancy=(booked + PRIOR_NIGHTS * USUAL_OCCUPANCY) / (for_sale + PRIOR_NIGHTS),
        rate=(rates + PRIOR_NIGHTS) / (rated + PRIOR_NIGHTS),
        stay_length=stay_length,
        units=units,
    )
    weeks = [Seen() for _ in range(WEEKS)]
    weekdays = [Seen() for _ in range(7)]
    for night in past:
        if night.event is None:
            expected_booked, expected_rates = night.for_sale * usual.occupancy, night.rated * usual.rate
            seen = Seen(night.booked, expected_booked, night.rates, expected_rates)
            weeks[night.week].add(seen)
            weekdays[night.weekday].add(seen)
    for week, seen in enumerate(usual.weeks):
        for distance, weight in SMOOTHING.items():
            seen.add(weeks[(week + distance) % WEEKS], weight)
    usual.weekdays = weekdays
    usual.week_demand = [usual.demand_of(seen) for seen in usual.weeks]
    usual.weekday_demand = [usual.demand_of(seen) for seen in usual.weekdays]

    events: dict[str, Seen] = {}
    for_sale_at: dict[str, float] = {}
    for night in past:
        if night.event is not None and night.for_sale > 0:
            expected_booked = night.for_sale * usual.occupancy_of(night)
            expected_rates = night.rated * usual.rate_of(night)
            seen = Seen(night.booked, expected_booked, night.rates, expected_rates)
            events.setdefault(night.event.key, Seen()).add(seen)
            for_sale_at[night.event.key] = for_sale_at.get(night.event.key, 0.0) + night.for_sale
    usual.events = events
    usual.event_demand = {
        key: usual.demand_of(seen, seen.expected_booked / for_sale_at[key]) for key, seen in events.items()
    }
    return usual


def _stay_lengths(tally: MarketTally) -> tuple[float, ...]:
    """The shares of stays of 1, 2, ... nights."""
    stays = [seen + PRIOR_STAYS * share for seen, share in zip(tally.stays, USUAL_STAY_LENGTHS, strict=True)]
    return tuple(round(count / sum(stays), 4) for count in stays)


def _relative(numbers: Sequence[float]) -> tuple[float, ...]:
    """The numbers relative to their average."""
    average = sum(numbers) / len(numbers)
    return tuple(round(number / average, 3) for number in numbers)


def _booked_share(on_the_books: Sequence[float]) -> list[float]:
    booked_in_the_end = on_the_books[0]
    return [
        min((booked + PRIOR_NIGHTS * usual) / (booked_in_the_end + PRIOR_NIGHTS), 1.0)
        for booked, usual in zip(on_the_books, USUAL_BOOKED_SHARE, strict=True)
    ]


def _paces(
    ahead: Sequence[MarketNight],
    usual: Usual,
    booked_share: Sequence[float],
    left: Sequence[float],
    elasticity: float,
) -> tuple[BookingPace, ...]:
    """The pace of each coming night: from its bookings, those of the nights around it, and those of the market."""
    # Bookings are compared before they are turned into requests: of a single unit, a booked night would count as many.
    usual_shares = [usual.occupancy_of(night) * share for night, share in zip(ahead, booked_share, strict=True)]
    seen = [night.booked / usual.stay_length for night in ahead]
    expected = [night.for_sale * share / usual.stay_length for night, share in zip(ahead, usual_shares, strict=True)]
    near = slice(0, NIGHTS_OF_MARKET)
    market = (sum(seen[near]) + PRIOR_BOOKINGS) / (sum(expected[near]) + PRIOR_BOOKINGS)
    paces = []
    for position, (night, share) in enumerate(zip(ahead, usual_shares, strict=True)):
        around = slice(max(position - AROUND, 0), position + AROUND + 1)
        neighbours = _usual_around(seen[around], expected[around], market)
        bookings = (seen[position] + PRIOR_BOOKINGS * neighbours) / (expected[position] + PRIOR_BOOKINGS)
        demand = usual.requests_of(share * bookings) / usual.requests_of(share)
        to_come = usual.crowded(usual.requests_for(night), elasticity) * left[position]
        booked = night.booked / night.for_sale if night.for_sale else 0.0
        paces.append(BookingPace(round(booked, 2), round(share, 2), demand_ratio(to_come, demand), round(demand, 2)))
    return tuple(paces)


def demand_ratio(to_come: float, demand: float) -> float:
    """The best price of a night with `demand` times the usual requests to come, relative to the usual best price.

    to_come: the requests still to come that would accept the price at which no unit is scarce.
    """
    return _bounded(scarcity(to_come * demand) / scarcity(to_come), DEMAND_BOUNDS)


def _usual_around(seen: Sequence[float], expected: Sequence[float], market: float) -> float:
    """The demand of some nights in a row, without the two that differ most: a concert says nothing of the next day."""
    ordered = sorted(zip(seen, expected, strict=True), key=lambda night: night[0] / (night[1] + PRIOR_BOOKINGS))[1:-1]
    booked, usual = sum(night[0] for night in ordered), sum(night[1] for night in ordered)
    return (booked + PRIOR_BOOKINGS * market) / (usual + PRIOR_BOOKINGS)


def _usual_levels(tally: MarketTally, statistics: MarketStatistics) -> tuple[float, ...]:
    """Revenue / sum of ratios, per number of bedrooms, shrunk towards the one-bedroom level times the size."""
    ratios = [statistics.rates.of(*statistics.kind_of(tally.first + night)) for night in range(HISTORY_NIGHTS)]
    revenue = [sum(per_night.totals()[:HISTORY_NIGHTS]) for per_night in tally.revenue]
    sold = [
        sum(nights * ratio for nights, ratio in zip(per_night.totals(), ratios, strict=False))
        for per_night in tally.sold
    ]
    sizes = [size_of(bedrooms) for bedrooms in range(len(sold))]
    in_one_bedrooms = sum(nights * size for nights, size in zip(sold, sizes, strict=True))
    if in_one_bedrooms < 1:
        return ()
    one_bedroom = sum(revenue) / in_one_bedrooms
    return tuple(
        round((earned + PRIOR_LEVEL_NIGHTS * one_bedroom * size) / (nights + PRIOR_LEVEL_NIGHTS), 2)
        for earned, nights, size in zip(revenue, sold, sizes, strict=True)
    )


def _bounded(ratio: float, bounds: tuple[float, float]) -> float:
    """The ratio within its bounds, with the two decimals that the calendar shows."""
    return round(min(max(ratio, bounds[0]), bounds[1]), 2)
