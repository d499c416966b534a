"""The shortest allowed stay, and gaps that lower it."""

from collections.abc import Collection
from datetime import date
from typing import Any

import pytest

from pricing import BookedStay, ListingFacts, Rules
from pricing.rules import (
    DayOfWeekMinStay,
    GapFillMinStay,
    MinStays,
    SeasonalDayOfWeekMinStay,
    SeasonalGapFillMinStay,
    SeasonalMinStay,
    SeasonalTimeBasedMinStay,
    TimeBasedMinStay,
)
from tests.pricing.cases import FLAT, TODAY, in_days, nights_from, price_night, price_nights, stay

REST_OF_THE_YEAR: dict[str, Any] = {"start_date": TODAY, "end_date": date(2027, 12, 31)}
SATURDAY = in_days(5)


def min_stay(night: date, *, listing: ListingFacts = FLAT, **rules: Any) -> int:
    return price_night(night, Rules(min_stays=MinStays(**rules)), listing=listing).min_stay


def test_without_any_rule_the_min_stay_is_one_night() -> None:
    assert min_stay(SATURDAY) == 1


def test_the_channels_min_stay_applies_when_the_user_sets_none() -> None:
    two_nights = ListingFacts(base_price=100, channel_min_stay=2)

    assert min_stay(SATURDAY, listing=two_nights) == 2
    assert min_stay(SATURDAY, listing=two_nights, min_stay=1) == 1


def test_the_most_specific_min_stay_wins() -> None:
    default: dict[str, Any] = {"min_stay": 7}
    weekday = {"day_of_week_min_stays": (DayOfWeekMinStay(weekday=5, min_stay=6),)}
    lead_time = {"last_minute_min_stays": (TimeBasedMinStay(days_away=10, direction="within", min_stay=5),)}
    seasonal = {"seasonal_min_stays": (SeasonalMinStay(**REST_OF_THE_YEAR, min_stay=4),)}
    seasonal_lead_time = {
        "seasonal_time_based_min_stays": (
            SeasonalTimeBasedMinStay(
                **REST_OF_THE_YEAR,
                time_based_min_stays=(TimeBasedMinStay(days_away=10, direction="within", min_stay=3),),
            ),
        )
    }
    seasonal_weekday = {
        "seasonal_day_of_week_min_stays": (
            SeasonalDayOfWeekMinStay(**REST_OF_THE_YEAR, min_stays=(DayOfWeekMinStay(weekday=5, min_stay=2),)),
        )
    }

    layers: dict[str, Any] = {}
    found = []
    for layer in (default, weekday, lead_time, seasonal, seasonal_lead_time, seasonal_weekday):
        layers |= layer
        found.append(min_stay(SATURDAY, **layers))

    assert found == [7, 6, 5, 4, 3, 2]


def test_a_weekday_without_a_min_stay_leaves_it_to_the_next_layer() -> None:
    open_weekday = (DayOfWeekMinStay(weekday=5, min_stay=None),)

    found = min_stay(
        SATURDAY,
        min_stay=3,
        day_of_week_min_stays=open_weekday,
        seasonal_day_of_week_min_stays=(SeasonalDayOfWeekMinStay(**REST_OF_THE_YEAR, min_stays=open_weekday),),
    )

    assert found == 3


@pytest.mark.parametrize(
    ("days_ahead", "nights"),
    [(0, 1), (7, 1), (8, 2), (14, 2), (15, 4), (60, 4), (61, 3), (90, 3), (91, 5)],
)
def test_the_narrowest_lead_time_rule_applies(days_ahead: int, nights: int) -> None:
    rules = (
        TimeBasedMinStay(days_away=90, direction="after", min_stay=5),
        TimeBasedMinStay(days_away=14, direction="within", min_stay=2),
        TimeBasedMinStay(days_away=7, direction="within", min_stay=1),
        TimeBasedMinStay(days_away=60, direction="after", min_stay=3),
    )

    assert min_stay(in_days(days_ahead), min_stay=4, last_minute_min_stays=rules) == nights


def test_within_wins_over_after_when_both_match() -> None:
    rules = (
        TimeBasedMinStay(days_away=10, direction="after", min_stay=9),
        TimeBasedMinStay(days_away=30, direction="within", min_stay=2),
    )

    assert min_stay(in_days(20), last_minute_min_stays=rules) == 2


def test_the_longer_of_two_min_stays_for_the_same_lead_time_wins_in_either_order() -> None:
    one, other = (TimeBasedMinStay(days_away=10, direction="within", min_stay=nights) for nights in (2, 4))

    assert min_stay(in_days(5), last_minute_min_stays=(one, other)) == 4
    assert min_stay(in_days(5), last_minute_min_stays=(other, one)) == 4


def test_a_season_can_exclude_the_last_minute_rules() -> None:
    found = min_stay(
        SATURDAY,
        min_stay=4,
        last_minute_min_stays=(TimeBasedMinStay(days_away=10, direction="within", min_stay=1),),
        seasonal_time_based_min_stays=(SeasonalTimeBasedMinStay(**REST_OF_THE_YEAR, exclude=True),),
    )

    assert found == 4


