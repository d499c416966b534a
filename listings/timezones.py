"""The time zone of a listing: the one that its channel names, else that of its place, else UTC."""

import logging
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from connectors.counts import Counts
from connectors.timezones import is_iana
from pricing.localities import city_key, country_code

logger = logging.getLogger(__name__)

UTC = "UTC"
LONGEST_NAME = 64  # characters
MOST_NAMES = 100  # A channel that sends a new text with each listing must not fill memory and log.
OTHERS, NONE = "(others)", "(none)"

# How often each name of a channel ended in UTC since the process began.
UNKNOWN_TIMEZONES: Counts[str] = Counts()


def timezone_at(name: str | None, country: str | None, city: str | None) -> str:
    """An IANA name. A name that is none is never stored: it may mean another zone on another machine.

    UTC for a place that does not tell its zone, which is counted. The first one of each name is logged.
    """
    if name is not None and is_iana(name):
        return name
    found = zone_of_place(country, city)
    if found is not None:
        return found
    word = "".join(letter for letter in name or NONE if letter.isprintable())[:LONGEST_NAME]
    is_new = UNKNOWN_TIMEZONES.first(word, most=MOST_NAMES)
    if is_new is None:
        UNKNOWN_TIMEZONES.add({OTHERS: 1})
    elif is_new:
        logger.warning("A listing has the time zone %s, and its place does not tell one. It is read as UTC.", word)
    return UTC


def zone_of_place(country: str | None, city: str | None) -> str | None:
    """The zone of a country that has one, or that has one for nearly all of it, or that is named after the city.

    Without a country, the city must have given its name to one zone in the world.
    """
    code, key = country_code(country), city_key(city)
    zones = _zones_of_countries().get(code, {})
    if key and (of_city := _zones_of_cities().get(key)):
        here = [zone for zone in of_city if not country or zone in zones]
        if len(here) == 1:
            return here[0]
    if len(zones) == 1:
        return next(iter(zones))
    main = [zone for zone, part in zones.items() if part.startswith("most of ") or part.endswith("(mainland)")]
    return main[0] if len(main) == 1 else None


@cache
def _zones_of_countries() -> Mapping[str, Mapping[str, str]]:
    """Zones by ISO 3166-1 alpha-2 code, each with the part of the country that it is for."""
    found: dict[str, dict[str, str]] = {}
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text().splitlines():
        if not line.startswith("#"):
            code, _, zone, *part = line.split("\t")
            found.setdefault(code, {})[zone] = part[0] if part else ""
    return found


@cache
def _zones_of_cities() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for zones in _zones_of_countries().values():
        for zone in zones:
            found.setdefault(city_key(zone.rpartition("/")[2].replace("_", " ")), []).append(zone)
    return found
