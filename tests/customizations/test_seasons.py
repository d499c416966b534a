"""Overlapping seasons of a list (customizations/seasons.py)."""

from calendar import isleap
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customizations.seasons import overlapping
from pricing.rules import Season


def season(start: str, end: str, rollover: bool = False) -> Season:
    return Season(start_date=date.fromisoformat(start), end_date=date.fromisoformat(end), rollover=rollover)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (season("2030-06-01", "2030-08-31"), season("2030-08-31", "2030-09-30")),
        (season("2030-06-01", "2030-08-31"), season("2030-07-01", "2030-07-02")),
        (season("2030-07-01", "2030-07-02"), season("2030-06-01", "2030-08-31")),
        # repeated in 2031
        (season("2030-06-01", "2030-08-31", True), season("2031-08-01", "2031-08-07")),
        (season("2035-08-01", "2035-08-07"), season("2030-06-01", "2030-08-31", True)),
        (season("2030-06-01", "2030-08-31", True), season("2040-08-31", "2040-09-01", True)),
        # across New Year
        (season("2030-12-20", "2031-01-05", True), season("2030-01-05", "2030-01-20", True)),
        (season("2030-12-20", "2031-01-05", True), season("2033-01-01", "2033-01-01")),
        # In a leap year, a season that ends with February contains 29 February.
        (season("2031-02-01", "2031-02-28", True), season("2032-02-29", "2032-02-29")),
        (season("2032-02-29", "2032-02-29", True), season("2033-02-28", "2033-02-28")),
    ],
)
def test_seasons_that_share_a_night_overlap_in_either_order(earlier: Season, later: Season) -> None:
    assert overlapping([earlier, later]) == [1]
    assert overlapping([later, earlier]) == [1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (season("2030-06-01", "2030-08-31"), season("2030-09-01", "2030-09-30")),
        (season("2030-06-01", "2030-08-31"), season("2031-06-01", "2031-08-31")),
        # A season that rolls over is repeated in later years, not in earlier years.
        (season("2030-06-01", "2030-08-31", True), season("2029-06-01", "2029-08-31")),
        (season("2030-06-01", "2030-08-31", True), season("2030-09-01", "2031-05-31", True)),
        (season("2030-12-20", "2031-01-05", True), season("2030-01-01", "2030-01-05")),
        (season("2031-02-01", "2031-02-28", True), season("2031-03-01", "2031-03-31", True)),
    ],
)
def test_seasons_that_share_no_night_do_not_overlap(one: Season, other: Season) -> None:
    assert overlapping([one, other]) == []
    assert overlapping([other, one]) == []


def test_each_season_that_overlaps_an_earlier_one_is_reported() -> None:
    summer, july, autumn, august = (
        season("2030-06-01", "2030-08-31"),
        season("2030-07-01", "2030-07-31"),
        season("2030-09-01", "2030-11-30"),
        season("2030-08-01", "2030-08-31"),
    )

    assert overlapping([summer, july, autumn, august]) == [1, 3]


def test_an_empty_list_has_no_overlaps() -> None:
    assert overlapping([]) == []


def contains(night: date, season: Season) -> bool:
    """Whether a season contains a night, computed per day and without the pricing engine."""
    if not season.rollover:
        return season.start_date <= night <= season.end_date
    years_long = season.end_date.year - season.start_date.year
    starts_in = (year for year in (night.year, night.year - years_long) if year >= season.start_date.year)
    return any(anniversary_start(season, y) <= night <= anniversary_end(season, y + years_long) for y in starts_in)


def anniversary_start(season: Season, year: int) -> date:
    start = season.start_date
    return date(year, 2, 28) if (start.month, start.day) == (2, 29) and not isleap(year) else start.replace(year=year)


def anniversary_end(season: Season, year: int) -> date:
    end = season.end_date
    if year == end.year:
        return end
    is_last_of_february = (end + timedelta(days=1)).month == 3 and end.month == 2
    return date(year, 3, 1) - timedelta(days=1) if is_last_of_february else end.replace(year=year)


@st.composite
def lists_of_seasons(draw: st.DrawFn) -> list[Season]:
    """Two or three seasons that begin within three years, around a leap year or around 2100 (not a leap year)."""
    first_year = draw(st.sampled_from([2027, 2098]))
    ends_of_february = [
        date(year, 3, 1) - timedelta(days=n) for year in (first_year, first_year + 1) for n in (0, 1, 2)
    ]
    starts = st.one_of(
        st.dates(date(first_year, 1, 1), date(first_year + 2, 12, 31)), st.sampled_from(ends_of_february)
    )
    lengths = st.integers(0, 5) | st.integers(0, 364)
    return [
        Season(start_date=start, end_date=start + timedelta(days=draw(lengths)), rollover=draw(st.booleans()))
        for start in draw(st.lists(starts, min_size=2, max_size=3))
    ]


@settings(deadline=None)
@given(lists_of_seasons())
def test_seasons_overlap_if_and_only_if_they_share_a_night(seasons: list[Season]) -> None:
    first = min(each.start_date for each in seasons)
    nights = [first + timedelta(days=n) for n in range(13 * 366)]
    taken: set[date] = set()
    expected = []
    for place, each in enumerate(seasons):
        covered = {night for night in nights if contains(night, each)}
        if covered & taken:
            expected.append(place)
        taken |= covered

    assert overlapping(seasons) == expected
