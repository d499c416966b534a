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
from pricing.market import HISTORY_NIGHTS, USUAL_BOOKED_SHARE, WEEKS, BookingPace, MarketStatistics, week_of_year
from pricing.market_tally import PRIOR_LEVEL_NIGHTS, PRIOR_NIGHTS, PRIOR_UNITS, MarketTally, size_of

# Prices follow paid rates in full and occupancy by its square root. Where hosts never change their prices, only
# occupancy shows the season.
OCCUPANCY_EXPONENT = 0.5
DEMAND_EXPONENT = 0.5
USUAL_OCCUPANCY = 0.5
HIGHEST_OCCUPANCY = 0.98
RATIO_BOUNDS = (0.5, 2.5)
DEMAND_BOUNDS = (0.85, 1.25)

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

    @property
    def price_index(self) -> float:
        return self.rate_index * float(self.occupancy_index**OCCUPANCY_EXPONENT)


@dataclass(slots=True)
class Usual:
    """The usual occupancy and rate of a night, by its week, weekday and event.

    occupancy: the share of all unit-nights that are booked in the end, 0 to 1. rate: the average rate, as a multiple of
    a listing's median rate. weeks, weekdays, events (by key): the deviations of each group.
    """

    occupancy: float
    rate: float
    weeks: list[Seen] = field(default_factory=lambda: [Seen() for _ in range(WEEKS)])
    weekdays: list[Seen] = field(default_factory=lambda: [Seen() for _ in range(7)])
    events: dict[str, Seen] = field(default_factory=dict)

    def occupancy_of(self, night: MarketNight) -> float:
        """The share of the market's units that is usually booked in the end on such a night, 0 to 1."""
        usual = self.occupancy * self.weeks[night.week].occupancy_index
        usual *= self.weekdays[night.weekday].occupancy_index
        if night.event is not None and night.event.key in self.events:
            usual *= self.events[night.event.key].occupancy_index
        return min(usual, HIGHEST_OCCUPANCY)

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
    usual = _usual(past)
    booked_share = _booked_share(tally.on_the_books)
    impacts = {night.event.key: night.event.impact for night in past if night.event is not None}
    statistics = MarketStatistics(
        as_of=tally.today,
        country=country,
        city=city,
        currency=tally.currency,
        listing_count=tally.listing_count,
        booked_nights=round(sum(night.booked for night in past) - tally.uncounted),
        occupancy=round(usual.occupancy, 4),
        season=_ratios(usual.weeks),
        day_of_week=_ratios(usual.weekdays),
        events={key: _event_ratio(impacts[key], seen) for key, seen in usual.events.items()},
        booked_share=tuple(round(share, 2) for share in booked_share),
        pace=tuple(
            pace_of_night(booked=night.booked, for_sale=night.for_sale, usual=usual.occupancy_of(night) * share)
            for night, share in zip(ahead, booked_share, strict=True)
        ),
    )
    return replace(statistics, levels=_levels(tally, statistics))


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


def _usual(past: Sequence[MarketNight]) -> Usual:
    booked, for_sale = sum(night.booked for night in past), sum(night.for_sale for night in past)
    rates, rated = sum(night.rates for night in past), sum(night.rated for night in past)
    usual = Usual(
        occupancy=(booked + PRIOR_NIGHTS * USUAL_OCCUPANCY) / (for_sale + PRIOR_NIGHTS),
        rate=(rates + PRIOR_NIGHTS) / (rated + PRIOR_NIGHTS),
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

    events: dict[str, Seen] = {}
    for night in past:
        if night.event is not None and night.for_sale > 0:
            expected_booked = night.for_sale * usual.occupancy_of(night)
            expected_rates = night.rated * usual.rate_of(night)
            seen = Seen(night.booked, expected_booked, night.rates, expected_rates)
            events.setdefault(night.event.key, Seen()).add(seen)
    usual.events = events
    return usual


def _ratios(groups: Sequence[Seen]) -> tuple[float, ...]:
    """Price ratios with an average of 1, so that the base price is the price of an average night."""
    average = sum(seen.price_index for seen in groups) / len(groups)
    return tuple(_bounded(seen.price_index / average, RATIO_BOUNDS) for seen in groups)


def _event_ratio(impact: Impact, seen: Seen) -> float:
    """A weighted mean of the impact's usual ratio and the observed one; more observed nights weigh more."""
    weight = seen.expected_booked / (seen.expected_booked + PRIOR_NIGHTS)
    observed = seen.price_index
    return _bounded(weight * observed + (1 - weight) * USUAL_RATIO[impact], RATIO_BOUNDS)


def _booked_share(on_the_books: Sequence[float]) -> list[float]:
    booked_in_the_end = on_the_books[0]
    return [
        min((booked + PRIOR_NIGHTS * usual) / (booked_in_the_end + PRIOR_NIGHTS), 1.0)
        for booked, usual in zip(on_the_books, USUAL_BOOKED_SHARE, strict=True)
    ]


def pace_of_night(*, booked: float, for_sale: float, usual: float) -> BookingPace:
    """The pace of one coming night.

    booked, for_sale: units of the market. usual: the share of them that is usually booked at that lead time, 0 to 1.
    """
    ratio = ((booked + PRIOR_UNITS) / (for_sale * usual + PRIOR_UNITS)) ** DEMAND_EXPONENT
    share = booked / for_sale if for_sale else 0.0
    return BookingPace(round(share, 2), round(usual, 2), _bounded(ratio, DEMAND_BOUNDS))


def _levels(tally: MarketTally, statistics: MarketStatistics) -> tuple[float, ...]:
    """Revenue / sum of ratios, per number of bedrooms, shrunk towards the one-bedroom level times the size."""
    ratios = [statistics.usual_ratio(tally.first + night) for night in range(HISTORY_NIGHTS)]
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
