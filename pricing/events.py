"""Which events fall on which nights of a place."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from pricing.event_table import FESTIVALS, HOLIDAY_EVENTS, OTHER_HOLIDAYS, HolidayEvent, Impact
from pricing.localities import Locality, locality_of
from pricing.public_holidays import PublicHoliday, public_holidays

# The price ratio of an event before the market has shown one.
USUAL_RATIO: Mapping[Impact, float] = MappingProxyType({"low": 1.05, "medium": 1.15, "high": 1.3})


class Event(NamedTuple):
    """An event as a night shows it. `key` is that of pricing/event_table.py; `name` is for people."""

    key: str
    name: str
    impact: Impact


class EventNights(NamedTuple):
    """The nights of one event: `nights` from `first` (`date.toordinal()`) on."""

    event: Event
    first: int
    nights: int


@lru_cache(maxsize=4096)
def events_of(country: str | None, city: str | None, year: int) -> Mapping[int, Event]:
    """The event of each night of a year that has one, by `date.toordinal()`.

    A night with several events has the one with the highest impact. `country` is an ISO 3166-1 alpha-2 code or an
    English name. An unknown place has only the events that are celebrated everywhere.
    """
    place = locality_of(country, city)
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    nights: dict[int, Event] = {}
    for found in (*_festivals(place, year), *_holidays(place, year)):
        for night in range(max(found.first, first), min(found.first + found.nights - 1, last) + 1):
            if night not in nights or USUAL_RATIO[nights[night].impact] < USUAL_RATIO[found.event.impact]:
                nights[night] = found.event
    return MappingProxyType(nights)


def events_between(country: str | None, city: str | None, dates: Iterable[date]) -> dict[int, Event]:
    """The events of all years in which the dates lie, by `date.toordinal()`."""
    nights: dict[int, Event] = {}
    for year in {night.year for night in dates}:
        nights.update(events_of(country, city, year))
    return nights


def _festivals(place: Locality, year: int) -> Iterator[EventNights]:
    for rule in FESTIVALS:
        if _is_at(place, rule.places):
            event = Event(rule.key, rule.name, rule.impact)
            yield EventNights(event, rule.first_night(year).toordinal(), rule.nights)


def _holidays(place: Locality, year: int) -> Iterator[EventNights]:
    if not place.country:
        return
    # A holiday at New Year has nights in the year before, and a long one in the year after.
    days = [
        holiday
        for around in (year - 1, year, year + 1)
        for holiday in public_holidays(place.country, place.region, around)
    ]
    rules = [rule for rule in HOLIDAY_EVENTS if _is_at(place, rule.places)]
    for rule in rules:
        event = Event(rule.key, rule.name, rule.impact)
        for day in _first_days(rule, days):
            yield EventNights(event, day + rule.first_night, rule.nights)
    listed = {name for rule in rules for name in rule.days}
    for holiday in days:
        covered = (holiday.day.month, holiday.day.day) == OTHER_HOLIDAYS.except_on
        if holiday.nights and holiday.name not in listed and not covered:
            event = Event(OTHER_HOLIDAYS.key, holiday.name, OTHER_HOLIDAYS.impact)
            yield EventNights(event, holiday.first_night, holiday.nights)


def _first_days(rule: HolidayEvent, holidays: Iterable[PublicHoliday]) -> list[int]:
    """The days of a rule (`date.toordinal()`), only the first of each run of consecutive days."""
    days = {holiday.day.toordinal() for holiday in holidays if holiday.name in rule.days}
    return [day for day in sorted(days) if day - 1 not in days]


def _is_at(place: Locality, places: str) -> bool:
    return not {"*", place.country, f"{place.country}/{place.city}"}.isdisjoint(places.split())
