"""The statistics of a market, as numbers that fit in a JSON column."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from pricing.events import USUAL_RATIO, Event, events_of
from pricing.listing import ListingFacts
from pricing.optimum import accepting, crowding, usual_scarcity

WEEKS = 52
LONGEST_LEAD_TIME = 365
LARGEST_BEDROOMS = 8
LONGEST_STAY = 14

# A night's week of the year, weekday (Monday is 0) and event.
Kind = tuple[int, int, Event | None]

# The number of past nights that a market's statistics and an automatic base price rest on.
HISTORY_NIGHTS = 730

# Two months of one listing. With fewer nights, shrinkage leaves almost nothing of the observed effects.
ACTIVE_FROM_BOOKED_NIGHTS = 60

# By lead time: the booked share of a market without history. Half of its bookings are made three weeks ahead.
USUAL_BOOKED_SHARE = tuple(round(0.5 ** (lead_time / 21), 4) for lead_time in range(LONGEST_LEAD_TIME + 1))

# By lead time: the share of requests still to come in a market without history.
USUAL_REQUESTS_LEFT = tuple(round(1 - 0.5 ** ((lead_time + 1) / 21), 4) for lead_time in range(LONGEST_LEAD_TIME + 1))

# The shares of stays of 1, 2, ... nights where nothing else is known.
USUAL_STAY_LENGTHS = (0.2, 0.25, 0.2, 0.12, 0.08, 0.05, 0.06, 0.01, 0.01, 0.01, 0.002, 0.002, 0.002, 0.004)

# Ratios of season, weekday and event are those of the day on which half of the requests are still to come.
HALF_LEFT = 0.5

# Requests for a night that nearly every listing sells: more cannot be told from bookings.
MOST_REQUESTS = 4.0

# How requests answer to the usual rate where nothing else is known.
USUAL_ELASTICITY = 1.5


def week_of_year(ordinal: int, first_of_year: int) -> int:
    """The week of the year, 0 to 51; both arguments are `date.toordinal()`. The last week has eight or nine days."""
    return min((ordinal - first_of_year) // 7, WEEKS - 1)


def _kind_of(country: str | None, city: str | None, ordinal: int) -> Kind:
    year = date.fromordinal(ordinal).year
    week = week_of_year(ordinal, date(year, 1, 1).toordinal())
    return week, (ordinal + 6) % 7, events_of(country, city, year).get(ordinal)


# All listings of a market ask for the same nights.
@lru_cache(maxsize=64)
def _past_kinds(country: str | None, city: str | None, begins: int) -> list[Kind]:
    return [_kind_of(country, city, night) for night in range(begins, begins + HISTORY_NIGHTS)]


def bedrooms_of(listing: ListingFacts) -> int:
    """0 (a studio or a room) to LARGEST_BEDROOMS (or more); estimated from the capacity when it is not known."""
    bedrooms = listing.bedrooms
    if bedrooms is None:
        bedrooms = 1 if listing.person_capacity is None else listing.person_capacity // 2
    return min(max(bedrooms, 0), LARGEST_BEDROOMS)


class BookingPace(NamedTuple):
    """The market's bookings for one coming night, as of the day of the estimate.

    booked: the booked share of the market's units, 0 to 1. usual: the share that is usually booked at that lead time,
    0 to 1. ratio: the price ratio that follows from the two. demand: the requests for such a night, as a multiple of
    the usual ones.
    """

    booked: float
    usual: float
    ratio: float
    demand: float = 1.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """One number per week of the year (`week_of_year`), per weekday (Monday first), and per event key.

    A night has the product of its three numbers; an event that is not in the mapping has 1.
    """

    weeks: tuple[float, ...] = (1.0,) * WEEKS
    weekdays: tuple[float, ...] = (1.0,) * 7
    events: dict[str, float] = field(default_factory=dict)

    def of(self, week: int, weekday: int, event: Event | None) -> float:
        """The number of a night."""
        number = self.weeks[week] * self.weekdays[weekday]
        return number if event is None else number * self.events.get(event.key, 1.0)

    def to_list(self) -> list[Any]:
        """The numbers for a JSON column."""
        return [list(self.weeks), list(self.weekdays), dict(self.events)]

    @classmethod
    def from_list(cls, stored: list[Any]) -> "Pattern":
        """The numbers that `to_list` wrote."""
        weeks, weekdays, events = stored
        return cls(tuple(weeks), tuple(weekdays), dict(events))


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketStatistics:
    """An estimate of a market as of the day `as_of`. docs/pricing.md documents the formulas.

    country, city: the place, which determines the events. currency: the currency of `levels`.
    listing_count, booked_nights: the size of the sample. occupancy: the booked share of past nights, 0 to 1.
    season: price ratio per week of the year (`week_of_year`).
    day_of_week: price ratio per weekday, Monday first.
    events: price ratio per event key, for events in the market's history.
    rates: the rates that guests pay on a night, relative to an average night.
    requests: how many requests a unit gets for an average night at the usual rate, until arrival; 0 when not known.
    demand: the requests for a night at its usual rate, relative to an average night.
    elasticity: by how many percent requests fall when the usual rate rises by one percent.
    requests_left: per lead time in days, from 0 on: the share of all requests that are still to come, 0 to 1.
    stay_lengths: the share of stays of 1, 2, ... nights; the last one is of that many nights or more.
    units: the usual number of units of a listing.
    booked_share: per lead time in days, from 0 on: the share of all bookings that are usually made by then. The values
        fall towards 0.
    pace: one entry per night from `as_of` on. Empty when not known.
    levels: the best price of a night whose ratios are all 1, in whole units of `currency`, per number of bedrooms from
        0 on. The last entry applies to all larger listings. Empty when not known.
    usual_levels: the same for the rates that guests pay.

    `MarketStatistics(as_of=today)` is a market without history: only events move its prices.
    """

    as_of: date
    country: str | None = None
    city: str | None = None
    currency: str | None = None
    listing_count: int = 0
    booked_nights: int = 0
    occupancy: float = 0.0
    season: tuple[float, ...] = (1.0,) * WEEKS
    day_of_week: tuple[float, ...] = (1.0,) * 7
    events: dict[str, float] = field(default_factory=dict)
    rates: Pattern = field(default_factory=Pattern)
    requests: float = 0.0
    demand: Pattern = field(default_factory=Pattern)
    elasticity: float = USUAL_ELASTICITY
    requests_left: tuple[float, ...] = USUAL_REQUESTS_LEFT
    stay_lengths: tuple[float, ...] = USUAL_STAY_LENGTHS
    units: int = 1
    booked_share: tuple[float, ...] = USUAL_BOOKED_SHARE
    pace: tuple[BookingPace, ...] = ()
    levels: tuple[float, ...] = ()
    usual_levels: tuple[float, ...] = ()

    @property
    def is_active(self) -> bool:
        """Whether the market has enough bookings to price by (contract: `in-active-market` of its listings)."""
        return self.booked_nights >= ACTIVE_FROM_BOOKED_NIGHTS

    def event_ratio(self, event: Event) -> float:
        """The event's price ratio in this market, or the usual one of its impact."""
        return self.events.get(event.key, USUAL_RATIO[event.impact])

    def kind_of(self, ordinal: int) -> Kind:
        """The week of the year, the weekday and the event of the night `ordinal` (`date.toordinal()`)."""
        return _kind_of(self.country, self.city, ordinal)

    def usual_ratio(self, ordinal: int) -> float:
        """Season x day of week x event ratio of the night `ordinal` (`date.toordinal()`)."""
        week, weekday, event = self.kind_of(ordinal)
        ratio = self.season[week] * self.day_of_week[weekday]
        return ratio if event is None else ratio * self.event_ratio(event)

    def usual_rate_ratios(self, first: int, end: int) -> list[float]:
        """What guests pay for the nights, relative to an average one; `usual_ratio` where only that is known."""
        if not self.requests:
            return [self.usual_ratio(night) for night in range(first, end)]
        return [self.rates.of(*kind) for kind in self.kinds_of(first, end)]

    def kinds_of(self, first: int, end: int) -> list[Kind]:
        """`kind_of` the nights from `first` to the one before `end`."""
        begins = self.as_of.toordinal() - HISTORY_NIGHTS
        if begins <= first and end <= begins + HISTORY_NIGHTS:
            return _past_kinds(self.country, self.city, begins)[first - begins : end - begins]
        return [self.kind_of(night) for night in range(first, end)]

    def requests_for(self, week: int, weekday: int, event: Event | None) -> float:
        """The requests that a unit gets for such a night at the usual rate, until arrival."""
        return min(self.requests * self.demand.of(week, weekday, event), MOST_REQUESTS)

    def requests_left_at(self, lead_time: int) -> float:
        """The share of requests that are still to come `lead_time` days before the night, 0 to 1."""
        return self.requests_left[min(lead_time, len(self.requests_left) - 1)]

    @property
    def stay_length(self) -> float:
        """The mean length of a stay in nights."""
        return sum(nights * share for nights, share in enumerate(self.stay_lengths, 1))

    @property
    def best_to_usual(self) -> float:
        """The best price of an average night, as a multiple of the rate that guests usually pay for it."""
        requests = accepting(self.requests, self.elasticity) * crowding(self.stay_length, self.units)
        return usual_scarcity(requests, self.units, HALF_LEFT) / self.elasticity

    def paces(self, ordinals: Iterable[int]) -> list[BookingPace | None]:
        """The pace of each night (`date.toordinal()`); None where it is not known."""
        first, known = self.as_of.toordinal(), len(self.pace)
        return [self.pace[night - first] if 0 <= night - first < known else None for night in ordinals]

    def booked_share_at(self, lead_time: int) -> float:
        """The share of bookings usually made by `lead_time` days ahead, 0 to 1."""
        return self.booked_share[min(lead_time, len(self.booked_share) - 1)]

    def level_of(self, listing: ListingFacts) -> float | None:
        """The best price of an average night for a listing of this size, in whole units; None when not known.

        The levels are in the market's currency, so they do not apply to a listing in another currency.
        """
        return self._of_size(self.levels, listing)

    def usual_level_of(self, listing: ListingFacts) -> float | None:
        """The rate that guests usually pay for an average night of a listing of this size; None when not known."""
        return self._of_size(self.usual_levels or self.levels, listing)

    def _of_size(self, levels: tuple[float, ...], listing: ListingFacts) -> float | None:
        if not levels or listing.currency != self.currency:
            return None
        return levels[min(bedrooms_of(listing), len(levels) - 1)]

    @property
    def best_to_average(self) -> float:
        """How much more the best prices of all weeks are on average than the best price of an average night."""
        if not self.levels or not self.usual_levels:
            return 1.0
        return self.levels[-1] / self.usual_levels[-1] / self.best_to_usual

    def to_dict(self) -> dict[str, Any]:
        """The statistics as plain numbers, strings, lists and dicts, for a JSON column."""
        return {
            "as_of": self.as_of.isoformat(),
            "country": self.country,
            "city": self.city,
            "currency": self.currency,
            "listing_count": self.listing_count,
            "booked_nights": self.booked_nights,
            "occupancy": self.occupancy,
            "season": list(self.season),
            "day_of_week": list(self.day_of_week),
            "events": dict(self.events),
            "rates": self.rates.to_list(),
            "requests": self.requests,
            "demand": self.demand.to_list(),
            "elasticity": self.elasticity,
            "requests_left": list(self.requests_left),
            "stay_lengths": list(self.stay_lengths),
            "units": self.units,
            "booked_share": list(self.booked_share),
            "pace": [list(night) for night in self.pace],
            "levels": list(self.levels),
            "usual_levels": list(self.usual_levels),
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> "MarketStatistics":
        """The statistics that `to_dict` wrote, before or after a round trip through JSON. Otherwise raises KeyError.

        Without the numbers of requests, as versions before 1.0 wrote them, it is a market whose requests are not known.
        """
        known = cls(
            as_of=date.fromisoformat(stored["as_of"]),
            country=stored["country"],
            city=stored["city"],
            currency=stored["currency"],
            listing_count=stored["listing_count"],
            booked_nights=stored["booked_nights"],
            occupancy=stored["occupancy"],
            season=tuple(stored["season"]),
            day_of_week=tuple(stored["day_of_week"]),
            events=dict(stored["events"]),
            booked_share=tuple(stored["booked_share"]),
            pace=tuple(BookingPace(*night) for night in stored["pace"]),
            levels=tuple(stored["levels"]),
        )
        if "requests" not in stored:
            return known
        return replace(
            known,
            rates=Pattern.from_list(stored["rates"]),
            requests=stored["requests"],
            demand=Pattern.from_list(stored["demand"]),
            elasticity=stored["elasticity"],
            requests_left=tuple(stored["requests_left"]),
            stay_lengths=tuple(stored["stay_lengths"]),
            units=stored["units"],
            usual_levels=tuple(stored["usual_levels"]),
        )
