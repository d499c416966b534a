"""The dates of public holidays, from the `holidays` package, in the shape that events need.

The package loads its countries and translations at the first request for a country, which takes less than a tenth of a
second. Results are cached, so pricing itself reads no files.
"""

from collections.abc import Set as AbstractSet
from datetime import MAXYEAR, date, timedelta
from functools import lru_cache
from typing import NamedTuple

from holidays import country_holidays

_LANGUAGE = "en_US"  # the package's own spelling of the names that pricing/event_table.py lists


class PublicHoliday(NamedTuple):
    """A public holiday of a place.

    name: the package's English name. first_night, nights: the nights that the days off around it fill, as
    `date.toordinal()` and as a number; 0 nights when the day is a day off anyway.
    """

    name: str
    day: date
    first_night: int
    nights: int


@lru_cache(maxsize=4096)
def public_holidays(country: str, region: str | None, year: int) -> tuple[PublicHoliday, ...]:
    """The public holidays of a year, ascending; empty for a country, a region or a year that the package lacks.

    `country` is ISO 3166-1 alpha-2, `region` a subdivision of the package. Substitute days are included, under
    names of their own. Dates that are announced year by year are the package's estimates.
    """
    if not 1 <= year <= MAXYEAR:
        return ()
    try:
        found = country_holidays(country, subdiv=region, years=year, expand=False, language=_LANGUAGE)
    except NotImplementedError:
        return ()
    weekend = frozenset(int(weekday) for weekday in found.weekend)
    return tuple(
        PublicHoliday(_without_estimate(name), day, *_nights_of(day, weekend))
        for day in sorted(found)
        for name in found.get_list(day)
    )


def _without_estimate(name: str) -> str:
    return name.replace(" (estimated)", "").replace(", estimated)", ")")


def _nights_of(day: date, weekend: AbstractSet[int]) -> tuple[int, int]:
    """First night and number of nights that the days off around a holiday fill.

    A holiday next to a weekend makes a long weekend, which fills the night before each of its days. A holiday in the
    middle of the week fills the night before it and its own night. A holiday on a weekend gives no further day off.
    """
    if day.weekday() in weekend:
        return day.toordinal(), 0
    first, last = day, day
    while (first - timedelta(days=1)).weekday() in weekend:
        first -= timedelta(days=1)
    while (last + timedelta(days=1)).weekday() in weekend:
        last += timedelta(days=1)
    length = (last - first).days + 1
    return first.toordinal() - 1, length if length > 1 else 2
