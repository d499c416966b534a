"""The demand models of bench/prices: what they claim is what they draw."""

from dataclasses import replace

import numpy as np
import pytest

from bench.prices.demand import (
    Choice,
    ConstantElasticity,
    Exponential,
    Logit,
    LogNormal,
    WillingnessToPay,
    booking_curve,
)
from bench.prices.knowledge import HISTORY, YEAR
from bench.prices.markets import BY_NAME
from bench.prices.reference import requests_of
from bench.prices.world import World

PRICES = np.array([0.3, 0.7, 1.0, 1.5, 2.5])


@pytest.mark.parametrize(
    "response", [Exponential(1.1), Logit(0.9, 0.25), ConstantElasticity(2.2, 0.6), LogNormal(0.9, 0.5)]
)
def test_guests_pay_as_often_as_the_model_says(response: WillingnessToPay) -> None:
    limits = response.sample(np.random.default_rng(1), 200_000)

    paid = (limits[:, None] >= PRICES).mean(axis=0)

    assert paid == pytest.approx(response.survival(PRICES), abs=0.005)


def test_guests_who_choose_pay_as_often_as_the_model_says() -> None:
    choice, random = Choice(spread=0.2), np.random.default_rng(1)
    other_utilities = np.array([0.0, -0.5, 1.0])
    errors = random.gumbel(size=(200_000, 4))
    limits = 1 + choice.spread * (errors[:, 3] - (other_utilities + errors[:, :3]).max(axis=1))

    paid = (limits[:, None] >= PRICES).mean(axis=0)

    assert paid == pytest.approx(choice.survival(PRICES, np.log(np.exp(other_utilities).sum())), abs=0.005)


@pytest.mark.parametrize(("mean", "shape"), [(9, 1.0), (35, 1.0), (60, 2.0)])
def test_a_booking_curve_adds_up_to_one_and_has_its_mean(mean: float, shape: float) -> None:
    curve = booking_curve(mean, shape)

    assert curve.sum() == pytest.approx(1)
    assert curve @ (np.arange(len(curve)) + 0.5) == pytest.approx(mean, rel=0.03)


@pytest.mark.parametrize("name", ["beach", "mix", "choice"])
def test_as_many_guests_come_as_the_reference_is_told(name: str) -> None:
    market = replace(BY_NAME[name], demand=replace(BY_NAME[name].demand, shock=0.0), comparables=4)
    world = World(market, 1, 0)
    requests = requests_of(world)
    rates = sum(arrivals.sum() for arrivals in requests.arrivals)

    # Those whose request comes before the year, whose stay ends after it or who book at no price are left out.
    in_time = sum(
        arrivals @ np.cumsum(curve)[:YEAR] for arrivals, curve in zip(requests.arrivals, requests.curves, strict=True)
    )
    years = world.tuning(60) if name != "choice" else world.tuning(1)
    came = np.mean([len(guests) for guests in years])

    assert in_time < rates
    if name == "choice":
        guests = world.inclusive_values()[0]
        came = ((guests.arrival >= 0) & (guests.arrival < YEAR)).sum()
        assert came == pytest.approx(rates, abs=4 * rates**0.5)
    else:
        assert came == pytest.approx(in_time, rel=0.05)


def test_requests_add_up_to_the_number_of_the_market() -> None:
    market = replace(BY_NAME["ski"], demand=replace(BY_NAME["ski"].demand, shock=0.0))

    arrivals = World(market, 3, 0).arrivals

    assert sum(segment[HISTORY : HISTORY + YEAR].sum() for segment in arrivals) == pytest.approx(
        market.demand.requests, rel=0.03
    )
