"""Suggestions for the host, the numbers that support them, and the money that they are expected to bring."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from math import exp, log
from typing import Any

import pytest

from pricing import (
    WEEKDAYS,
    BookedStay,
    BookingPace,
    ListingFacts,
    MarketStatistics,
    Rules,
    Suggestion,
    automatic_base_price,
    suggest,
)
from pricing.expected import forecast
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
from pricing.stay_mix import fitting_share
from tests.pricing.cases import FLAT, NO_RULES, TODAY, in_days, nights_from, stay

# Half of the market is booked on each of the coming nights, which is the usual share. Its requests are not known.
HALF_FULL = MarketStatistics(
    as_of=TODAY, currency="EUR", booked_nights=5_000, pace=tuple(BookingPace(0.5, 0.5, 1.0) for _ in range(90))
)
AS_FULL_AS_THE_MARKET = [stay(in_days(2 * day), 1) for day in range(30)]

# Each night gets two requests from guests who stay for one night, and one of them is still to come on all nights. So a
# night that is sold at the best prices from now on earns w ln(1 + 1), where w (1 + ln(1 + 1)) is the base price.
ONE_TO_COME = replace(
    HALF_FULL, requests=2.0, elasticity=1.0, requests_left=(0.5,), stay_lengths=(1.0,), usual_levels=(100.0,)
)
BEST = automatic_base_price(FLAT, [], ONE_TO_COME) or 0
W = BEST / (1 + log(2))
AT_BEST = replace(FLAT, base_price=BEST)
# The same with stays of all usual lengths.
ALL_STAYS = replace(HALF_FULL, requests=1.2, usual_levels=(100.0,))


def steady(price: float, w: float = W, requests: float = 1.0) -> float:
    """The expected revenue of a night at a constant price. `requests`: those that would accept the price w."""
    return price * (1 - exp(-requests * exp(1 - price / w)))


def about(amount: float) -> str:
    return f"about {float(f'{amount:.2g}'):,.0f} EUR"


def at_a_multiple_of_the_best_prices(level: float) -> float:
    """What a night earns, added up in small steps: from the last requests before arrival back to today."""
    earned, step = 0.0, 1e-4
    for to_come in range(round(1 / step)):
        price = level * (1 + log(1 + to_come * step))  # in multiples of W
        earned += step * exp(1 - price) * (price - earned)
    return W * earned


def recommended(
    rules: Rules = NO_RULES,
    *,
    listing: ListingFacts = FLAT,
    market: MarketStatistics = HALF_FULL,
    reservations: Collection[BookedStay] = (),
    blocked: Collection[date] = (),
    enabled: bool = True,
    channel_price: float | None = None,
) -> dict[str, Suggestion]:
    suggestions = suggest(
        listing, market, reservations, rules, TODAY, enabled=enabled, blocked=blocked, channel_price=channel_price
    )
    by_category: dict[str, Suggestion] = {suggestion.category: suggestion for suggestion in suggestions}
    assert len(by_category) == len(suggestions)
    return by_category


def test_a_listing_with_the_occupancy_of_its_market_gets_no_suggestion() -> None:
    assert recommended(reservations=AS_FULL_AS_THE_MARKET) == {}


@pytest.mark.parametrize("level", [0.7, 1.5])
def test_a_base_price_far_from_the_automatic_one_should_be_the_automatic_one(level: float) -> None:
    own = round(level * BEST)

    early = replace(ONE_TO_COME, pace=(BookingPace(0.1, 0.1, 1.0),) * 90)

    suggestion = recommended(listing=replace(FLAT, base_price=own), market=early)["base_price"]

    gain = 60 * (W * log(2) - at_a_multiple_of_the_best_prices(own / BEST))
    assert suggestion.initial_base_price == own
    assert suggestion.suggested_base_price == BEST
    assert suggestion.expected_gain == pytest.approx(gain, rel=0.02)
    assert suggestion.sentence == (
        f"0% of the next 60 nights are booked, against 10% in the market. A base price of {BEST} EUR instead of {own} "
        f"EUR is expected to earn {about(gain)} more on the vacant nights among them."
    )


def test_only_the_vacant_nights_count() -> None:
    dear = replace(FLAT, base_price=round(1.5 * BEST))
    all_vacant = recommended(listing=dear, market=ONE_TO_COME)["base_price"].expected_gain
    half_vacant = recommended(listing=dear, market=ONE_TO_COME, blocked=nights_from(TODAY, 30))["base_price"]

    assert all_vacant
    assert half_vacant.expected_gain == pytest.approx(all_vacant / 2, abs=1)


def test_a_base_price_that_earns_nearly_as_much_is_left_alone() -> None:
    near = replace(FLAT, base_price=round(1.08 * BEST))

    assert "base_price" not in recommended(listing=near, market=ONE_TO_COME)
    assert "base_price" not in recommended(listing=AT_BEST, market=ONE_TO_COME)


def test_a_base_price_that_the_coming_bookings_contradict_is_not_suggested() -> None:
    cheap, dear = replace(FLAT, base_price=round(0.6 * BEST)), replace(FLAT, base_price=round(1.6 * BEST))
    booked = [stay(TODAY, 45)]

    assert "base_price" not in recommended(listing=cheap, market=ONE_TO_COME)  # 0 % are booked
    assert "base_price" not in recommended(listing=dear, market=ONE_TO_COME, reservations=booked)  # 75 %
    assert "base_price" in recommended(listing=cheap, market=ONE_TO_COME, reservations=booked)


def test_without_known_requests_no_base_price_and_no_strategy_is_suggested() -> None:
    assert recommended(listing=replace(FLAT, base_price=300)) == {}


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
    assert suggestion.suggested_min_price == 80  # 100 x 0.8 (season)
    assert suggestion.expected_gain is None
    assert suggestion.sentence == (
        "33% of the next 60 nights are booked, against 50% in the market. 40 of the 40 vacant nights are held at the "
        "minimum price: half of them would cost 80 EUR or less without it, the minimum price is 95 EUR."
    )


def test_a_high_minimum_costs_what_guests_would_have_paid_below_it() -> None:
    rules = Rules(min_max_prices=MinMaxPrices(min_price=2 * BEST + 10))

    suggestion = recommended(rules, listing=AT_BEST, market=ONE_TO_COME)["min_price"]

    # The best price of a vacant night is highest today: both minimums hold it on all days.
    gain = 60 * (steady(BEST) - steady(2 * BEST + 10))
    assert suggestion.suggested_min_price == BEST
    assert suggestion.expected_gain == pytest.approx(gain, rel=0.01)
    assert suggestion.sentence.endswith(
        f"With a minimum price of {BEST} EUR they are expected to earn {about(gain)} more."
    )


def test_a_minimum_that_costs_nearly_nothing_is_left_alone() -> None:
    rules = Rules(min_max_prices=MinMaxPrices(min_price=BEST + 2))

    assert "min_price" not in recommended(rules, listing=AT_BEST, market=ONE_TO_COME)


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


def test_a_minimum_for_a_season_must_earn_more_than_the_prices_without_it() -> None:
    rules = Rules(min_max_prices=MinMaxPrices(min_price=60))
    market = replace(ONE_TO_COME, season=HIGH_SUMMER.season)
    low = replace(FLAT, base_price=50)

    suggestion = recommended(rules, listing=low, market=market)["seasonal_min_price"]

    assert suggestion.expected_gain
    assert suggestion.expected_gain > 0
    assert suggestion.sentence.endswith(
        f": 78 EUR would follow the season, and is expected to earn {about(suggestion.expected_gain)} more in it."
    )
    assert "seasonal_min_price" not in recommended(rules, listing=AT_BEST, market=market)


def test_amounts_in_sentences_are_rounded_like_prices() -> None:
    rules = Rules(min_max_prices=MinMaxPrices(min_price=50))
    a_quarter_dearer = replace(HALF_FULL, season=tuple(1.25 if 25 <= week < 35 else 0.94 for week in range(WEEKS)))

    suggestion = recommended(rules, market=a_quarter_dearer, reservations=AS_FULL_AS_THE_MARKET)["seasonal_min_price"]

    assert suggestion.sentence.endswith("63 EUR would follow the season.")  # 62.50


def test_a_high_season_with_its_own_minimum_gets_no_suggestion() -> None:
    summer = SeasonalPrices(start_date=date(2027, 6, 1), end_date=date(2027, 9, 30), min_price=70)
    rules = Rules(min_max_prices=MinMaxPrices(min_price=60, seasonal_prices=(summer,)))

    assert "seasonal_min_price" not in recommended(rules, market=HIGH_SUMMER)


TWO_NIGHTS_BETWEEN = [stay(in_days(10), 10), stay(in_days(22), 18)]


def test_nights_that_nobody_can_book_are_counted() -> None:
    suggestion = recommended(Rules(min_stays=MinStays(min_stay=3)), reservations=TWO_NIGHTS_BETWEEN)["gap_fill"]

    assert suggestion.expected_gain is None
    assert suggestion.sentence == (
        "2 of the next 60 nights lie in gaps too short for the minimum stay, so nobody can book them. Gap filling "
        "would open them."
    )


def test_opened_nights_earn_their_price_times_the_chance_that_somebody_asks_for_just_these_nights() -> None:
    fixed_price = MinMaxPrices(min_price=400, max_price=400)
    rules = Rules(min_stays=MinStays(min_stay=3), min_max_prices=fixed_price)
    market = replace(ALL_STAYS, usual_levels=(400.0,))
    coming = forecast(FLAT, market, TWO_NIGHTS_BETWEEN, TODAY, nights_from(TODAY, 30))
    assert coming

    suggestion = recommended(rules, market=market, reservations=TWO_NIGHTS_BETWEEN)["gap_fill"]

    gain = 0.0
    for opened in (coming.nights[20], coming.nights[21]):
        assert opened
        gain += steady(400, opened.worth, opened.requests * fitting_share(market.stay_lengths, 2, min_stay=2))
    assert suggestion.expected_gain == pytest.approx(gain, abs=1)
    assert suggestion.sentence.endswith(
        f"Gap filling would open them. They are expected to earn {about(gain)} then: their "
        "prices times the chance that they are sold."
    )
    assert gain < 2 * 400 * 0.15


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


FULLER_THAN_USUAL = replace(ONE_TO_COME, pace=tuple(BookingPace(0.5, 0.3, 1.0) for _ in range(90)))
EMPTIER_THAN_USUAL = replace(ONE_TO_COME, pace=tuple(BookingPace(0.5, 0.7, 1.0) for _ in range(90)))


def test_a_listing_above_the_usual_occupancy_can_sell_fewer_nights_at_higher_prices() -> None:
    found = recommended(listing=AT_BEST, market=FULLER_THAN_USUAL, reservations=AS_FULL_AS_THE_MARKET)

    suggestion = found["strategy"]
    assert suggestion.suggested_tier == "rate"
    assert suggestion.expected_gain
    assert suggestion.expected_gain < 0
    assert suggestion.sentence.startswith(
        "50% of the next 60 nights are booked, 30% is usual in the market so far ahead. Of the vacant ones, dynamic "
        "adjustments with the tier rate are expected to sell about 1 night fewer, and to earn about "
    )
    assert suggestion.sentence.endswith(f"about {-suggestion.expected_gain} EUR less.")


def test_a_listing_below_the_usual_occupancy_can_sell_more_nights_at_the_cost_of_revenue() -> None:
    found = recommended(listing=AT_BEST, market=EMPTIER_THAN_USUAL, reservations=AS_FULL_AS_THE_MARKET)

    suggestion = found["strategy"]
    assert suggestion.suggested_tier == "occupancy"
    assert suggestion.expected_gain
    assert suggestion.expected_gain < 0
    assert "with the tier occupancy are expected to sell about 2 nights more, and to earn about" in suggestion.sentence
    assert suggestion.sentence.endswith(f"about {-suggestion.expected_gain} EUR less.")


def test_a_strategy_that_changes_no_price_is_not_suggested() -> None:
    fixed_price = Rules(min_max_prices=MinMaxPrices(min_price=BEST, max_price=BEST))

    assert "strategy" not in recommended(fixed_price, listing=AT_BEST, market=EMPTIER_THAN_USUAL)


def test_a_listing_with_the_tier_or_with_fixed_adjustments_gets_no_strategy() -> None:
    in_use = TimeBasedAdjustments(dynamic_time_based_adjustments=DynamicTimeBasedAdjustments(enabled=True, tier="rate"))
    own = TimeBasedAdjustments(
        time_based_adjustments=(TimeBasedAdjustment(days=7, percentage=-10, direction="within"),)
    )

    for adjustments in (in_use, own):
        found = recommended(
            Rules(time_based_adjustments=adjustments),
            listing=AT_BEST,
            market=FULLER_THAN_USUAL,
            reservations=AS_FULL_AS_THE_MARKET,
        )
        assert "strategy" not in found


def test_a_strategy_is_compared_with_the_one_in_use() -> None:
    in_use = TimeBasedAdjustments(
        dynamic_time_based_adjustments=DynamicTimeBasedAdjustments(enabled=True, tier="occupancy")
    )
    case: dict[str, Any] = {"listing": AT_BEST, "market": FULLER_THAN_USUAL, "reservations": AS_FULL_AS_THE_MARKET}

    found = recommended(Rules(time_based_adjustments=in_use), **case)

    assert "to sell about 4 nights fewer" in found["strategy"].sentence


def test_shorter_stays_are_worth_opening_where_many_guests_want_them() -> None:
    rules = Rules(min_stays=MinStays(min_stay=4))

    suggestion = recommended(rules, market=ALL_STAYS)["min_stay"]

    assert suggestion.suggested_min_stay == 2
    assert suggestion.expected_gain
    assert suggestion.expected_gain > 0
    assert suggestion.sentence.startswith(
        "The minimum stay is 4 nights: 35% of the stays in the market are that long. A minimum stay of 2 nights is "
        "expected to earn about "
    )
    assert suggestion.sentence.endswith("What more cleaning costs is not counted.")


def test_with_guests_of_one_night_a_min_stay_loses_them_all() -> None:
    rules = Rules(min_stays=MinStays(min_stay=2))

    suggestion = recommended(rules, listing=AT_BEST, market=replace(ONE_TO_COME, stay_lengths=(1.0, 0.0)))["min_stay"]

    assert suggestion.suggested_min_stay == 1
    assert suggestion.expected_gain == pytest.approx(60 * W * log(2), rel=0.01)


def test_the_channels_min_stay_counts_where_the_user_has_set_none() -> None:
    listing = replace(FLAT, channel_min_stay=4)

    assert recommended(listing=listing, market=ALL_STAYS)["min_stay"].suggested_min_stay == 2


@pytest.mark.parametrize(
    "min_stays",
    [
        MinStays(min_stay=2),
        MinStays(min_stay=1),
        MinStays(min_stay=4, day_of_week_min_stays=(DayOfWeekMinStay(weekday=WEEKDAYS["friday"], min_stay=2),)),
    ],
    ids=["little to gain", "nothing to gain", "differs by night"],
)
def test_other_min_stays_are_left_alone(min_stays: MinStays) -> None:
    assert "min_stay" not in recommended(Rules(min_stays=min_stays), market=ALL_STAYS)


def test_a_listing_whose_prices_are_not_sent_should_be_enabled() -> None:
    suggestion = recommended(reservations=AS_FULL_AS_THE_MARKET, enabled=False)["enable_listing"]

    assert suggestion.expected_gain is None
    assert suggestion.sentence == (
        "50% of the next 60 nights are booked, against 50% in the market. The listing's prices are not sent to its "
        "channel; they would be 100 EUR on average, from 100 EUR to 100 EUR."
    )


def test_the_year_at_our_prices_is_compared_with_the_year_at_the_hosts_own_price() -> None:
    market = replace(ONE_TO_COME, pace=())

    found = recommended(listing=AT_BEST, market=market, enabled=False, channel_price=2 * BEST)

    ours, theirs = 365 * W * log(2), 365 * steady(2 * BEST)
    suggestion = found["enable_listing"]
    assert suggestion.expected_gain == pytest.approx(ours - theirs, rel=0.01)
    assert suggestion.sentence.endswith(
        f"Over the coming year they are expected to earn {about(ours)} on the vacant nights, "
        f"the base price of {2 * BEST} EUR at the channel {about(theirs)}."
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
