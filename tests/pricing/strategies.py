"""Hypothesis strategies for every listing, market, stay and rule within the contract's limits."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from pricing import BookedStay, BookingPace, ListingFacts, MarketStatistics, Rules
from pricing import rules as r
from pricing.market import WEEKS, Pattern

TODAY = date(2027, 11, 20)
FIRST_NIGHT, LAST_NIGHT = date(2027, 11, 1), date(2028, 4, 30)  # 29 February is one of them

weekdays = st.integers(0, 6)
prices = st.integers(5, 900) | st.decimals(5, 900, places=2) | st.floats(5, 900)
some_price = st.none() | prices
stays = st.integers(1, 60)
some_stay = st.none() | stays
directions = st.sampled_from(["within", "after"])
ratios = st.integers(50, 250).map(lambda percent: percent / 100)
shares = st.integers(0, 100).map(lambda percent: percent / 100)


def few(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=3).map(tuple)


def seasonal(rule: Callable[..., r.Season], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A rule with a range of at most five months around the nights."""

    def build(start: date, length: int, **values: Any) -> r.Season:
        return rule(start_date=start, end_date=start + timedelta(days=length), **values)

    starts = st.dates(date(2026, 6, 1), date(2028, 6, 1))
    return st.builds(build, starts, st.integers(0, 150), rollover=st.booleans(), **fields)


day_of_week_min_prices = few(st.builds(r.DayOfWeekMinPrice, weekday=weekdays, min_price=some_price))
day_of_week_min_stays = few(st.builds(r.DayOfWeekMinStay, weekday=weekdays, min_stay=some_stay))
time_based_min_stays = few(
    st.builds(r.TimeBasedMinStay, days_away=st.integers(1, 120), direction=directions, min_stay=stays)
)
adjustments = few(
    st.builds(
        r.TimeBasedAdjustment,
        days=st.integers(1, 120),
        percentage=st.integers(-100, 100),
        direction=directions,
    )
)
gap_fills = st.builds(
    r.GapFillMinStay,
    enabled=st.booleans(),
    gaps=st.none() | st.integers(1, 20),
    buffer=st.none() | st.integers(0, 5),
)
some_weekdays = few(weekdays)

min_max_prices = st.builds(
    r.MinMaxPrices,
    min_price=some_price,
    max_price=some_price,
    monthly_min_price=st.none() | st.integers(5, 20_000),
    day_of_week_min_prices=day_of_week_min_prices,
    seasonal_day_of_week_min_prices=few(seasonal(r.SeasonalDayOfWeekMinPrice, min_prices=day_of_week_min_prices)),
    seasonal_prices=few(seasonal(r.SeasonalPrices, min_price=some_price, max_price=some_price)),
    seasonal_monthly_prices=few(
        seasonal(
            r.SeasonalMonthlyPrices,
            monthly_min_price=st.none() | st.integers(5, 20_000),
            monthly_max_price=st.none() | st.integers(5, 20_000),
        )
    ),
)
min_stays = st.builds(
    r.MinStays,
    min_stay=some_stay,
    gap_fill_min_stay=gap_fills,
    seasonal_min_stays=few(seasonal(r.SeasonalMinStay, min_stay=stays, min_stay_locked=st.booleans())),
    last_minute_min_stays=time_based_min_stays,
    day_of_week_min_stays=day_of_week_min_stays,
    seasonal_day_of_week_min_stays=few(seasonal(r.SeasonalDayOfWeekMinStay, min_stays=day_of_week_min_stays)),
    seasonal_gap_fill_min_stays=few(seasonal(r.SeasonalGapFillMinStay, gap_fill_min_stay=gap_fills)),
    seasonal_time_based_min_stays=few(
        seasonal(r.SeasonalTimeBasedMinStay, exclude=st.booleans(), time_based_min_stays=time_based_min_stays)
    ),
)
time_based_adjustments = st.builds(
    r.TimeBasedAdjustments,
    time_based_adjustments=adjustments,
    seasonal_time_based_adjustments=few(
        seasonal(r.SeasonalTimeBasedAdjustment, exclude=st.booleans(), time_based_adjustments=adjustments)
    ),
    dynamic_time_based_adjustments=st.builds(
        r.DynamicTimeBasedAdjustments,
        enabled=st.booleans(),
        tier=st.sampled_from(["revenue", "occupancy", "rate"]),
    ),
)
rules = st.builds(
    Rules,
    min_max_prices=min_max_prices,
    min_stays=min_stays,
    max_stays=st.builds(
        r.MaxStays,
        max_stay=some_stay,
        seasonal_max_stays=few(seasonal(r.SeasonalMaxStay, max_stay=stays)),
    ),
    checkin_checkout_days=st.builds(
        r.CheckinCheckoutDays,
        checkin_days=some_weekdays,
        checkout_days=some_weekdays,
        seasonal_checkin_checkout_days=few(
            seasonal(r.SeasonalCheckinCheckoutDays, checkin_days=some_weekdays, checkout_days=some_weekdays)
        ),
    ),
    time_based_adjustments=time_based_adjustments,
)

