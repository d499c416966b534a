"""The nights of public holidays and festivals, in any year."""

import os
import subprocess
import sys
from datetime import date, timedelta

import pytest

from pricing.event_table import EVENTS, FESTIVALS, HOLIDAY_EVENTS, Festival, HolidayEvent, easter, orthodox_easter
from pricing.events import Event, events_between, events_of
from pricing.localities import REGION_OF_CITY, Locality, locality_of
from pricing.public_holidays import public_holidays


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
def test_easter_sunday(western: date, orthodox: date) -> None:
    assert easter(0)(western.year) == western
    assert orthodox_easter(0)(orthodox.year) == orthodox


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
def test_an_event_has_its_nights(key: str, country: str | None, city: str | None, first: date, last: date) -> None:
    nights = nights_of(key, country, city, first.year)

    assert (nights[0], nights[-1]) == (first, last)
    assert len(nights) == (last - first).days + 1


@pytest.mark.parametrize(("country", "city"), [("ES", "Sevilla"), ("Spain", "SEVILLE"), ("spain ", " Séville")])
def test_places_are_found_however_a_channel_spells_them(country: str, city: str) -> None:
    assert nights_of("semana_santa", country, city, 2027)[-1] == date(2027, 3, 28)


@pytest.mark.parametrize("country", ["GB", "UK", "uk ", "United Kingdom", "Scotland"])
def test_a_country_is_found_by_its_name_and_by_uk(country: str) -> None:
    assert len(nights_of("edinburgh_fringe", country, "Edinburgh", 2027)) > 20


def test_a_citys_festival_is_not_the_countrys() -> None:
    assert nights_of("oktoberfest", "DE", "Berlin", 2027) == []


def test_a_city_of_the_same_name_elsewhere_has_other_events() -> None:
    assert nights_of("merce", "CO", "Barcelona", 2027) == []


def test_an_unknown_place_has_only_events_that_are_celebrated_everywhere() -> None:
    assert {event.key for event in events_of("Atlantis", "Poseidonis", 2027).values()} == {"new_years_eve"}


@pytest.mark.parametrize(
    ("country", "city", "night", "key"),
    [
        ("ES", "Malaga", date(2027, 3, 27), "semana_santa"),  # and Easter
        ("IT", "Siena", date(2027, 8, 15), "palio_august"),  # and Assumption Day
        ("IT", "Rome", date(2011, 4, 24), "easter"),  # and Liberation Day
    ],
)
def test_the_event_with_the_highest_impact_counts(country: str, city: str, night: date, key: str) -> None:
    assert events_of(country, city, night.year)[night.toordinal()].key == key


def test_events_of_several_years_are_found_together() -> None:
    found = events_between(None, None, [date(2027, 12, 31), date(2028, 1, 1)])

    assert date(2027, 12, 31).toordinal() in found
    assert date(2028, 12, 31).toordinal() in found


@pytest.mark.parametrize("year", [1, 1582, 2000, 2100, 9999])
@pytest.mark.parametrize("festival", FESTIVALS, ids=lambda festival: festival.key)
def test_every_festival_has_nights_in_every_year(festival: Festival, year: int) -> None:
    assert festival.first_night(year).year == year
    assert festival.nights >= 1


# Where a holiday of the table is not nationwide: a city that has it.
CITY_WITH_THE_HOLIDAY = {("diwali_abroad", "MY"): "Kuala Lumpur"}


@pytest.mark.parametrize("event", HOLIDAY_EVENTS, ids=lambda event: f"{event.key} {event.days[0]}")
def test_the_package_knows_every_holiday_of_the_table_in_each_of_its_places(event: HolidayEvent) -> None:
    places = [place.partition("/") for place in event.places.split()]
    assert places
    for country, _, city in places:
        city = city or CITY_WITH_THE_HOLIDAY.get((event.key, country), "")
        nights = nights_of(event.key, country, city, 2027) + nights_of(event.key, country, city, 2028)
        assert len(nights) >= event.nights, country


def test_rows_that_share_a_key_share_name_and_impact() -> None:
    keys = [event.key for event in EVENTS]
    kinds = {(event.key, event.impact, getattr(event, "name", None)) for event in EVENTS}

    assert keys.count("may_day") == 2
    assert len(kinds) == len(set(keys))


@pytest.mark.parametrize(
    ("key", "country", "city", "first", "last"),
    [
        ("lunar_new_year", "CN", "Shanghai", date(2027, 2, 5), date(2027, 2, 11)),
        ("lunar_new_year", "Vietnam", "Hanoi", date(2026, 2, 16), date(2026, 2, 22)),
        ("lunar_new_year_korea", "KR", "Seoul", date(2027, 2, 5), date(2027, 2, 8)),
        ("lunar_new_year_abroad", "SG", "Singapore", date(2026, 2, 16), date(2026, 2, 18)),
        ("chuseok", "KR", "Busan", date(2026, 9, 23), date(2026, 9, 26)),
        ("songkran", "Thailand", "Chiang Mai", date(2027, 4, 12), date(2027, 4, 15)),
        ("diwali", "IN", "Delhi", date(2026, 11, 7), date(2026, 11, 9)),
        ("diwali_abroad", "SG", "Singapore", date(2026, 11, 7), date(2026, 11, 8)),
        ("eid_al_fitr", "AE", "Dubai", date(2026, 3, 18), date(2026, 3, 21)),
        ("eid_al_fitr", "ID", "Yogyakarta", date(2026, 3, 20), date(2026, 3, 23)),
        ("eid_al_adha", "MA", "Marrakech", date(2026, 5, 26), date(2026, 5, 29)),
        ("passover", "IL", "Tel Aviv", date(2026, 4, 1), date(2026, 4, 7)),
    ],
)
def test_a_lunar_holiday_has_its_nights(key: str, country: str, city: str, first: date, last: date) -> None:
    assert nights_of(key, country, city, first.year) == [
        first + timedelta(days=night) for night in range((last - first).days + 1)
    ]


