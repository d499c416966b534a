"""The nights of public holidays and festivals, in any year."""

from datetime import date

import pytest

from pricing.easter import orthodox_easter, western_easter
from pricing.event_table import EVENTS
from pricing.events import events_between, events_of


def nights_of(key: str, country: str | None, city: str | None, year: int) -> list[date]:
    events = events_of(country, city, year)
    return sorted(date.fromordinal(night) for night, event in events.items() if event.key == key)


@pytest.mark.parametrize(
    ("western", "orthodox"),
    [
        (date(2000, 4, 23), date(2000, 4, 30)),
        (date(2008, 3, 23), date(2008, 4, 27)),
        (date(2016, 3, 27), date(2016, 5, 1)),
        (date(2019, 4, 21), date(2019, 4, 28)),
        (date(2024, 3, 31), date(2024, 5, 5)),
        (date(2025, 4, 20), date(2025, 4, 20)),
        (date(2027, 3, 28), date(2027, 5, 2)),
        (date(2038, 4, 25), date(2038, 4, 25)),
    ],
)
def test_easter_sunday(western, orthodox):
    assert western_easter(western.year) == western
    assert orthodox_easter(orthodox.year) == orthodox


@pytest.mark.parametrize(
    ("key", "country", "city", "first", "last"),
    [
        ("new_years_eve", None, None, date(2027, 12, 30), date(2027, 12, 31)),
        ("easter", "ES", "Barcelona", date(2027, 3, 25), date(2027, 3, 28)),
        ("orthodox_easter", "GR", "Athens", date(2027, 4, 29), date(2027, 5, 2)),
        ("thanksgiving", "US", "Austin", date(2026, 11, 25), date(2026, 11, 28)),
        ("memorial_day", "US", "Austin", date(2027, 5, 28), date(2027, 5, 30)),
        ("us_labor_day", "US", "Austin", date(2027, 9, 3), date(2027, 9, 5)),
        ("summer_holiday", "GB", "London", date(2027, 8, 27), date(2027, 8, 29)),
        ("oktoberfest", "DE", "Munich", date(2027, 9, 17), date(2027, 10, 2)),
        ("edinburgh_fringe", "GB", "Edinburgh", date(2025, 8, 1), date(2025, 8, 25)),
        ("san_fermin", "ES", "Pamplona", date(2027, 7, 5), date(2027, 7, 13)),
        ("mardi_gras", "US", "New Orleans", date(2027, 2, 5), date(2027, 2, 9)),
        ("carnival", "BR", "Rio de Janeiro", date(2027, 2, 5), date(2027, 2, 9)),
        ("melbourne_cup", "AU", "Melbourne", date(2027, 10, 29), date(2027, 11, 2)),
        ("midsummer", "SE", "Stockholm", date(2027, 6, 24), date(2027, 6, 26)),
        ("kings_day_amsterdam", "NL", "Amsterdam", date(2031, 4, 25), date(2031, 4, 26)),  # the 27th is a Sunday
    ],
)
def test_an_event_has_its_nights(key, country, city, first, last):
    nights = nights_of(key, country, city, first.year)

    assert (nights[0], nights[-1]) == (first, last)
    assert len(nights) == (last - first).days + 1


@pytest.mark.parametrize(("country", "city"), [("ES", "Sevilla"), ("Spain", "SEVILLE"), ("spain ", " Séville")])
def test_places_are_found_however_a_channel_spells_them(country, city):
    assert nights_of("semana_santa", country, city, 2027)[-1] == date(2027, 3, 28)


@pytest.mark.parametrize("country", ["GB", "UK", "uk ", "United Kingdom", "Scotland"])
def test_a_country_is_found_by_its_name_and_by_what_people_take_for_its_code(country):
    assert len(nights_of("edinburgh_fringe", country, "Edinburgh", 2027)) > 20


def test_a_citys_festival_is_not_the_countrys():
    assert nights_of("oktoberfest", "DE", "Berlin", 2027) == []


def test_a_city_of_the_same_name_elsewhere_has_other_events():
    assert nights_of("merce", "CO", "Barcelona", 2027) == []


def test_an_unknown_place_has_only_what_is_celebrated_everywhere():
    assert {event.key for event in events_of("Atlantis", "Poseidonis", 2027).values()} == {"new_years_eve"}


@pytest.mark.parametrize(
    ("country", "city", "night", "key"),
    [
        ("ES", "Malaga", date(2027, 3, 27), "semana_santa"),  # and Easter
        ("IT", "Siena", date(2027, 8, 15), "palio_august"),  # and Assumption Day
        ("IT", "Rome", date(2011, 4, 24), "easter"),  # and Liberation Day
    ],
)
def test_of_several_events_on_a_night_the_one_with_the_highest_impact_counts(country, city, night, key):
    assert events_of(country, city, night.year)[night.toordinal()].key == key


def test_events_of_several_years_are_found_together():
    found = events_between(None, None, [date(2027, 12, 31), date(2028, 1, 1)])

    assert date(2027, 12, 31).toordinal() in found
    assert date(2028, 12, 31).toordinal() in found


@pytest.mark.parametrize("year", [1, 1582, 2000, 2100, 9999])
def test_every_rule_has_nights_in_every_year(year):
    for rule in EVENTS:
        assert rule.first_night(year).year == year
        assert rule.nights >= 1
