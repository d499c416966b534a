"""The simulated worlds of bench/prices: the same guests for all policies, and nothing of the future for any."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from bench.prices.demand import Floats
from bench.prices.engine import Engine
from bench.prices.knowledge import HISTORY, YEAR, Knowledge
from bench.prices.markets import BY_NAME, MARKETS
from bench.prices.measuring import quantile, ratio_of_sums
from bench.prices.policies import Fixed, best_price, run
from bench.prices.reference import reference
from bench.prices.selling import Guests, sell
from bench.prices.world import World


def small(name: str, seed: int = 1) -> World:
    return World(replace(BY_NAME[name], comparables=6), seed, 1)


def guests_of(*requests: tuple[int, int, int, float, int]) -> Guests:
    day, arrival, nights, limit, cancels = (np.array(column) for column in zip(*requests, strict=True))
    return Guests(day, arrival, nights, limit.astype(float), cancels)


NEVER = 10_000


def flat(price: float) -> Floats:
    return np.full((1, YEAR), price)


def test_a_stay_pays_the_sum_of_its_nights_and_needs_them_all() -> None:
    guests = guests_of((0, 10, 3, 300, NEVER), (1, 12, 2, 900, NEVER), (2, 13, 2, 199, NEVER), (3, 13, 2, 200, NEVER))

    sales = sell(guests, lambda *_: flat(100))

    assert [booking[:4] for booking in sales.bookings] == [(0, 10, 3, 300.0), (3, 13, 2, 200.0)]
    assert (sales.revenue[0], sales.nights[0]) == (500, 5)


def test_a_cancelled_stay_pays_nothing_and_can_be_sold_again() -> None:
    guests = guests_of((0, 10, 3, 300, 5), (4, 11, 1, 100, NEVER), (5, 11, 1, 100, NEVER))

    sales = sell(guests, lambda *_: flat(100))

    assert [booking[0] for booking in sales.bookings] == [0, 5]
    assert (sales.revenue[0], sales.nights[0]) == (100, 1)


def test_units_are_sold_one_by_one() -> None:
    guests = guests_of(*[(0, 10, 1, 100, NEVER)] * 3)

    assert sell(guests, lambda *_: flat(100), units=2).revenue[0] == 200


@pytest.mark.parametrize("name", ["city", "choice"])
def test_the_same_seed_gives_the_same_world_and_another_seed_another_one(name: str) -> None:
    def content(world: World) -> tuple[object, ...]:
        listing = world.listings[0]
        stays = [stays for _, stays in world.view.comparables(world.market.opens)]
        return listing.worth, list(listing.guests), listing.history, stays

    assert content(small(name)) == content(small(name))
    assert content(small(name)) != content(small(name, seed=2))


class Recording:
    """Prices at random, and keeps what it saw."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self.seen: list[Knowledge] = []

    def prices(self, day: int, knowledge: Knowledge) -> Floats:
        self.seen.append(knowledge)
        return self._random.uniform(20, 200, YEAR)


@pytest.mark.parametrize("name", ["city", "aparthotel"])
def test_policies_meet_the_same_guests_and_the_same_market(name: str) -> None:
    world = small(name)
    listing = world.listings[0]
    before = list(listing.guests)
    one, two = Recording(1), Recording(2)

    earned = [run(policy, world, listing).revenue[0] for policy in (one, two)]

    assert earned[0] != earned[1]
    assert list(listing.guests) == before
    for left, right in zip(one.seen[::60], two.seen[::60], strict=True):
        assert left.market.comparables(left.today) == right.market.comparables(right.today)
        assert (left.market.asked(left.today) == right.market.asked(right.today)).all()


def test_a_policy_sees_nothing_of_the_future() -> None:
    world = small("city")
    policy = Recording(1)
    run(policy, world, world.listings[0])

    assert any(stay.cancelled_on for stay in policy.seen[-1].stays)
    for known in policy.seen[::30]:
        views = [
            known.stays,
            *(stays for _, stays in known.market.comparables(known.today)),
        ]
        for stay in (stay for stays in views for stay in stays):
            assert stay.booked_on < known.today
            assert stay.cancelled_on is None or stay.cancelled_on <= known.today


def test_a_policy_sees_its_own_bookings_of_yesterday() -> None:
    world = small("city")
    policy = Recording(1)
    sales = run(policy, world, world.listings[0])

    first = sales.bookings[0]
    today = policy.seen[first[0] + 1]
    assert today.stays[-1].booked_on == today.today - timedelta(days=1)
    assert today.stays[-1].check_in == world.dates[HISTORY + first[1]]


def test_vacant_nights_of_comparables_are_those_without_a_stay() -> None:
    world = small("beach")
    today = world.market.opens + timedelta(days=90)

    vacant = world.view.vacant(today)

    for row, (_, stays) in zip(vacant, world.view.comparables(today), strict=True):
        taken = sum(
            max((min(stay.check_out, today + timedelta(days=YEAR)) - max(stay.check_in, today)).days, 0)
            for stay in stays
        )
        assert (~row).sum() == taken


def test_a_policy_of_one_price_earns_at_most_the_best_price() -> None:
    world = small("mix")
    listing = world.listings[0]

    best = best_price([(world, listing)])[0].revenue[0]

    for price in (60.0, 90.0, 120.0, 150.0):
        # The best price is one of a grid of 4 %.
        assert run(Fixed(np.full(YEAR, price)), world, listing).revenue[0] <= best * 1.04


def test_the_engine_prices_every_day_and_learns_from_the_market_only_what_it_may_see() -> None:
    world = small("ski")
    engine = Engine(refresh=90)

    sales = run(engine, world, world.listings[0])

    assert len(engine.bases) == YEAR
    assert sales.revenue[0] > 0
    assert run(Engine(refresh=90), world, world.listings[0]).revenue[0] == sales.revenue[0]


def test_the_reference_earns_more_than_a_best_price_in_a_market_with_seasons() -> None:
    world = World(BY_NAME["ski"], 5, 0)
    known, guests = reference(world), world.tuning(25)

    earned = sum(sell(each, known.prices(1.0)).revenue[0] for each in guests)
    levels = world.market.demand.scale * np.geomspace(0.3, 4, 40)
    static = sum(
        sell(each, lambda *_: np.repeat(levels[:, None], YEAR, axis=1), candidates=40).revenue for each in guests
    )

    assert static.max() < earned


def test_half_of_the_markets_are_for_tuning() -> None:
    uses = [market.use for market in MARKETS]

    assert uses.count("tune") == uses.count("report") >= 4


def test_an_interval_holds_the_true_ratio_in_95_of_100_samples() -> None:
    random = np.random.default_rng(1)
    held = 0
    for _ in range(2000):
        other = random.gamma(20, 1.0, 12)
        earned = 0.8 * other + random.normal(0, 2, 12)
        ratio, half = ratio_of_sums(earned.tolist(), other.tolist())
        held += abs(ratio - 0.8) <= half

    assert held / 2000 == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize(("freedom", "expected"), [(5, 2.5706), (11, 2.2010), (30, 2.0423)])
def test_the_quantile_is_that_of_the_tables(freedom: int, expected: float) -> None:
    assert quantile(freedom) == pytest.approx(expected, rel=0.002)
