"""The demand model in numbers. Prices are evaluated against it."""

from collections.abc import Mapping
from datetime import date

import pytest

from sandbox import demand
from sandbox.demand import SOURCES
from sandbox.markets import MARKETS, Market
from sandbox.stay_profiles import MONTHLY_STAYS, SHORT_STAYS

LISBON = MARKETS["Lisbon"]


def test_half_of_the_requests_accept_the_market_rate() -> None:
    assert demand.booking_share(1.0) == 0.5


def test_a_price_one_percent_above_the_market_rate_loses_elasticity_percent_of_bookings() -> None:
    lost = 1 - demand.booking_share(1.01) / demand.booking_share(1.0)

    assert lost == pytest.approx(0.01 * demand.ELASTICITY, rel=0.02)


def test_the_accepting_share_falls_as_the_price_rises() -> None:
    shares = [demand.booking_share(ratio / 10) for ratio in range(5, 30)]

    assert shares == sorted(shares, reverse=True)


def test_willingness_to_pay_is_the_inverse_of_the_accepting_share() -> None:
    for chance in (0.05, 0.25, 0.5, 0.9):
        assert demand.booking_share(demand.willingness(chance)) == pytest.approx(chance)


def test_events_raise_demand_and_rates() -> None:
    quiet, summit = date(2026, 11, 4), date(2026, 11, 11)

    assert demand.event_factor(LISBON, quiet) == 1.0
    assert demand.event_factor(LISBON, summit) == 1.8
    assert demand.market_rate(LISBON, summit, seed=1) > demand.market_rate(LISBON, quiet, seed=1)


def test_the_new_year_event_continues_in_january() -> None:
    assert demand.event_factor(LISBON, date(2026, 12, 31)) == demand.event_factor(LISBON, date(2026, 12, 30)) == 1.9
    assert demand.event_factor(LISBON, date(2027, 1, 1)) == pytest.approx(1.45)
    assert demand.event_factor(LISBON, date(2027, 1, 2)) == 1.0


@pytest.mark.parametrize("market", MARKETS.values(), ids=MARKETS.keys())
def test_demand_averages_about_one_over_the_reference_year(market: Market) -> None:
    days = [date.fromordinal(date(2024, 1, 1).toordinal() + day) for day in range(366)]
    index = [demand.demand_index(market, day, seed=1) for day in days]

    assert 0.9 < sum(index) / len(index) < 1.25
    assert min(index) > 0.2


def test_early_guests_pay_more_and_last_minute_guests_less() -> None:
    assert demand.lead_factor(200) > demand.lead_factor(30) == 1.0 > demand.lead_factor(3) > demand.lead_factor(0)


@pytest.mark.parametrize("weights", [SHORT_STAYS.nights, MONTHLY_STAYS.nights, SOURCES])
def test_weights_are_percentages(weights: Mapping[int, int] | Mapping[str, int]) -> None:
    assert sum(weights.values()) == 100