listings = st.builds(
    ListingFacts,
    currency=st.sampled_from(["EUR", "JPY", "KWD", None]),
    bedrooms=st.none() | st.integers(0, 12),
    units=st.integers(1, 3),
    base_price=st.integers(10, 2000),
    channel_min_stay=some_stay,
    channel_max_stay=some_stay,
)


def _reservation(check_in: date, nights: int, lead_time: int, **facts: Any) -> BookedStay:
    return BookedStay(
        check_in=check_in,
        check_out=check_in + timedelta(days=nights),
        booked_on=check_in - timedelta(days=lead_time),
        **facts,
    )


reservations = st.lists(
    st.builds(
        _reservation,
        st.dates(date(2027, 10, 1), date(2028, 5, 31)),
        st.integers(1, 20),
        st.integers(0, 200),
        cancelled_on=st.none() | st.just(date(2027, 11, 1)),
        total=st.none() | st.integers(0, 900_000),
        units=st.integers(1, 2),
        owner_stay=st.booleans(),
    ),
    max_size=8,
)
blocked = st.sets(st.dates(FIRST_NIGHT, LAST_NIGHT), max_size=5)


def _requests_left(days: int) -> tuple[float, ...]:
    """The share of requests still to come, per lead time. Half of the requests come in the last `days` days."""
    return tuple(round(1 - 0.5 ** ((ahead + 1) / days), 4) for ahead in range(366))


patterns = st.builds(
    Pattern,
    weeks=st.lists(ratios, min_size=WEEKS, max_size=WEEKS).map(tuple),
    weekdays=st.tuples(*[ratios] * 7),
    events=st.dictionaries(st.sampled_from(["christmas", "new_years_eve"]), ratios),
)
markets = st.builds(
    MarketStatistics,
    as_of=st.just(TODAY),
    country=st.sampled_from(["US", "Spain", "DE", None]),
    city=st.sampled_from(["Barcelona", "Munich", "", None]),
    season=st.lists(ratios, min_size=WEEKS, max_size=WEEKS).map(tuple),
    day_of_week=st.tuples(*[ratios] * 7),
    events=st.dictionaries(st.sampled_from(["christmas", "new_years_eve"]), ratios),
    requests=st.just(0.0) | st.floats(0.01, 4.0),
    demand=patterns,
    elasticity=st.floats(1.05, 3.0),
    requests_left=st.integers(1, 120).map(_requests_left),
    stay_lengths=st.sampled_from([(1.0,), (0.0, 1.0), (0.2, 0.3, 0.3, 0.0, 0.0, 0.0, 0.2)]),
    pace=st.lists(st.builds(BookingPace, shares, shares, ratios), max_size=60).map(tuple),
)
# One to forty nights, each night or every second or third one.
nights = st.builds(
    lambda first, count, step: [first + timedelta(days=step * night) for night in range(count)],
    st.dates(FIRST_NIGHT, date(2028, 3, 1)),
    st.integers(1, 40),
    st.integers(1, 3),
)
