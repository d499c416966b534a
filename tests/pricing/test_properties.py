"""Properties of prices and stays for every listing, market and set of rules."""

from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pricing import (
    BookedStay,
    ListingFacts,
    MarketStatistics,
    Rules,
    automatic_base_price,
    minor_units_per_unit,
    price_calendar,
)
from pricing import rules as r
from pricing.rules import GapFillMinStay
from tests.pricing import strategies as some
from tests.pricing.strategies import TODAY

# The largest fall of a price from one day to the next without a booking or a change of rules (docs/pricing.md).
LARGEST_STEP = 0.2

any_case = given(some.listings, some.markets, some.reservations, some.rules, some.nights, some.blocked)
settings.register_profile(
    "pricing",
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
in_reasonable_time = settings(settings.get_profile("pricing"))


@in_reasonable_time
@any_case
def test_a_price_is_between_its_minimum_and_its_maximum(
    listing: ListingFacts,
    market: MarketStatistics,
    stays: list[BookedStay],
    rules: Rules,
    nights: list[date],
    blocked: set[date],
) -> None:
    priced = price_calendar(listing, market, stays, rules, TODAY, nights, blocked=blocked)

    assert priced
    for night in priced:
        assert 0 < night.effective_min_price <= night.price
        if night.effective_max_price is not None:
            assert night.price <= night.effective_max_price


@in_reasonable_time
@any_case
def test_the_amounts_of_the_factors_add_up_to_the_price(
    listing: ListingFacts,
    market: MarketStatistics,
    stays: list[BookedStay],
    rules: Rules,
    nights: list[date],
    blocked: set[date],
) -> None:
    priced = price_calendar(listing, market, stays, rules, TODAY, nights, blocked=blocked)

    assert priced
    for night in priced:
        assert sum(factor.amount for factor in night.factors) == night.price
        assert [factor.order for factor in night.factors] == list(range(len(night.factors)))


@in_reasonable_time
@any_case
def test_prices_agree_with_decimal_arithmetic(
    listing: ListingFacts,
    market: MarketStatistics,
    stays: list[BookedStay],
    rules: Rules,
    nights: list[date],
    blocked: set[date],
) -> None:
    priced = price_calendar(listing, market, stays, rules, TODAY, nights, blocked=blocked)

    assert priced
    for night in priced:
        assert listing.base_price is not None
        exact = Decimal(listing.base_price)
        for factor in night.factors:
            if factor.key not in ("min_price", "max_price"):
                exact *= Decimal(str(factor.ratio))
        whole = int(exact.quantize(Decimal(1), ROUND_HALF_UP)) * minor_units_per_unit(listing.currency)

        highest = night.effective_max_price or whole
        assert night.price == max(min(whole, highest), night.effective_min_price)


@in_reasonable_time
@any_case
def test_prices_are_whole_units_of_the_currency(
    listing: ListingFacts,
    market: MarketStatistics,
    stays: list[BookedStay],
    rules: Rules,
    nights: list[date],
    blocked: set[date],
) -> None:
    minor_units = minor_units_per_unit(listing.currency)
    priced = price_calendar(listing, market, stays, rules, TODAY, nights, blocked=blocked)

    assert priced
    for night in priced:
        assert night.price % minor_units == 0


@in_reasonable_time
@any_case
def test_a_max_stay_is_never_below_the_min_stay(
    listing: ListingFacts,
    market: MarketStatistics,
    stays: list[BookedStay],
    rules: Rules,
    nights: list[date],
    blocked: set[date],
) -> None:
    priced = price_calendar(listing, market, stays, rules, TODAY, nights, blocked=blocked)

    assert priced
    for night in priced:
        assert night.min_stay >= 1
        assert night.max_stay is None or night.max_stay >= night.min_stay


@in_reasonable_time
@given(some.listings, some.markets, some.reservations, some.rules, some.nights, st.integers(1, 300))
def test_a_higher_base_price_never_lowers_a_price(
    listing: ListingFacts,
    market: MarketStatistics,
    stays: list[BookedStay],
    rules: Rules,
    nights: list[date],
    more: int,
) -> None:
    assert listing.base_price is not None
    dearer = replace(listing, base_price=listing.base_price + more)

    before = price_calendar(listing, market, stays, rules, TODAY, nights)
    after = price_calendar(dearer, market, stays, rules, TODAY, nights)

    assert before
    assert all(low.price <= high.price for low, high in zip(before, after, strict=True))


@in_reasonable_time
@any_case
def test_the_same_inputs_give_the_same_nights(
    listing: ListingFacts,
    market: MarketStatistics,
    stays: list[BookedStay],
    rules: Rules,
    nights: list[date],
    blocked: set[date],
) -> None:
    first = price_calendar(listing, market, stays, rules, TODAY, nights, blocked=blocked)
    again = price_calendar(listing, market, stays, rules, TODAY, nights, blocked=blocked)

    assert first
    assert first == again


@in_reasonable_time
@any_case
def test_a_night_does_not_depend_on_the_other_requested_nights(
    listing: ListingFacts,
    market: MarketStatistics,
    stays: list[BookedStay],
    rules: Rules,
    nights: list[date],
    blocked: set[date],
) -> None:
    whole = price_calendar(listing, market, stays, rules, TODAY, [*reversed(nights), nights[0]], blocked=blocked)

    alone = [price_calendar(listing, market, stays, rules, TODAY, [night], blocked=blocked)[0] for night in nights]

    assert whole
    assert whole == alone


@in_reasonable_time
@given(some.listings, some.markets, some.reservations, some.rules, some.nights, st.randoms(use_true_random=False))
def test_the_order_of_rules_and_stays_does_not_matter(
    listing: ListingFacts,
    market: MarketStatistics,
    stays: list[BookedStay],
    rules: Rules,
    nights: list[date],
    random: Random,
) -> None:
    ordered = price_calendar(listing, market, stays, rules, TODAY, nights)

    shuffled = price_calendar(
        listing, market, random.sample(stays, len(stays)), in_another_order(rules, random), TODAY, nights
    )

    assert ordered
    assert ordered == shuffled


def in_another_order(rules: Any, random: Random) -> Any:
    """The same rules, with every list of rules shuffled."""
    if isinstance(rules, tuple):
        return tuple(in_another_order(rule, random) for rule in random.sample(rules, len(rules)))
    if not hasattr(rules, "__dataclass_fields__"):
        return rules
    return replace(
        rules, **{field.name: in_another_order(getattr(rules, field.name), random) for field in fields(rules)}
    )


OUTSIDE: dict[str, Any] = {"start_date": date(2028, 9, 1), "end_date": date(2028, 12, 31)}


def with_one_more(rules: Rules, season: r.Season) -> Rules:
    """The rules with a seasonal rule added to the list for its type."""
    prices, stays = rules.min_max_prices, rules.min_stays
    days, adjustments = rules.checkin_checkout_days, rules.time_based_adjustments
    homes: list[tuple[str, Any, str, type[r.Season]]] = [
        ("min_max_prices", prices, "seasonal_prices", r.SeasonalPrices),
        ("min_max_prices", prices, "seasonal_day_of_week_min_prices", r.SeasonalDayOfWeekMinPrice),
        ("min_max_prices", prices, "seasonal_monthly_prices", r.SeasonalMonthlyPrices),
        ("min_stays", stays, "seasonal_min_stays", r.SeasonalMinStay),
        ("min_stays", stays, "seasonal_day_of_week_min_stays", r.SeasonalDayOfWeekMinStay),
        ("min_stays", stays, "seasonal_gap_fill_min_stays", r.SeasonalGapFillMinStay),
        ("min_stays", stays, "seasonal_time_based_min_stays", r.SeasonalTimeBasedMinStay),
        ("max_stays", rules.max_stays, "seasonal_max_stays", r.SeasonalMaxStay),
        ("checkin_checkout_days", days, "seasonal_checkin_checkout_days", r.SeasonalCheckinCheckoutDays),
        ("time_based_adjustments", adjustments, "seasonal_time_based_adjustments", r.SeasonalTimeBasedAdjustment),
    ]
    [(part, owner, name, _)] = [home for home in homes if home[3] is type(season)]
    return replace(rules, **{part: replace(owner, **{name: (*getattr(owner, name), season)})})


seasons_outside = st.sampled_from(
    [
        r.SeasonalPrices(**OUTSIDE, min_price=500, max_price=510),
        r.SeasonalDayOfWeekMinPrice(**OUTSIDE, min_prices=(r.DayOfWeekMinPrice(weekday=5, min_price=500),)),
        r.SeasonalMonthlyPrices(**OUTSIDE, monthly_min_price=9_000, monthly_max_price=9_000),
        r.SeasonalMinStay(**OUTSIDE, min_stay=50, min_stay_locked=True),
        r.SeasonalDayOfWeekMinStay(**OUTSIDE, min_stays=(r.DayOfWeekMinStay(weekday=5, min_stay=50),)),
        r.SeasonalGapFillMinStay(**OUTSIDE, gap_fill_min_stay=GapFillMinStay(enabled=True)),
        r.SeasonalTimeBasedMinStay(**OUTSIDE, exclude=True),
        r.SeasonalMaxStay(**OUTSIDE, max_stay=1),
        r.SeasonalCheckinCheckoutDays(**OUTSIDE, checkin_days=(0,), checkout_days=(0,)),
        r.SeasonalTimeBasedAdjustment(**OUTSIDE, exclude=True),
    ]
)


@in_reasonable_time
@given(some.listings, some.markets, some.reservations, some.rules, some.nights, seasons_outside)
def test_a_season_changes_no_night_outside_its_range(
    listing: ListingFacts,
    market: MarketStatistics,
    stays: list[BookedStay],
    rules: Rules,
    nights: list[date],
    season: r.Season,
) -> None:
    without = price_calendar(listing, market, stays, rules, TODAY, nights)

    assert price_calendar(listing, market, stays, with_one_more(rules, season), TODAY, nights) == without


@in_reasonable_time
@any_case
def test_gap_filling_never_raises_a_min_stay(
    listing: ListingFacts,
    market: MarketStatistics,
    stays: list[BookedStay],
    rules: Rules,
    nights: list[date],
    blocked: set[date],
) -> None:
    unfilled = replace(
        rules,
        min_stays=replace(
            rules.min_stays, gap_fill_min_stay=GapFillMinStay(enabled=False), seasonal_gap_fill_min_stays=()
        ),
    )

    filled = price_calendar(listing, market, stays, rules, TODAY, nights, blocked=blocked)
    plain = price_calendar(listing, market, stays, unfilled, TODAY, nights, blocked=blocked)

    assert filled
    assert all(low.min_stay <= high.min_stay for low, high in zip(filled, plain, strict=True))


@in_reasonable_time
@given(
    start=st.dates(date(2027, 1, 1), date(2031, 12, 31)),
    length=st.integers(0, 300),
    into=st.integers(0, 300),
    years=st.integers(0, 12),
)
def test_a_season_with_rollover_applies_on_the_same_days_of_every_later_year(
    start: date, length: int, into: int, years: int
) -> None:
    night = start + timedelta(days=min(into, length))
    rules = Rules(
        min_max_prices=r.MinMaxPrices(
            seasonal_prices=(
                r.SeasonalPrices(
                    start_date=start, end_date=start + timedelta(days=length), rollover=True, min_price=777
                ),
            )
        )
    )
    same_day = (night.month, min(night.day, 28) if night.month == 2 else night.day)
    later = date(night.year + years, *same_day)

    [priced] = price_calendar(ListingFacts(base_price=100), MarketStatistics(as_of=start), [], rules, start, [later])

    assert priced.price == 77_700


@in_reasonable_time
@given(year=st.integers(2028, 2110), written_in=st.sampled_from([2027, 2028]))
def test_29_february_belongs_to_every_rolled_over_season_around_it(year: int, written_in: int) -> None:
    season = r.SeasonalPrices(
        start_date=date(written_in, 2, 1), end_date=date(written_in, 3, 15), rollover=True, min_price=777
    )
    rules = Rules(min_max_prices=r.MinMaxPrices(seasonal_prices=(season,)))
    leap_day = date(year, 3, 1) - timedelta(days=1)  # 28 February in a common year

    [priced] = price_calendar(
        ListingFacts(base_price=100), MarketStatistics(as_of=leap_day), [], rules, leap_day, [leap_day]
    )

    assert priced.price == 77_700


def test_no_dates_give_no_nights() -> None:
    assert price_calendar(ListingFacts(), MarketStatistics(as_of=TODAY), [], Rules(), TODAY, []) == []


@in_reasonable_time
@given(some.listings, some.markets, some.reservations, st.integers(1, 300))
def test_a_vacant_night_gets_cheaper_in_small_steps_as_it_comes_near(
    listing: ListingFacts, market: MarketStatistics, stays: list[BookedStay], ahead: int
) -> None:
    night, tomorrow = TODAY + timedelta(days=ahead), TODAY + timedelta(days=1)
    market = replace(market, pace=())  # other bookings of the market would change its demand

    [now] = price_calendar(listing, market, stays, Rules(), TODAY, [night])
    [then] = price_calendar(listing, market, stays, Rules(), tomorrow, [night])

    rounding = minor_units_per_unit(listing.currency)
    assert then.price <= now.price + rounding
    assert then.price >= (1 - LARGEST_STEP) * now.price - rounding


@in_reasonable_time
@given(some.markets, st.integers(20, 400), st.integers(0, 25), st.sampled_from([7, 100, 1000]))
def test_the_base_price_is_the_same_in_any_scale_of_the_currency(
    market: MarketStatistics, rate: int, stays: int, scale: int
) -> None:
    market = replace(market, currency="EUR", usual_levels=(90.0, 120.0), levels=(95.0, 130.0))
    dearer = replace(
        market,
        usual_levels=tuple(scale * level for level in market.usual_levels),
        levels=tuple(scale * level for level in market.levels),
    )
    listing = ListingFacts(currency="EUR", bedrooms=1, listed_on=TODAY - timedelta(days=400))

    def booked_at(nightly: int) -> list[BookedStay]:
        check_ins = [TODAY - timedelta(days=9 * number) for number in range(1, stays + 1)]
        return [BookedStay(check_in=day, check_out=day + timedelta(days=3), total=300 * nightly) for day in check_ins]

    price = automatic_base_price(listing, booked_at(rate), market)
    in_other_units = automatic_base_price(listing, booked_at(scale * rate), dearer)

    assert price
    assert in_other_units
    assert abs(in_other_units / scale - price) <= 0.5 + 1e-6 or price == 10
