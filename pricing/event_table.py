"""The events that fill a place, as rules that give their nights in any year.

Only well-known public holidays and festivals whose date follows from the calendar; what is announced year by
year, or follows the moon, is not here. Places are
separated by blanks: an ISO 3166-1 country, a country and a city in lower case without accents and with hyphens
("US/new-york"), or "*", everywhere. Nights are those before and during the days off.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal, NamedTuple

from pricing.easter import orthodox_easter, western_easter

Impact = Literal["low", "medium", "high"]
FirstNight = Callable[[int], date]

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)


class EventRule(NamedTuple):
    """An event of `nights` nights from `first_night(year)` on, in the places named."""

    key: str
    name: str
    impact: Impact
    first_night: FirstNight
    nights: int
    places: str


def on(month: int, day: int) -> FirstNight:
    return lambda year: date(year, month, day)


def nth(number: int, weekday: int, month: int, *, offset: int = 0) -> FirstNight:
    """The number-th weekday of a month, the last one for -1, moved by `offset` days."""

    def first_night(year: int) -> date:
        if number < 0:
            start = date(year + month // 12, month % 12 + 1, 1)
            found = start - timedelta(days=(start.weekday() - weekday - 1) % 7 + 1)
        else:
            start = date(year, month, 1)
            found = start + timedelta(days=(weekday - start.weekday()) % 7 + 7 * (number - 1))
        return found + timedelta(days=offset)

    return first_night


def on_or_after(month: int, day: int, weekday: int, *, offset: int = 0) -> FirstNight:
    def first_night(year: int) -> date:
        start = date(year, month, day)
        return start + timedelta(days=(weekday - start.weekday()) % 7 + offset)

    return first_night


def easter(offset: int) -> FirstNight:
    return lambda year: western_easter(year) + timedelta(days=offset)


def easter_of_the_east(offset: int) -> FirstNight:
    return lambda year: orthodox_easter(year) + timedelta(days=offset)


def kings_day(year: int) -> date:
    """The night before 27 April, or before the 26th where the 27th is a Sunday."""
    day = date(year, 4, 27)
    return day - timedelta(days=2 if day.weekday() == SUNDAY else 1)


WESTERN = (
    "AD AR AT AU BE BR CA CH CL CO CR CZ DE DK EE ES FI FR GB HR HU IE IS IT LI LT LU LV MC MT MX NL NO NZ "
    "PA PE PH PL PT SE SI SK US UY ZA"
)
ORTHODOX = "BG CY GE GR MD ME MK RO RS"
ASCENSION = "AT BE CH DE DK FI FR LU NL NO SE"
ASSUMPTION = "AT BE CY ES FR GR HR IT LU MT PL PT RO SI"
ALL_SAINTS = "AT BE ES FR HR IT LU PL PT SI"

EVENTS: tuple[EventRule, ...] = (
    EventRule("new_years_eve", "New Year's Eve", "high", on(12, 30), 2, "*"),
    EventRule("christmas", "Christmas", "medium", on(12, 24), 3, f"{WESTERN} BG CY GR RO"),
    EventRule("easter", "Easter", "medium", easter(-3), 4, WESTERN),
    EventRule("orthodox_easter", "Orthodox Easter", "medium", easter_of_the_east(-3), 4, ORTHODOX),
    EventRule("ascension", "Ascension weekend", "low", easter(38), 4, ASCENSION),
    EventRule("pentecost", "Pentecost weekend", "low", easter(47), 3, f"{ASCENSION} HU IS"),
    EventRule("may_day", "May Day", "low", on(4, 30), 2, "AT BE DE ES FR IT PL PT"),
    EventRule("assumption", "Assumption Day", "medium", on(8, 14), 2, ASSUMPTION),
    EventRule("all_saints", "All Saints' Day", "low", on(10, 31), 2, ALL_SAINTS),
    # Americas
    EventRule("presidents_day", "Presidents' Day weekend", "low", nth(3, MONDAY, 2, offset=-3), 3, "US"),
    EventRule("memorial_day", "Memorial Day weekend", "medium", nth(-1, MONDAY, 5, offset=-3), 3, "US"),
    EventRule("us_independence_day", "Independence Day", "high", on(7, 3), 2, "US"),
    EventRule("us_labor_day", "Labor Day weekend", "medium", nth(1, MONDAY, 9, offset=-3), 3, "US"),
    EventRule("thanksgiving", "Thanksgiving", "medium", nth(4, THURSDAY, 11, offset=-1), 4, "US"),
    EventRule("boston_marathon", "Boston Marathon", "high", nth(3, MONDAY, 4, offset=-3), 3, "US/boston"),
    EventRule("kentucky_derby", "Kentucky Derby", "high", nth(1, SATURDAY, 5, offset=-1), 2, "US/louisville"),
    EventRule("indianapolis_500", "Indianapolis 500", "high", nth(-1, MONDAY, 5, offset=-3), 3, "US/indianapolis"),
    EventRule(
        "new_york_marathon",
        "New York City Marathon",
        "medium",
        nth(1, SUNDAY, 11, offset=-2),
        2,
        "US/new-york",
    ),
    EventRule("mardi_gras", "Mardi Gras", "high", easter(-51), 5, "US/new-orleans"),
    EventRule("carnival", "Carnival", "high", easter(-51), 5, "BR"),
    EventRule("canada_day", "Canada Day", "medium", on(6, 30), 2, "CA"),
    EventRule("canadian_thanksgiving", "Thanksgiving weekend", "low", nth(2, MONDAY, 10, offset=-3), 3, "CA"),
    EventRule("mexican_independence", "Independence Day", "medium", on(9, 15), 2, "MX"),
    EventRule("day_of_the_dead", "Day of the Dead", "medium", on(10, 31), 3, "MX"),
    # British Isles
    EventRule("early_may_holiday", "Early May bank holiday", "low", nth(1, MONDAY, 5, offset=-3), 3, "GB IE"),
    EventRule("spring_holiday", "Spring bank holiday", "low", nth(-1, MONDAY, 5, offset=-3), 3, "GB"),
    EventRule("summer_holiday", "Summer bank holiday", "medium", nth(-1, MONDAY, 8, offset=-3), 3, "GB"),
    EventRule("edinburgh_fringe", "Edinburgh Festival Fringe", "high", nth(1, FRIDAY, 8), 25, "GB/edinburgh"),
    EventRule("saint_patrick", "Saint Patrick's Day", "medium", on(3, 16), 2, "IE"),
    EventRule("saint_patrick_dublin", "Saint Patrick's Festival", "high", on(3, 15), 3, "IE/dublin"),
    # Europe
    EventRule("bastille_day", "Bastille Day", "medium", on(7, 13), 2, "FR"),
    EventRule("german_unity", "German Unity Day", "low", on(10, 2), 2, "DE"),
    EventRule("oktoberfest", "Oktoberfest", "high", on_or_after(9, 16, SATURDAY, offset=-1), 16, "DE/munich"),
    EventRule("cologne_carnival", "Carnival", "high", easter(-52), 5, "DE/cologne"),
    EventRule("kings_day", "King's Day", "medium", kings_day, 2, "NL"),
    EventRule("kings_day_amsterdam", "King's Day", "high", kings_day, 2, "NL/amsterdam"),
    EventRule("fallas", "Fallas", "high", on(3, 15), 5, "ES/valencia"),
    EventRule("san_fermin", "San Fermín", "high", on(7, 5), 9, "ES/pamplona"),
    EventRule("merce", "La Mercè", "medium", on(9, 23), 2, "ES/barcelona"),
    EventRule("semana_santa", "Semana Santa", "high", easter(-7), 8, "ES/seville ES/malaga"),
    EventRule("constitution_bridge", "Constitution Day and Immaculate Conception", "medium", on(12, 5), 3, "ES"),
    EventRule("saint_anthony", "Saint Anthony's festival", "high", on(6, 11), 2, "PT/lisbon"),
    EventRule("saint_john", "Saint John's festival", "high", on(6, 22), 2, "PT/porto"),
    EventRule("liberation_day", "Liberation Day", "low", on(4, 24), 2, "IT PT"),
    EventRule("republic_day", "Republic Day", "low", on(6, 1), 2, "IT"),
    EventRule("venice_carnival", "Carnival", "high", easter(-52), 6, "IT/venice"),
    EventRule("palio_july", "Palio", "high", on(7, 1), 2, "IT/siena"),
    EventRule("palio_august", "Palio", "high", on(8, 15), 2, "IT/siena"),
    EventRule("midsummer", "Midsummer", "medium", on_or_after(6, 19, FRIDAY, offset=-1), 3, "FI SE"),
    # Asia and Pacific
    EventRule("golden_week", "Golden Week", "high", on(4, 29), 7, "JP"),
    EventRule("obon", "Obon", "medium", on(8, 12), 4, "JP"),
    EventRule("uae_national_day", "National Day", "medium", on(12, 1), 3, "AE"),
    EventRule("australia_day", "Australia Day", "medium", on(1, 25), 2, "AU"),
    EventRule("anzac_day", "Anzac Day", "low", on(4, 24), 2, "AU NZ"),
    EventRule("melbourne_cup", "Melbourne Cup", "high", nth(1, TUESDAY, 11, offset=-4), 5, "AU/melbourne"),
    EventRule("waitangi_day", "Waitangi Day", "low", on(2, 5), 2, "NZ"),
)