def test_no_lead_time_changes_the_min_stay_of_a_locked_season() -> None:
    locked = SeasonalMinStay(**REST_OF_THE_YEAR, min_stay=4, min_stay_locked=True)
    last_minute = SeasonalTimeBasedMinStay(
        **REST_OF_THE_YEAR,
        time_based_min_stays=(TimeBasedMinStay(days_away=10, direction="within", min_stay=1),),
    )

    assert min_stay(SATURDAY, seasonal_min_stays=(locked,), seasonal_time_based_min_stays=(last_minute,)) == 4


# Booked until 24 January and again from 27 January on: a gap of three nights.
GAP = nights_from(in_days(20), 3)
AROUND_THE_GAP = [stay(in_days(15), 5), stay(in_days(23), 4)]
FILL = GapFillMinStay(enabled=True)


def min_stays_in_gap(
    reservations: Collection[BookedStay] = AROUND_THE_GAP,
    *,
    listing: ListingFacts = FLAT,
    blocked: Collection[date] = (),
    **rules: Any,
) -> list[int]:
    nights = price_nights(
        GAP, Rules(min_stays=MinStays(**rules)), listing=listing, reservations=reservations, blocked=blocked
    )
    return [night.min_stay for night in nights]


def test_gap_filling_lowers_the_min_stay_to_the_length_of_the_gap() -> None:
    assert min_stays_in_gap(min_stay=5) == [5, 5, 5]
    assert min_stays_in_gap(min_stay=5, gap_fill_min_stay=FILL) == [3, 3, 3]


def test_gap_filling_never_raises_a_min_stay() -> None:
    assert min_stays_in_gap(min_stay=2, gap_fill_min_stay=FILL) == [2, 2, 2]


def test_a_gap_longer_than_gaps_is_not_filled() -> None:
    assert min_stays_in_gap(min_stay=5, gap_fill_min_stay=GapFillMinStay(enabled=True, gaps=2)) == [5, 5, 5]
    assert min_stays_in_gap(min_stay=5, gap_fill_min_stay=GapFillMinStay(enabled=True, gaps=3)) == [3, 3, 3]


def test_the_buffer_is_subtracted_from_the_length_of_the_gap() -> None:
    assert min_stays_in_gap(min_stay=5, gap_fill_min_stay=GapFillMinStay(enabled=True, buffer=1)) == [2, 2, 2]
    assert min_stays_in_gap(min_stay=5, gap_fill_min_stay=GapFillMinStay(enabled=True, buffer=9)) == [1, 1, 1]


def test_a_gap_can_lie_between_an_owner_stay_and_a_blocked_night() -> None:
    owner = stay(in_days(15), 5, owner_stay=True)

    assert min_stays_in_gap([owner], blocked=[in_days(23)], min_stay=5, gap_fill_min_stay=FILL) == [3, 3, 3]


def test_a_cancelled_stay_does_not_end_a_gap() -> None:
    cancelled, next_stay = stay(in_days(15), 5, cancelled_on=TODAY), stay(in_days(23), 4)

    assert min_stays_in_gap([cancelled, next_stay], min_stay=30, gap_fill_min_stay=FILL) == [23, 23, 23]


def test_the_night_before_today_counts_as_taken() -> None:
    nights = price_nights(
        nights_from(TODAY, 3),
        Rules(min_stays=MinStays(min_stay=5, gap_fill_min_stay=FILL)),
        reservations=[stay(in_days(2), 5)],
    )

    assert [night.min_stay for night in nights] == [2, 2, 5]


def test_vacant_nights_without_a_later_stay_are_no_gap() -> None:
    assert min_stays_in_gap([stay(in_days(15), 5)], min_stay=5, gap_fill_min_stay=FILL) == [5, 5, 5]


def test_a_gap_ends_where_all_units_are_taken() -> None:
    two_units = ListingFacts(base_price=100, units=2)
    both = [stay(in_days(15), 5, units=2), stay(in_days(23), 4, units=2)]

    assert min_stays_in_gap(AROUND_THE_GAP, listing=two_units, min_stay=5, gap_fill_min_stay=FILL) == [5, 5, 5]
    assert min_stays_in_gap(both, listing=two_units, min_stay=5, gap_fill_min_stay=FILL) == [3, 3, 3]


def test_no_gap_lowers_the_min_stay_of_a_locked_season() -> None:
    locked = SeasonalMinStay(**REST_OF_THE_YEAR, min_stay=5, min_stay_locked=True)

    assert min_stays_in_gap(seasonal_min_stays=(locked,), gap_fill_min_stay=FILL) == [5, 5, 5]


def test_a_seasonal_gap_rule_replaces_the_general_one() -> None:
    off = SeasonalGapFillMinStay(start_date=GAP[1], end_date=GAP[1], gap_fill_min_stay=GapFillMinStay(enabled=False))

    found = min_stays_in_gap(min_stay=5, gap_fill_min_stay=FILL, seasonal_gap_fill_min_stays=(off,))

    assert found == [3, 5, 3]