def test_a_lunar_holiday_can_come_twice_in_a_year() -> None:
    nights = nights_of("eid_al_fitr", "TR", "Istanbul", 2033)

    assert {night.month for night in nights} == {1, 12}


@pytest.mark.parametrize(
    ("country", "city", "night", "name"),
    [
        ("ES", "Barcelona", date(2028, 9, 11), None),  # a Monday: guests leave that day
        ("ES", "Barcelona", date(2028, 9, 8), "National Day of Catalonia"),
        ("ES", "Madrid", date(2028, 9, 8), None),
        ("DE", "Munich", date(2027, 5, 26), "Corpus Christi"),
        ("DE", "München", date(2027, 5, 27), "Corpus Christi"),
        ("DE", "Berlin", date(2027, 5, 26), None),
        ("IT", "Milano", date(2027, 12, 6), "Saint Ambrose's Day"),
        ("IT", "Rome", date(2027, 12, 6), None),
        ("CA", "Montreal", date(2027, 6, 23), "Saint John the Baptist Day"),
        ("CA", "Toronto", date(2027, 6, 23), None),
        ("Scotland", None, date(2027, 11, 29), "Saint Andrew's Day"),
        ("GB", "Glasgow", date(2027, 11, 29), "Saint Andrew's Day"),
        ("GB", "London", date(2027, 11, 29), None),
    ],
)
def test_a_regional_holiday_moves_prices_in_its_region_only(
    country: str, city: str | None, night: date, name: str | None
) -> None:
    event = events_of(country, city, night.year).get(night.toordinal())

    assert event == (None if name is None else Event("public_holiday", name, "low"))


def test_the_summer_bank_holiday_of_scotland_is_earlier_than_that_of_england() -> None:
    in_glasgow = nights_of("summer_holiday", "GB", "Glasgow", 2027)
    in_london = nights_of("summer_holiday", "GB", "London", 2027)

    assert (in_glasgow[0], in_glasgow[-1]) == (date(2027, 7, 30), date(2027, 8, 1))
    assert (in_london[0], in_london[-1]) == (date(2027, 8, 27), date(2027, 8, 29))


@pytest.mark.parametrize(
    ("country", "year", "nights"),
    [
        ("ES", 2027, [date(2027, 10, 11), date(2027, 10, 12)]),  # a Tuesday: the night before and its own
        ("ES", 2026, [date(2026, 10, 9), date(2026, 10, 10), date(2026, 10, 11)]),  # a Monday: a long weekend
        ("ES", 2029, [date(2029, 10, 11), date(2029, 10, 12), date(2029, 10, 13)]),  # a Friday: a long weekend
        ("ES", 2030, []),  # a Saturday: no further day off
    ],
)
def test_a_public_holiday_fills_the_nights_of_its_days_off(country: str, year: int, nights: list[date]) -> None:
    found = events_of(country, None, year)

    assert [date.fromordinal(night) for night, event in found.items() if event.name == "National Day"] == nights


def test_a_holiday_at_the_end_of_a_year_has_nights_in_the_next_year() -> None:
    friday, saturday = date(2027, 12, 31), date(2028, 1, 1)

    assert friday in [holiday.day for holiday in public_holidays("TH", None, 2027)]
    assert events_of("TH", None, 2028)[saturday.toordinal()] == Event("public_holiday", "New Year's Eve", "low")


@pytest.mark.parametrize("country", ["ES", "BR", "TW"])
def test_new_years_day_has_no_nights_besides_those_of_new_years_eve(country: str) -> None:
    friday = date(2027, 1, 1)

    assert friday in [holiday.day for holiday in public_holidays(country, None, 2027)]
    assert events_of(country, None, 2027).get(friday.toordinal()) is None
    assert events_of(country, None, 2026)[date(2026, 12, 31).toordinal()].key == "new_years_eve"


@pytest.mark.parametrize(("country", "region", "year"), [("XX", None, 2027), ("ES", "XX", 2027), ("ES", None, 10_000)])
def test_a_place_or_year_without_known_holidays_has_none(country: str, region: str | None, year: int) -> None:
    assert public_holidays(country, region, year) == ()


def test_every_region_of_a_city_is_one_of_the_package() -> None:
    assert REGION_OF_CITY
    for (country, city), region in REGION_OF_CITY.items():
        assert locality_of(country, city) == Locality(country, region, city)
        assert public_holidays(country, region, 2027), region


def test_dates_and_names_do_not_depend_on_the_language_of_the_machine() -> None:
    code = (
        "from pricing.events import events_of\n"
        "print([sorted(events_of(c, None, 2027).items()) for c in ('DE', 'TH', 'NZ', 'ZA', 'BR', 'SA')])"
    )
    found = {
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", code],
            env={**os.environ, "LANGUAGE": language},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for language in ("en", "de", "th")
    }

    assert len(found) == 1
    assert "German Unity Day" in found.pop()


def test_the_package_loads_no_country_before_it_is_asked_for() -> None:
    code = "import pricing, sys; print([name for name in sys.modules if name.startswith('holidays.countries')])"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)  # noqa: S603

    assert loaded.stdout.strip() == "[]"
