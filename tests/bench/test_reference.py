"""The dynamic program of bench/prices against other ways to the same number."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from bench.prices.demand import Exponential, LogNormal, booking_curve
from bench.prices.markets import BY_NAME, Market
from bench.prices.reference import GRID, Requests, fluid_bound, planned, requests_of, solve
from bench.prices.selling import sell, sell_at_one_price
from bench.prices.world import World


def single_nights(units: int = 1, cancelled: float = 0.0, nights: int = 3) -> Requests:
    return Requests(
        arrivals=[np.linspace(2.0, 4.0, nights)],
        curves=[np.array([0.5, 0.3, 0.2])],
        lengths=[np.array([1.0])],
        scale=np.linspace(80.0, 120.0, nights),
        accepted=[Exponential().survival(GRID)[None, None, :]],
        units=units,
        cancelled=cancelled,
    )


def test_no_choice_of_prices_earns_more_than_the_program() -> None:
    requests = single_nights()
    plan = solve(requests)
    candidates = GRID[::3]

    # The last night can be sold on three days: every combination of prices, by hand.
    scale, accepted = requests.scale[2], Exponential().survival(candidates)
    rates = requests.arrivals[0][2] * requests.curves[0]
    best = 0.0
    for choice in product(range(len(candidates)), repeat=3):
        left, earned = 1.0, 0.0
        for days, number in zip((2, 1, 0), choice, strict=True):
            sold = 1 - np.exp(-rates[days] * accepted[number])
            earned += left * sold * candidates[number] * scale
            left *= 1 - sold
        best = max(best, earned)

    assert best <= plan.value[2] <= best * 1.005


@pytest.mark.parametrize("units", [1, 2])
def test_the_value_is_what_the_prices_earn(units: int) -> None:
    requests = single_nights(units)
    plan = solve(requests)

    # Forward: the chance of each number of vacant units, day by day.
    for night in range(3):
        left = np.zeros(units + 1)
        left[units], earned = 1.0, 0.0
        for days in range(night, -1, -1):
            rate = requests.arrivals[0][night] * requests.curves[0][days]
            for state in range(1, units + 1):
                price = plan.price[state - 1, night, days]
                sold = 1 - np.exp(-rate * np.exp(-price / requests.scale[night]))
                earned += left[state] * sold * price
                left[state - 1], left[state] = left[state - 1] + left[state] * sold, left[state] * (1 - sold)
        assert earned == pytest.approx(plan.value[night])


def test_a_second_unit_is_worth_less_than_the_first_and_prices_fall_with_units() -> None:
    one, two = solve(single_nights(1)), solve(single_nights(2))

    # The first night has one day to be sold, and the program sells at most one unit a day.
    assert (one.value[1:] < two.value[1:]).all()
    assert (two.value < 2 * one.value).all()
    assert (two.price[1, 2] <= two.price[0, 2]).all()


def test_cancellations_lower_the_value() -> None:
    assert (solve(single_nights(cancelled=0.3)).value < solve(single_nights()).value).all()


def market_of_single_nights() -> Market:
    market = BY_NAME["ski"]
    segments = tuple(replace(segment, lengths=(1.0,)) for segment in market.demand.segments)
    return replace(market, demand=replace(market.demand, segments=segments, requests=700))


def test_a_static_price_earns_less_than_the_program_and_that_less_than_the_bound() -> None:
    world = World(market_of_single_nights(), 1, 0)
    requests = requests_of(world)
    plan, guests = solve(requests), world.tuning(30)

    earned = np.array([sell(each, planned([plan.price])).revenue[0] for each in guests])
    static = sell_at_one_price(guests, world.market.demand.scale * np.geomspace(0.3, 4, 40)).revenue / len(guests)

    error = earned.std() / len(earned) ** 0.5
    assert earned.mean() == pytest.approx(plan.value.sum(), abs=4 * error)
    assert static.max() < earned.mean() < fluid_bound(requests)


def test_a_stay_is_counted_on_each_of_its_nights() -> None:
    nights = 20
    requests = replace(
        single_nights(nights=nights),
        arrivals=[np.full(nights, 0.01)],
        curves=[booking_curve(5, 1.0)[:nights]],
        lengths=[np.array([0.0, 1.0])],
        scale=np.full(nights, 100.0),
        accepted=[LogNormal().survival(GRID)[None, None, :]],
    )
    alone = solve(replace(requests, lengths=[np.array([1.0])]))

    assert solve(requests).value[10] == pytest.approx(2 * alone.value[10], rel=0.03)
