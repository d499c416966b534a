"""Suggestions for the host, and the numbers that support them."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pricing import WEEKDAYS, BookedStay, BookingPace, ListingFacts, MarketStatistics, Rules, Suggestion, suggest
from pricing.market import WEEKS
from pricing.rules import (
    CheckinCheckoutDays,
    DayOfWeekMinStay,
    DynamicTimeBasedAdjustments,
    GapFillMinStay,
    MinMaxPrices,
    MinStays,
    SeasonalGapFillMinStay,
    SeasonalMinStay,
    SeasonalPrices,
    TimeBasedAdjustment,
    TimeBasedAdjustments,
)
from tests.pricing.cases import FLAT, NO_RULES, TODAY, in_days, nights_from, stay

# Half of the market is booked on each of the coming nights, which is the usual share.
HALF_FULL = MarketStatistics(
    as_of=TODAY, currency="EUR", booked_nights=5_000, pace=tuple(BookingPace(0.5, 0.5, 1.0) for _ in range(90))
)
AS_FULL_AS_THE_MARKET = [stay(in_days(2 * day), 1) for day in range(30)]


def recommended(
    rules: Rules = NO_RULES,
    *,
    listing: ListingFacts = FLAT,
    market: MarketStatistics = HALF_FULL,
    reservations: Collection[BookedStay] = (),
    blocked: Collection[date] = (),
    enabled: bool = True,
) -> dict[str, Suggestion]:
    suggestions = suggest(listing, market, reservations, rules, TODAY, enabled=enabled, blocked=blocked)
    by_category: dict[str, Suggestion] = {suggestion.category: suggestion for suggestion in suggestions}
    assert len(by_category) == len(suggestions)
    return by_category


def test_a_listing_with_the_occupancy_of_its_market_gets_no_suggestion() -> None:
    assert recommended(reservations=AS_FULL_AS_THE_MARKET) == {}


def test_an_empty_listing_in_a_half_full_market_gets_a_lower_base_price() -> None:
    suggestion = recommended()["base_price"]

    assert suggestion.initial_base_price == 100
    assert suggestion.suggested_base_price == 85
    assert suggestion.sentence == (
        "0% of the next 60 nights are booked, against 50% in the market. A base price of 85 EUR instead of 100 EUR "
        "would follow the demand."
    )


def test_a_listing_with_more_bookings_than_its_market_gets_a_higher_base_price() -> None:
    suggestion = recommended(reservations=[stay(TODAY, 42)])["base_price"]  # 70 %

    assert suggestion.suggested_base_price == 110


def test_a_base_price_far_from_the_automatic_one_is_not_moved_farther_away() -> None:
    dear_market = replace(HALF_FULL, levels=(130.0,))
    cheap_market = replace(HALF_FULL, levels=(70.0,))

    assert "base_price" not in recommended(market=dear_market)
    assert "base_price" not in recommended(market=cheap_market, reservations=[stay(TODAY, 60)])


@pytest.mark.parametrize(
    "nothing_for_sale",
    [{"blocked": nights_from(TODAY, 60)}, {"reservations": [stay(TODAY, 60, owner_stay=True)]}],
    ids=["blocked throughout", "taken by its owner"],
)
def test_a_listing_with_nothing_for_sale_gets_no_lower_price(nothing_for_sale: dict[str, Any]) -> None:
    held_at_the_minimum = Rules(min_max_prices=MinMaxPrices(min_price=95))
    low_season = replace(HALF_FULL, season=(0.8,) * WEEKS)
    usually_full = replace(
        low_season, pace=(BookingPace(0.1, 0.9, 1.0),) * 90
    )  # asks for a strategy, not for a base price

    for market in (low_season, usually_full):
        found = recommended(held_at_the_minimum, market=market, **nothing_for_sale, enabled=False)

        assert list(found) == ["enable_listing"]
    assert found["enable_listing"].sentence == (
        "None of the next 60 nights is for sale. The listing's prices are not sent to its channel; they would be "
        "95 EUR on average, from 95 EUR to 95 EUR."
    )


def test_a_minimum_that_raises_many_vacant_nights_should_be_lower() -> None:
    rules = Rules(min_max_prices=MinMaxPrices(min_price=95))
    low_season = replace(HALF_FULL, season=(0.8,) * WEEKS)

    suggestion = recommended(rules, market=low_season, reservations=[stay(TODAY, 20)])["min_price"]

    assert suggestion.initial_min_price == 95
    assert suggestion.suggested_min_price == 72  # 100 x 0.8 (season) x 0.9 (no bookings around)
    assert suggestion.sentence == (
        "33% of the next 60 nights are booked, against 50% in the market. 40 of the 40 vacant nights are held at the "
        "minimum price: half of them would cost 72 EUR or less without it, the minimum price is 95 EUR."
    )


def test_a_minimum_below_the_prices_gets_no_suggestion() -> None:
    rules = Rules(min_max_prices=MinMaxPrices(min_price=60))

    assert "min_price" not in recommended(rules)


def test_a_listing_with_more_bookings_than_its_market_keeps_its_minimum() -> None:
    rules = Rules(min_max_prices=MinMaxPrices(min_price=150))

    assert "min_price" not in recommended(rules, reservations=[stay(TODAY, 42)])


HIGH_SUMMER = replace(HALF_FULL, season=tuple(1.3 if 25 <= week < 35 else 0.93 for week in range(WEEKS)))


def test_a_high_season_without_its_own_minimum_should_have_one() -> None:
    rules = Rules(min_max_prices=MinMaxPrices(min_price=60))

    suggestion = recommended(rules, market=HIGH_SUMMER, reservations=AS_FULL_AS_THE_MARKET)["seasonal_min_price"]

    assert suggestion.suggested_seasonal_min_price_pct == 30.0
    assert suggestion.sentence == (
        "From 25 June 2027 to 2 September 2027 the market is 30% above its average, and the minimum price is 60 EUR "
        "as in the rest of the year: 78 EUR would follow the season."
    )


def test_amounts_in_sentences_are_rounded_like_prices() -> None:
    rules = Rules(min_max_prices=MinMaxPrices(min_price=50))
    a_quarter_dearer = replace(HALF_FULL, season=tuple(1.25 if 25 <= week < 35 else 0.94 for week in range(WEEKS)))

    suggestion = recommended(rules, market=a_quarter_dearer, reservations=AS_FULL_AS_THE_MARKET)["seasonal_min_price"]

    assert suggestion.sentence.endswith("63 EUR would follow the season.")  # 62.50


def test_a_high_season_with_its_own_minimum_gets_no_suggestion() -> None:
    summer = SeasonalPrices(start_date=date(2027, 6, 1), end_date=date(2027, 9, 30), min_price=70)
    rules = Rules(min_max_prices=MinMaxPrices(min_price=60, seasonal_prices=(summer,)))

    assert "seasonal_min_price" not in recommended(rules, market=HIGH_SUMMER)


def test_nights_that_nobody_can_book_are_counted_with_their_prices() -> None:
    rules = Rules(min_stays=MinStays(min_stay=3))
    two_nights_between = [stay(in_days(10), 10), stay(in_days(22), 18)]

    suggestion = recommended(rules, reservations=two_nights_between)["gap_fill"]

    assert suggestion.sentence == (
        "2 of the next 60 nights lie in gaps too short for the minimum stay, so nobody can book them: 218 EUR at their "
        "prices. Gap filling would open them."
    )


# Only the nights from Thursday to Saturday, 14 to 16 January, are vacant.
AROUND_A_WEEKEND = [stay(TODAY, 10), stay(in_days(13), 90)]


def by_weekday(thursday: int, friday: int, saturday: int) -> MinStays:
    min_stays = {"thursday": thursday, "friday": friday, "saturday": saturday}
    return MinStays(
        day_of_week_min_stays=tuple(
            DayOfWeekMinStay(weekday=WEEKDAYS[day], min_stay=min_stay) for day, min_stay in min_stays.items()
        )
    )


def test_a_gap_is_lost_when_no_arrival_in_it_leaves_enough_nights() -> None:
    rules = Rules(min_stays=by_weekday(thursday=4, friday=3, saturday=2))

    suggestion = recommended(rules, reservations=AROUND_A_WEEKEND)["gap_fill"]

    assert suggestion.sentence.startswith("3 of the next 60 nights lie in gaps too short for the minimum stay")


def test_a_gap_is_not_lost_when_a_stay_fits_from_one_of_its_nights() -> None:
    from_thursday = Rules(min_stays=by_weekday(thursday=2, friday=2, saturday=4))
    from_saturday = Rules(min_stays=by_weekday(thursday=4, friday=4, saturday=1))

    assert "gap_fill" not in recommended(from_thursday, reservations=AROUND_A_WEEKEND)
    assert "gap_fill" not in recommended(from_saturday, reservations=AROUND_A_WEEKEND)


JANUARY: dict[str, Any] = {"start_date": date(2027, 1, 1), "end_date": date(2027, 1, 31)}


@pytest.mark.parametrize(
    "rules",
    [
        Rules(min_stays=MinStays(seasonal_min_stays=(SeasonalMinStay(**JANUARY, min_stay=5, min_stay_locked=True),))),
        Rules(
            min_stays=MinStays(
                min_stay=5,
                seasonal_gap_fill_min_stays=(SeasonalGapFillMinStay(**JANUARY, gap_fill_min_stay=GapFillMinStay()),),
            )
        ),
        Rules(min_stays=MinStays(min_stay=5, gap_fill_min_stay=GapFillMinStay(gaps=2))),
        Rules(
            min_stays=MinStays(min_stay=5),
            checkin_checkout_days=CheckinCheckoutDays(checkin_days=(WEEKDAYS["monday"],)),
        ),
        Rules(
            min_stays=MinStays(min_stay=5),
            checkin_checkout_days=CheckinCheckoutDays(checkout_days=(WEEKDAYS["monday"],)),
        ),
    ],
    ids=["min stays locked", "left out of gap filling", "gap too long to fill", "no check-in", "no check-out"],
)
def test_gap_filling_is_not_suggested_for_gaps_that_stay_closed(rules: Rules) -> None:
    assert "gap_fill" not in recommended(rules, reservations=AROUND_A_WEEKEND)


def test_only_the_compared_nights_of_a_longer_gap_are_counted() -> None:
    until_two_nights_later = [stay(TODAY, 58), stay(in_days(62), 90)]

    suggestion = recommended(Rules(min_stays=MinStays(min_stay=5)), reservations=until_two_nights_later)["gap_fill"]

    assert suggestion.sentence.startswith("2 of the next 60 nights")


def test_with_gap_filling_there_is_no_suggestion_for_gaps() -> None:
    rules = Rules(min_stays=MinStays(min_stay=3, gap_fill_min_stay=GapFillMinStay(enabled=True)))

    assert "gap_fill" not in recommended(rules, reservations=[stay(in_days(10), 10), stay(in_days(22), 18)])


FULLER_THAN_USUAL = replace(HALF_FULL, pace=tuple(BookingPace(0.5, 0.3, 1.0) for _ in range(90)))


def test_a_listing_above_the_usual_occupancy_gets_the_tier_rate() -> None:
    suggestion = recommended(market=FULLER_THAN_USUAL, reservations=AS_FULL_AS_THE_MARKET)["strategy"]

    assert suggestion.suggested_tier == "rate"
    assert suggestion.sentence == (
        "50% of the next 60 nights are booked, 30% is usual in the market so far ahead. Dynamic adjustments with the "
        "tier rate would use that."
    )


def test_a_listing_below_the_usual_occupancy_gets_the_tier_occupancy() -> None:
    usually_fuller = replace(HALF_FULL, pace=tuple(BookingPace(0.5, 0.7, 1.0) for _ in range(90)))

    found = recommended(market=usually_fuller, reservations=AS_FULL_AS_THE_MARKET)

    assert found["strategy"].suggested_tier == "occupancy"


def test_a_listing_with_the_tier_or_with_fixed_adjustments_gets_no_strategy() -> None:
    in_use = TimeBasedAdjustments(dynamic_time_based_adjustments=DynamicTimeBasedAdjustments(enabled=True, tier="rate"))
    own = TimeBasedAdjustments(
        time_based_adjustments=(TimeBasedAdjustment(days=7, percentage=-10, direction="within"),)
    )

    for adjustments in (in_use, own):
        found = recommended(
            Rules(time_based_adjustments=adjustments),
            market=FULLER_THAN_USUAL,
            reservations=AS_FULL_AS_THE_MARKET,
        )
        assert "strategy" not in found


def test_a_listing_whose_prices_are_not_sent_should_be_enabled() -> None:
    suggestion = recommended(reservations=AS_FULL_AS_THE_MARKET, enabled=False)["enable_listing"]

    assert suggestion.sentence == (
        "50% of the next 60 nights are booked, against 50% in the market. The listing's prices are not sent to its "
        "channel; they would be 99 EUR on average, from 94 EUR to 101 EUR."
    )


def test_outside_an_active_market_only_gap_filling_is_suggested() -> None:
    rules = Rules(min_stays=MinStays(min_stay=3))
    inactive = replace(HALF_FULL, booked_nights=10)

    found = recommended(
        rules, market=inactive, reservations=[stay(in_days(10), 10), stay(in_days(22), 18)], enabled=False
    )

    assert list(found) == ["gap_fill"]


def test_a_listing_without_a_base_price_gets_no_suggestion() -> None:
    assert recommended(listing=ListingFacts()) == {}
