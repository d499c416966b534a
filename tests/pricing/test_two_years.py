"""Two years of an automatic base price: each week guests answer the price, and the next price answers them."""

from datetime import date, timedelta
from itertools import pairwise
from math import exp
from random import Random

import pytest

from pricing import BookedStay, ListingFacts, MarketStatistics, automatic_base_price
from pricing.base_price import LARGEST_WEEKLY_CHANGE, step_towards

pytestmark = pytest.mark.slow

OPENS = date(2027, 1, 4)
WEEKS = 104
LISTING = ListingFacts(currency="EUR", bedrooms=1, listed_on=OPENS)
# Guests pay 100 in the market, where two of three nights are sold: 1.1 requests, of one night each.
MARKET = MarketStatistics(
    as_of=OPENS, currency="EUR", requests=1.1, stay_lengths=(1.0,), usual_levels=(100.0, 100.0), levels=(109.0, 109.0)
)


def sold(price: float, worth: float, requests: float) -> float:
    """The chance that a night is sold: guests who pay `worth` times as much as elsewhere, and are more or fewer."""
    return 1 - exp(-requests * MARKET.requests * exp(-MARKET.elasticity * (price / (100 * worth) - 1)))


def two_years(worth: float, requests: float, first: int | None, seed: int) -> list[int]:
    """The base price of each week."""
    random, price, stays, prices = Random(seed), first, list[BookedStay](), list[int]()
    for week in range(WEEKS):
        monday = OPENS + timedelta(days=7 * week)
        market = MarketStatistics.from_dict(MARKET.to_dict() | {"as_of": monday.isoformat()})
        best = automatic_base_price(LISTING, stays, market)
        assert best
        price = step_towards(best, price, days=7) if price else best
        prices.append(price)
        for night in (monday + timedelta(days=day) for day in range(7)):
            if random.random() < sold(price, worth, requests):
                stays.append(
                    BookedStay(check_in=night, check_out=night + timedelta(days=1), booked_on=night, total=price * 100)
                )
    return prices


def best_price(worth: float, requests: float) -> int:
    return max(range(20, 500), key=lambda price: price * sold(price, worth, requests))


@pytest.mark.parametrize("first", [None, 50, 250])
@pytest.mark.parametrize(("worth", "requests"), [(1.0, 1.0), (1.4, 0.5), (0.7, 2.0)])
def test_the_price_comes_to_rest_near_the_best_one(worth: float, requests: float, first: int | None) -> None:
    prices = two_years(worth, requests, first, seed=1)

    best = best_price(worth, requests)
    most = best * sold(best, worth, requests)
    for price in prices[26:]:
        assert price * sold(price, worth, requests) > 0.9 * most
    assert max(prices[WEEKS // 2 :]) < 1.35 * min(prices[WEEKS // 2 :])
    assert all(abs(now - before) <= LARGEST_WEEKLY_CHANGE * before + 1 for before, now in pairwise(prices))
    for then, a_month_later in zip(prices[WEEKS // 2 :], prices[WEEKS // 2 + 4 :], strict=False):
        assert a_month_later == pytest.approx(then, rel=0.15)
