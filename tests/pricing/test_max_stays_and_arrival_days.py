"""The longest allowed stay, and the days on which a stay may begin and end."""

from datetime import date
from typing import Any

from pricing import ListingFacts, Rules
from pricing.rules import (
    CheckinCheckoutDays,
    MaxStays,
    MinStays,
    SeasonalCheckinCheckoutDays,
    SeasonalMaxStay,
)
from tests.pricing.cases import nights_from, price_night, price_nights

MONDAY = date(2027, 3, 1)
WEEK = nights_from(MONDAY, 7)
APRIL: dict[str, Any] = {"start_date": date(2027, 4, 1), "end_date": date(2027, 4, 30)}


def test_without_any_rule_a_stay_has_no_maximum_and_may_begin_and_end_on_every_day() -> None:
    week = price_nights(WEEK)

    assert len(week) == 7
    for night in week:
        assert night.max_stay is None
        assert night.checkin_allowed
        assert night.checkout_allowed


def test_the_channels_max_stay_applies_when_the_user_sets_none() -> None:
    listing = ListingFacts(base_price=100, channel_max_stay=60)

    assert price_night(MONDAY, listing=listing).max_stay == 60
    assert price_night(MONDAY, Rules(max_stays=MaxStays(max_stay=30)), listing=listing).max_stay == 30


def test_a_season_has_its_own_max_stay() -> None:
    rules = Rules(max_stays=MaxStays(max_stay=30, seasonal_max_stays=(SeasonalMaxStay(**APRIL, max_stay=7),)))

    found = [price_night(night, rules).max_stay for night in (date(2027, 3, 31), date(2027, 4, 1))]

    assert found == [30, 7]


def test_a_max_stay_below_the_min_stay_is_raised_to_it() -> None:
    rules = Rules(min_stays=MinStays(min_stay=5), max_stays=MaxStays(max_stay=3))

    assert price_night(MONDAY, rules).max_stay == 5


def test_stays_begin_and_end_only_on_the_listed_days() -> None:
    days = CheckinCheckoutDays(checkin_days=(4, 5), checkout_days=(6,))

    week = price_nights(WEEK, Rules(checkin_checkout_days=days))

    assert [night.date.weekday() for night in week if night.checkin_allowed] == [4, 5]
    assert [night.date.weekday() for night in week if night.checkout_allowed] == [6]


def test_the_days_of_a_season_replace_the_default_ones_and_an_empty_list_allows_every_day() -> None:
    saturdays = CheckinCheckoutDays(
        checkin_days=(5,),
        checkout_days=(5,),
        seasonal_checkin_checkout_days=(SeasonalCheckinCheckoutDays(**APRIL, checkout_days=(0,)),),
    )

    thursday = price_night(date(2027, 4, 1), Rules(checkin_checkout_days=saturdays))

    assert (thursday.checkin_allowed, thursday.checkout_allowed) == (True, False)
