"""Time to price a year: `python -m bench.pricing`.

It measures 366 nights of one listing with 22 rules and 100 stays, with and without reading the factors; then many
listings, to show that the time grows in proportion; then the estimate of a market. All figures are processor time, so
that other work on the machine counts as little as possible. Goals: at most 2 ms per listing-year, and 10,000 listings
in 100 markets in less than 60 s, with their base prices and the estimates of the markets.
"""

import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle, islice
from random import Random
from statistics import fmean, median
from typing import Any

from pricing import (
    BookedStay,
    ListingFacts,
    MarketStatistics,
    Night,
    Rules,
    automatic_base_price,
    estimate_market,
    price_calendar,
)
from pricing import rules as r

TODAY = date(2027, 3, 1)
YEAR = [TODAY + timedelta(days=day) for day in range(366)]
GOAL_MS = 2.0
GOAL_OF_A_DAY = 60.0
SMOKE = bool(os.environ.get("SMOKE"))
LISTINGS, MARKETS = (100, 1) if SMOKE else (10_000, 100)
STAYS_OF_TWO_YEARS = 120


def season(first_month: int, last_month: int) -> dict[str, Any]:
    return {"start_date": date(2027, first_month, 1), "end_date": date(2027, last_month, 28), "rollover": True}


# Twenty-two rules of almost every kind.
RULES = Rules(
    min_max_prices=r.MinMaxPrices(
        min_price=70,
        max_price=400,
        day_of_week_min_prices=tuple(r.DayOfWeekMinPrice(weekday=day, min_price=90) for day in (4, 5)),
        seasonal_day_of_week_min_prices=(
            r.SeasonalDayOfWeekMinPrice(**season(6, 8), min_prices=(r.DayOfWeekMinPrice(weekday=5, min_price=140),)),
        ),
        seasonal_prices=(
            r.SeasonalPrices(**season(6, 8), min_price=120, max_price=500),
            r.SeasonalPrices(**season(12, 12), min_price=100),
            r.SeasonalPrices(**season(2, 3), max_price=200),
        ),
    ),
    min_stays=r.MinStays(
        min_stay=2,
        gap_fill_min_stay=r.GapFillMinStay(enabled=True, gaps=4),
        seasonal_min_stays=(
            r.SeasonalMinStay(**season(7, 8), min_stay=5),
            r.SeasonalMinStay(**season(12, 12), min_stay=4, min_stay_locked=True),
        ),
        last_minute_min_stays=(
            r.TimeBasedMinStay(days_away=7, direction="within", min_stay=1),
            r.TimeBasedMinStay(days_away=180, direction="after", min_stay=4),
        ),
        day_of_week_min_stays=(r.DayOfWeekMinStay(weekday=4, min_stay=3),),
    ),
    max_stays=r.MaxStays(max_stay=60, seasonal_max_stays=(r.SeasonalMaxStay(**season(7, 8), max_stay=14),)),
    checkin_checkout_days=r.CheckinCheckoutDays(
        seasonal_checkin_checkout_days=(
            r.SeasonalCheckinCheckoutDays(**season(7, 8), checkin_days=(5,), checkout_days=(5,)),
        )
    ),
    time_based_adjustments=r.TimeBasedAdjustments(
        time_based_adjustments=(
            r.TimeBasedAdjustment(days=3, percentage=-25, direction="within"),
            r.TimeBasedAdjustment(days=14, percentage=-10, direction="within"),
            r.TimeBasedAdjustment(days=240, percentage=8, direction="after"),
        ),
        seasonal_time_based_adjustments=(r.SeasonalTimeBasedAdjustment(**season(12, 12), exclude=True),),
    ),
)


def reservations_of(random: Random, count: int, first: date) -> list[BookedStay]:
    """`count` stays, one after the other, from the day `first` on; none is booked after TODAY."""
    stays: list[BookedStay] = []
    check_in = first
    while len(stays) < count:
        nights, lead_time = random.randint(2, 6), random.randint(0, 200)
        rate = 100 + 40 * (check_in.month in (6, 7, 8)) + 15 * (check_in.weekday() in (4, 5))
        stays.append(
            BookedStay(
                check_in=check_in,
                check_out=check_in + timedelta(days=nights),
                booked_on=min(check_in - timedelta(days=lead_time), TODAY),
                total=nights * rate * 100,
            )
        )
        check_in += timedelta(days=nights + random.randint(0, 5))
    return stays


def market_listings(count: int) -> Iterator[tuple[ListingFacts, list[BookedStay]]]:
    random = Random(1)
    for number in range(count):
        listing = ListingFacts(currency="EUR", bedrooms=number % 4)
        yield listing, reservations_of(random, STAYS_OF_TWO_YEARS, TODAY - timedelta(days=730))


def listing_year(random: Random, market: MarketStatistics) -> Callable[[], list[Night]]:
    """A function that prices a year of a listing with stays before, around and after today."""
    listing = ListingFacts(currency="EUR", bedrooms=2, base_price=random.randint(60, 300))
    stays = reservations_of(random, 100, TODAY - timedelta(days=300))
    return lambda: price_calendar(listing, market, stays, RULES, TODAY, YEAR)


def explain(nights: list[Night]) -> None:
    for night in nights:
        assert night.factors


def day(listings: int, markets: int) -> float:
    """The seconds for the estimates of markets, and the base price and the year of each listing, in equal markets."""
    a_market = [(listing, stays) for listing, stays in market_listings(listings // markets)]
    begun = time.process_time()
    for _ in range(markets):
        market = estimate_market(a_market, today=TODAY, country="ES", city="Barcelona", currency="EUR")
        for listing, stays in a_market:
            base_price = automatic_base_price(listing, stays, market)
            price_calendar(replace(listing, base_price=base_price), market, stays, RULES, TODAY, YEAR)
    return time.process_time() - begun


def milliseconds_a_listing(listings: Iterable[Callable[[], object]], count: int) -> float:
    begun = time.process_time()
    for price_year in islice(listings, count):
        price_year()
    return (time.process_time() - begun) * 1000 / count


def main() -> None:
    begun = time.process_time()
    market = estimate_market(market_listings(1_000), today=TODAY, country="ES", city="Barcelona", currency="EUR")
    estimated = time.process_time() - begun

    price_year = listing_year(Random(2), market)
    nights = price_year()
    factors = fmean(len(night.factors) for night in nights)
    year = median(milliseconds_a_listing([price_year], 1) for _ in range(300))
    explained = median(milliseconds_a_listing([lambda: explain(price_year())], 1) for _ in range(300))
    print(f"Python {platform.python_version()}, {platform.machine()}; one core")
    print(f"366 nights, 22 rules, 100 reservations: {year:.2f} ms (goal: {GOAL_MS} ms)")
    print(f"the same, and all {factors:.1f} factors of each night are read: {explained:.2f} ms")

    # A hundred different listings, made before the measurement and priced again and again.
    different = [listing_year(Random(seed), market) for seed in range(100)]
    for count in (100,) if SMOKE else (100, 1_000, 10_000):
        print(f"{count:>6,} listings: {milliseconds_a_listing(cycle(different), count):.2f} ms per listing")
    daily = f"{day(LISTINGS, MARKETS):.0f} s (goal: {GOAL_OF_A_DAY:.0f} s)"
    print(f"{LISTINGS:,} listings in {MARKETS} markets, everything anew: {daily}")
    print(f"estimate of one market with 1,000 listings and {1_000 * STAYS_OF_TWO_YEARS:,} stays: {estimated:.2f} s")


if __name__ == "__main__":
    main()
