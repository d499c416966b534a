"""What nights are expected to earn, checked against the formulas that can be computed by hand."""

from dataclasses import replace
from math import exp, log
from random import Random

import pytest

from pricing import MarketStatistics, automatic_base_price
from pricing.expected import Asking, Forecast, Sales, VacantNight, forecast
from pricing.market import USUAL_STAY_LENGTHS
from pricing.optimum import crowding, expected_revenue, sold_share
from tests.pricing.cases import FLAT, TODAY, in_days, nights_from, stay

ONE_NIGHT = (1.0,)
UP_TO_THREE = (0.5, 0.3, 0.2)


def night(*, requests: float, units: int = 1, gap: int = 0) -> Forecast:
    """The forecast of one night whose price at which nothing is scarce is 100, for guests who stay for one night."""
    return Forecast([VacantNight(100.0, requests, 100.0, units, gap)], 1.0, ONE_NIGHT, 100)


BEST = Asking()


def sold(coming: Forecast, asking: Asking = BEST, min_stay: int = 1) -> Sales:
    return coming.sales(0, asking, min_stay)


@pytest.mark.parametrize("units", [1, 2, 5])
@pytest.mark.parametrize("requests", [0.1, 1.0, 4.0])
def test_the_best_prices_earn_what_the_closed_form_says(requests: float, units: int) -> None:
    expected = 100 * expected_revenue(requests, units)

    assert sold(night(requests=requests, units=units)).revenue == pytest.approx(expected, rel=5e-3)


def test_of_y_requests_for_one_unit_the_best_prices_sell_y_out_of_1_plus_y() -> None:
    assert sold(night(requests=3.0)).nights == pytest.approx(3 / 4, rel=1e-3)


def test_a_price_that_never_changes() -> None:
    steady = Asking(lowest=150, highest=150)

    revenue, nights = sold(night(requests=2.0), steady)

    chance = 1 - exp(-2 * exp(-0.5))  # 70 %: the price is 1.5 times the one that 2 requests would accept
    assert nights == pytest.approx(chance)
    assert revenue == pytest.approx(150 * chance)


def test_many_units_sell_to_nearly_all_who_accept_the_price() -> None:
    revenue, nights = sold(night(requests=2.0, units=30), Asking(lowest=100, highest=100))

    assert nights == pytest.approx(2, rel=0.02)
    assert revenue == pytest.approx(200, rel=0.02)


@pytest.mark.parametrize("level", [0.7, 0.85, 1.2, 1.5])
def test_prices_above_and_below_the_best_ones_earn_less(level: float) -> None:
    coming = night(requests=2.0)

    assert sold(coming, Asking(level=level)).revenue < 0.99 * sold(coming).revenue


def test_a_minimum_below_the_lowest_best_price_changes_nothing_and_a_high_one_costs_revenue() -> None:
    coming = night(requests=2.0)

    assert sold(coming, Asking(lowest=95)) == sold(coming)
    assert sold(coming, Asking(lowest=200)).revenue < 0.95 * sold(coming).revenue


def test_strategies_exchange_revenue_for_nights() -> None:
    coming = night(requests=2.0)
    best, occupancy, rate = sold(coming), sold(coming, Asking(tier="occupancy")), sold(coming, Asking(tier="rate"))

    assert rate.nights < best.nights < occupancy.nights
    assert max(rate.revenue, occupancy.revenue) < best.revenue


@pytest.mark.parametrize("requests", [0.2, 0.5, 1.0])
def test_as_many_nights_of_longer_stays_are_sold_as_in_the_estimate_of_markets(requests: float) -> None:
    crowd = crowding(3.0)
    coming = Forecast([VacantNight(100.0, requests, 100.0, 1, 0)], crowd, (0.0, 0.0, 1.0), 100)

    at_the_usual_price = sold(coming, Asking(lowest=100, highest=100))

    assert at_the_usual_price.nights == pytest.approx(sold_share(requests, 3.0), rel=0.07)


