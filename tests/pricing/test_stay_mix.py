"""How many nights are sold when short stays are refused."""

import pytest

from pricing.market import USUAL_STAY_LENGTHS
from pricing.optimum import sold_share
from pricing.stay_mix import _curve, _sold, fitting_share, kept_share, mean_fitting_stay

ONE_TO_THREE = (0.5, 0.3, 0.2)  # of ten stays, 5 + 6 + 6 = 17 nights


@pytest.mark.parametrize("nights", [1, 2, 5, 9])
@pytest.mark.parametrize("requests", [0.2, 1.0, 3.0])
def test_stays_of_one_length_are_sold_as_in_the_estimate_of_markets(nights: int, requests: float) -> None:
    stays = (0.0,) * (nights - 1) + (1.0,)

    assert _sold(_curve(stays, 1), requests) == pytest.approx(sold_share(requests, nights), rel=5e-3)


def test_without_a_min_stay_all_nights_are_kept() -> None:
    assert kept_share(ONE_TO_THREE, 1, 2.0) == 1
    assert kept_share(ONE_TO_THREE, 0, 2.0) == 1


def test_with_few_requests_a_min_stay_loses_the_nights_of_the_stays_that_it_refuses() -> None:
    assert kept_share(ONE_TO_THREE, 2, 0.0) == pytest.approx(12 / 17)
    assert kept_share(ONE_TO_THREE, 3, 0.0) == pytest.approx(6 / 17)
    assert kept_share(ONE_TO_THREE, 3, 0.02) == pytest.approx(6 / 17, rel=0.05)


def test_with_many_requests_longer_stays_take_the_place_of_refused_ones() -> None:
    few, many = kept_share(USUAL_STAY_LENGTHS, 3, 0.3), kept_share(USUAL_STAY_LENGTHS, 3, 2.0)

    assert 0.8 < few < many < 1


def test_a_min_stay_can_sell_slightly_more_where_most_guests_stay_for_a_week() -> None:
    weekly = (0.05, 0.1, 0.1, 0.05, 0.05, 0.05, 0.6)

    assert 1 < kept_share(weekly, 2, 3.0) < 1.02


def test_a_min_stay_beyond_the_longest_stay_keeps_the_longest() -> None:
    assert kept_share(ONE_TO_THREE, 30, 1.0) == kept_share(ONE_TO_THREE, 3, 1.0) > 0


def test_the_stays_that_fit_into_a_gap() -> None:
    # For one of two nights: all stays of one night, and one of two arrivals for stays of two nights.
    assert fitting_share(ONE_TO_THREE, 2, 1) == pytest.approx((5 + 6 / 2) / 17)
    assert fitting_share(ONE_TO_THREE, 2, 2) == pytest.approx((6 / 2) / 17)
    assert fitting_share(ONE_TO_THREE, 2, 3) == 0
    assert mean_fitting_stay(ONE_TO_THREE, 2, 1) == pytest.approx((5 + 6) / 8)
    assert mean_fitting_stay(ONE_TO_THREE, 2, 3) == 3
