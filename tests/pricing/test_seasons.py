"""The nights that a season covers, in its own year and in later ones."""

from datetime import date
from typing import Any

import pytest

from pricing import Rules
from pricing.rules import MinMaxPrices, SeasonalPrices
from tests.pricing.cases import nights_from, price_nights


def covered(first: date, count: int, *, start: date, end: date, rollover: bool) -> list[date]:
    """The nights, among `count` nights from `first` on, on which the minimum of a season applies."""
    season = SeasonalPrices(start_date=start, end_date=end, rollover=rollover, min_price=777)
    rules = Rules(min_max_prices=MinMaxPrices(seasonal_prices=(season,)))
    nights = price_nights(nights_from(first, count), rules, today=first)
    return [night.date for night in nights if night.price == 77_700]


def test_without_rollover_a_season_does_not_repeat() -> None:
    easter: dict[str, Any] = {"start": date(2027, 3, 26), "end": date(2027, 3, 29)}

    assert covered(date(2027, 3, 1), 60, **easter, rollover=False) == nights_from(date(2027, 3, 26), 4)
    assert covered(date(2028, 3, 1), 60, **easter, rollover=False) == []


def test_with_rollover_a_season_repeats_in_later_years_but_not_in_earlier_ones() -> None:
    season: dict[str, Any] = {"start": date(2027, 3, 26), "end": date(2027, 3, 29), "rollover": True}

    assert covered(date(2026, 3, 1), 60, **season) == []
    assert covered(date(2031, 3, 1), 60, **season) == nights_from(date(2031, 3, 26), 4)


def test_a_season_across_new_year_rolls_over_as_a_whole() -> None:
    season: dict[str, Any] = {"start": date(2026, 12, 28), "end": date(2027, 1, 2), "rollover": True}

    assert covered(date(2029, 12, 1), 60, **season) == nights_from(date(2029, 12, 28), 6)
    assert covered(date(2030, 1, 1), 20, **season) == nights_from(date(2030, 1, 1), 2)


def test_a_season_of_more_than_a_year_covers_every_night_after_its_start() -> None:
    season: dict[str, Any] = {"start": date(2027, 1, 1), "end": date(2028, 6, 30), "rollover": True}

    assert len(covered(date(2029, 1, 1), 365, **season)) == 365


def test_a_season_on_29_february_is_on_the_28th_in_a_common_year() -> None:
    season: dict[str, Any] = {"start": date(2028, 2, 29), "end": date(2028, 2, 29), "rollover": True}

    assert covered(date(2029, 2, 20), 20, **season) == [date(2029, 2, 28)]
    assert covered(date(2032, 2, 20), 20, **season) == [date(2032, 2, 29)]


def test_a_season_that_ends_with_february_does_so_in_leap_years_too() -> None:
    winter: dict[str, Any] = {"start": date(2026, 12, 1), "end": date(2027, 2, 28), "rollover": True}

    assert covered(date(2028, 2, 27), 5, **winter) == nights_from(date(2028, 2, 27), 3)
    assert covered(date(2029, 2, 27), 5, **winter) == nights_from(date(2029, 2, 27), 2)


def test_a_season_that_ends_before_the_end_of_a_leap_february_keeps_its_day() -> None:
    season: dict[str, Any] = {"start": date(2028, 2, 1), "end": date(2028, 2, 28), "rollover": True}

    assert covered(date(2032, 2, 27), 5, **season) == nights_from(date(2032, 2, 27), 2)


@pytest.mark.parametrize("rollover", [True, False])
@pytest.mark.parametrize(("start", "end"), [(date(1, 1, 1), date(1, 1, 2)), (date(9999, 12, 30), date(9999, 12, 31))])
def test_seasons_at_the_ends_of_the_calendar_raise_no_error(start: date, end: date, rollover: bool) -> None:
    in_reach = rollover and start.year == 1

    assert bool(covered(date(2027, 1, 1), 10, start=start, end=end, rollover=rollover)) is in_reach


def test_a_season_that_rolls_over_the_end_of_the_calendar_stops_there() -> None:
    last_nights = covered(date(9999, 12, 20), 12, start=date(2027, 12, 25), end=date(2028, 1, 5), rollover=True)

    assert last_nights == nights_from(date(9999, 12, 25), 7)


def test_a_season_that_ends_before_it_starts_covers_nothing() -> None:
    assert covered(date(2027, 1, 1), 60, start=date(2027, 2, 1), end=date(2027, 1, 1), rollover=True) == []


def test_the_shorter_of_two_seasons_that_overlap_wins_in_either_order() -> None:
    month = SeasonalPrices(start_date=date(2027, 3, 1), end_date=date(2027, 3, 31), min_price=500)
    week = SeasonalPrices(start_date=date(2027, 3, 8), end_date=date(2027, 3, 14), min_price=300)

    for seasons in [(month, week), (week, month)]:
        rules = Rules(min_max_prices=MinMaxPrices(seasonal_prices=seasons))
        prices = [night.price // 100 for night in price_nights([date(2027, 3, 7), date(2027, 3, 8)], rules)]
        assert prices == [500, 300]


def test_the_same_one_of_two_seasons_with_the_same_range_wins_in_either_order() -> None:
    march: dict[str, Any] = {"start_date": date(2027, 3, 1), "end_date": date(2027, 3, 31)}
    one, other = SeasonalPrices(**march, min_price=500), SeasonalPrices(**march, min_price=300)

    winners = [
        price_nights([date(2027, 3, 8)], Rules(min_max_prices=MinMaxPrices(seasonal_prices=seasons)))[0].price
        for seasons in [(one, other), (other, one)]
    ]

    assert winners[0] == winners[1]


def test_nights_more_than_ten_years_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 3660 days apart"):
        price_nights([date(1, 1, 1), date(9999, 12, 31)])
