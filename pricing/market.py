"""The statistics of a market, as numbers that fit in a JSON column."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from pricing.events import USUAL_RATIO, Event, events_of
from pricing.listing import ListingFacts

WEEKS = 52
LONGEST_LEAD_TIME = 365
LARGEST_BEDROOMS = 8

# The number of past nights that a market's statistics and an automatic base price rest on.
HISTORY_NIGHTS = 730

# Two months of one listing. With fewer nights, shrinkage leaves almost nothing of the observed effects.
ACTIVE_FROM_BOOKED_NIGHTS = 60

# By lead time: the booked share of a market without history. Half of its bookings are made three weeks ahead.
USUAL_BOOKED_SHARE = tuple(round(0.5 ** (lead_time / 21), 4) for lead_time in range(LONGEST_LEAD_TIME + 1))


def week_of_year(ordinal: int, first_of_year: int) -> int:
    """The week of the year, 0 to 51; both arguments are `date.toordinal()`. The last week has eight or nine days."""
    return min((ordinal - first_of_year) // 7, WEEKS - 1)


def bedrooms_of(listing: ListingFacts) -> int:
    """0 (a studio or a room) to LARGEST_BEDROOMS (or more); estimated from the capacity when it is not known."""
    bedrooms = listing.bedrooms
    if bedrooms is None:
        bedrooms = 1 if listing.person_capacity is None else listing.person_capacity // 2
    return min(max(bedrooms, 0), LARGEST_BEDROOMS)


class BookingPace(NamedTuple):
    """The market's bookings for one coming night, as of the day of the estimate.

    booked: the booked share of the market's units, 0 to 1. usual: the share that is usually booked at that lead time,
    0 to 1. ratio: the price ratio that follows from the two.
    """

    booked: float
    usual: float
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketStatistics:
    """An estimate of a market as of the day `as_of`. docs/pricing.md documents the formulas.

    country, city: the place, which determines the events. currency: the currency of `levels`.
    listing_count, booked_nights: the size of the sample. occupancy: the booked share of past nights, 0 to 1.
    season: price ratio per week of the year (`week_of_year`).
    day_of_week: price ratio per weekday, Monday first.
    events: price ratio per event key, for events in the market's history.
    booked_share: per lead time in days, from 0 on: the share of all bookings that are usually made by then. The values
        fall towards 0.
    pace: one entry per night from `as_of` on. Empty when not known.
    levels: the price of a night whose ratios are all 1, in whole units of `currency`, per number of bedrooms from 0 on.
        The last entry applies to all larger listings. Empty when not known.

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
    booked_share: tuple[float, ...] = USUAL_BOOKED_SHARE
    pace: tuple[BookingPace, ...] = ()
    levels: tuple[float, ...] = ()

    @property
    def is_active(self) -> bool:
        """Whether the market has enough bookings to price by (contract: `in-active-market` of its listings)."""
        return self.booked_nights >= ACTIVE_FROM_BOOKED_NIGHTS

    def event_ratio(self, event: Event) -> float:
        """The event's price ratio in this market, or the usual one of its impact."""
        return self.events.get(event.key, USUAL_RATIO[event.impact])

    def usual_ratio(self, ordinal: int) -> float:
        """Season x day of week x event ratio of the night `ordinal` (`date.toordinal()`)."""
        year = date.fromordinal(ordinal).year
        week = week_of_year(ordinal, date(year, 1, 1).toordinal())
        event = events_of(self.country, self.city, year).get(ordinal)
        ratio = self.season[week] * self.day_of_week[(ordinal + 6) % 7]
        return ratio if event is None else ratio * self.event_ratio(event)

    def paces(self, ordinals: Iterable[int]) -> list[BookingPace | None]:
        """The pace of each night (`date.toordinal()`); None where it is not known."""
        first, known = self.as_of.toordinal(), len(self.pace)
        return [self.pace[night - first] if 0 <= night - first < known else None for night in ordinals]

    def booked_share_at(self, lead_time: int) -> float:
        """The share of bookings usually made by `lead_time` days ahead, 0 to 1."""
        return self.booked_share[min(lead_time, len(self.booked_share) - 1)]

    def level_of(self, listing: ListingFacts) -> float | None:
        """The price of an average night for a listing of this size, in whole units; None when not known.

        The levels are in the market's currency, so they do not apply to a listing in another currency.
        """
        if not self.levels or listing.currency != self.currency:
            return None
        return self.levels[min(bedrooms_of(listing), len(self.levels) - 1)]

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
            "booked_share": list(self.booked_share),
            "pace": [list(night) for night in self.pace],
            "levels": list(self.levels),
        }

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> "MarketStatistics":
        """The statistics that `to_dict` wrote, before or after a round trip through JSON. Otherwise raises KeyError."""
        return cls(
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