def simulated(requests: float, level: float, nights: int = 10_000) -> Sales:
    """What a night earns and how often it is sold, when guests ask for stays one after the other in a long calendar.

    The night's price falls with the requests to come. A guest pays it for each night of the stay, or does not book.
    """
    chance = Random(1)
    mean = sum(length * share for length, share in enumerate(USUAL_STAY_LENGTHS, 1))
    crowd = crowding(mean)
    taken = [False] * (nights + len(USUAL_STAY_LENGTHS))
    guests = round(requests * exp(1) * nights / mean)  # e times as many would accept any price as accept 100
    lengths = chance.choices(range(1, len(USUAL_STAY_LENGTHS) + 1), USUAL_STAY_LENGTHS, k=guests)
    revenue = 0.0
    for number, length in enumerate(lengths):
        price = level * (1 + log(1 + crowd * requests * (1 - number / guests)))
        first = chance.randrange(nights)
        stay = slice(first, first + length)
        if chance.random() < exp(-price) and not any(taken[stay]):
            taken[stay] = [True] * length
            revenue += 100 * price * length
    return Sales(revenue / nights, sum(taken) / nights)


@pytest.mark.parametrize("requests", [0.3, 0.8, 3.0])
@pytest.mark.parametrize("level", [0.7, 1.0, 1.3])
def test_a_simulation_of_guests_earns_what_is_expected(requests: float, level: float) -> None:
    mean = sum(length * share for length, share in enumerate(USUAL_STAY_LENGTHS, 1))
    coming = Forecast([VacantNight(100.0, requests, 100.0, 1, 0)], crowding(mean), USUAL_STAY_LENGTHS, 100)

    expected, seen = sold(coming, Asking(level=level)), simulated(requests, level)

    assert expected.revenue == pytest.approx(seen.revenue, rel=0.1)
    assert expected.nights == pytest.approx(seen.nights, rel=0.1)


def test_a_gap_is_sold_only_to_stays_that_fit() -> None:
    coming = Forecast([VacantNight(100.0, 1.0, 100.0, 1, 2)], crowding(1.7), UP_TO_THREE, 100)

    # Stays of two nights are 6 of 17 requests; half of their arrivals fit into the gap. Such a stay fills it.
    only_two = sold(coming, Asking(lowest=100, highest=100), min_stay=2)
    assert only_two.nights == pytest.approx(1 - exp(-3 / 17), rel=0.01)
    assert sold(coming, min_stay=1).nights > sold(coming, min_stay=2).nights
    assert sold(coming, min_stay=3) == Sales(0, 0)


MARKET = MarketStatistics(
    as_of=TODAY,
    currency="EUR",
    booked_nights=5_000,
    requests=2.0,
    elasticity=1.0,  # as many accept the usual price as the one at which nothing is scarce
    requests_left=(0.5,),
    stay_lengths=ONE_NIGHT,
    usual_levels=(100.0,),
)
DATES = nights_from(TODAY, 30)


def test_the_forecast_derives_its_prices_from_the_automatic_base_price() -> None:
    automatic = automatic_base_price(FLAT, [], MARKET)
    assert automatic

    coming = forecast(FLAT, MARKET, [], TODAY, DATES)

    assert coming
    assert coming.automatic_base_price == automatic
    # Half of two requests are to come: the best price is w (1 + ln 2).
    tonight = coming.nights[0]
    assert tonight
    assert tonight.worth == pytest.approx(automatic / (1 + log(2)))
    assert tonight == VacantNight(tonight.worth, requests=1.0, best=automatic, units=1, gap=0)


def test_nights_that_are_taken_or_closed_earn_nothing() -> None:
    coming = forecast(FLAT, MARKET, [stay(in_days(1), 2)], TODAY, DATES, blocked=[in_days(4)])

    assert coming
    assert [at for at, night in enumerate(coming.nights) if night is None] == [1, 2, 4]
    assert sold(replace(coming, nights=[None])) == Sales(0, 0)


def test_without_requests_or_with_unknown_occupancy_nothing_can_be_told() -> None:
    assert forecast(FLAT, replace(MARKET, requests=0.0), [], TODAY, DATES) is None
    assert forecast(replace(FLAT, occupancy_known=False), MARKET, [], TODAY, DATES) is None
    assert forecast(FLAT, replace(MARKET, usual_levels=()), [], TODAY, DATES) is None
