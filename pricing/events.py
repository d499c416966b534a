"""Which events fall on which nights of a place."""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from pricing.event_table import EVENTS, Impact

# What an event does to a price before the market has shown it.
USUAL_RATIO: Mapping[Impact, float] = MappingProxyType({"low": 1.05, "medium": 1.15, "high": 1.3})


class Event(NamedTuple):
    key: str
    name: str
    impact: Impact


@lru_cache(maxsize=1024)
def events_of(country: str | None, city: str | None, year: int) -> Mapping[int, Event]:
    """The event of each night (ordinal) of a year that has one; of several the one with the highest impact.

    `country` is an ISO 3166-1 alpha-2 code or an English name; a place that is unknown has only what is
    celebrated everywhere.
    """
    code = country_code(country)
    here = {"*", code, f"{code}/{city_key(city)}"}
    nights: dict[int, Event] = {}
    for rule in EVENTS:
        if here.isdisjoint(rule.places.split()):
            continue
        event = Event(rule.key, rule.name, rule.impact)
        first = rule.first_night(year).toordinal()
        for night in range(first, first + rule.nights):
            if night not in nights or USUAL_RATIO[nights[night].impact] < USUAL_RATIO[rule.impact]:
                nights[night] = event
    return MappingProxyType(nights)


def events_between(country: str | None, city: str | None, dates: Iterable[date]) -> dict[int, Event]:
    """The events (by ordinal) of the years in which the dates lie."""
    nights: dict[int, Event] = {}
    for year in {night.year for night in dates}:
        nights.update(events_of(country, city, year))
    return nights


def country_code(country: str | None) -> str:
    """ISO 3166-1 alpha-2; what has two letters and is in no list is taken to be one."""
    name = _plain(country)
    return _COUNTRY_CODES.get(name) or (name.upper() if len(name) == 2 else "")


def city_key(city: str | None) -> str:
    name = _plain(city).replace(" ", "-")
    return _CITY_KEYS.get(name, name)


def _plain(name: str | None) -> str:
    decomposed = unicodedata.normalize("NFKD", name or "")
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold().strip()


# The countries of the table, as channels spell them.
_COUNTRY_CODES: Mapping[str, str] = MappingProxyType(
    {
        "andorra": "AD", "argentina": "AR", "australia": "AU", "austria": "AT", "belgium": "BE",
        "brazil": "BR", "bulgaria": "BG", "canada": "CA", "chile": "CL", "colombia": "CO",
        "costa rica": "CR", "croatia": "HR", "cyprus": "CY", "czech republic": "CZ", "czechia": "CZ",
        "denmark": "DK", "england": "GB", "estonia": "EE", "finland": "FI", "france": "FR",
        "georgia": "GE", "germany": "DE", "great britain": "GB", "greece": "GR", "hungary": "HU",
        "iceland": "IS", "ireland": "IE", "italy": "IT", "japan": "JP", "latvia": "LV",
        "liechtenstein": "LI", "lithuania": "LT", "luxembourg": "LU", "malta": "MT", "mexico": "MX",
        "moldova": "MD", "monaco": "MC", "montenegro": "ME", "netherlands": "NL", "new zealand": "NZ",
        "north macedonia": "MK", "norway": "NO", "panama": "PA", "peru": "PE", "philippines": "PH",
        "poland": "PL", "portugal": "PT", "romania": "RO", "scotland": "GB", "serbia": "RS",
        "slovakia": "SK", "slovenia": "SI", "south africa": "ZA", "spain": "ES", "sweden": "SE",
        "switzerland": "CH", "the netherlands": "NL", "uae": "AE", "uk": "GB",
        "united arab emirates": "AE", "united kingdom": "GB", "united states": "US",
        "united states of america": "US", "uruguay": "UY", "usa": "US", "wales": "GB",
    }
)  # fmt: skip

_CITY_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "koln": "cologne",
        "lisboa": "lisbon",
        "munchen": "munich",
        "new-york-city": "new-york",
        "sevilla": "seville",
        "venezia": "venice",
    }
)
