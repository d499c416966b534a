"""A plain listing in a market that moves no price, so that each test states only its own subject."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from pricing import BookedStay, ListingFacts, MarketStatistics, Night, Rules, price_calendar

TODAY = date(2027, 1, 4)  # a Monday
FLAT = ListingFacts(currency="EUR", bedrooms=1, base_price=100)
NO_RULES = Rules()
QUIET_MARKET = MarketStatistics(as_of=TODAY)
# One request a night at the usual rate, for stays of one night; half of the requests come in the last three weeks.
ASKED_MARKET = replace(QUIET_MARKET, requests=1.0, stay_lengths=(1.0,), elasticity=1.6)


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def nights_from(first: date, count: int) -> list[date]:
    return [first + timedelta(days=day) for day in range(count)]


def stay(check_in: date, nights: int, **facts: Any) -> BookedStay:
    return BookedStay(check_in=check_in, check_out=check_in + timedelta(days=nights), **facts)


def price_nights(
    dates: Collection[date],
    rules: Rules = NO_RULES,
    *,
    listing: ListingFacts = FLAT,
    market: MarketStatistics = QUIET_MARKET,
    reservations: Collection[BookedStay] = (),
    blocked: Collection[date] = (),
    today: date = TODAY,
) -> list[Night]:
    return price_calendar(listing, market, reservations, rules, today, dates, blocked=blocked)


def price_night(night: date, rules: Rules = NO_RULES, **case: Any) -> Night:
    [priced] = price_nights([night], rules, **case)
    return priced
