"""The figures of homes over a range of nights."""

from array import array
from datetime import date

import pytest

from markets.metrics import Figures, mean_figures, nights_of, no_nights
from markets.public_nights import DAYS, PRICE, PublicNights

FIRST = date(2030, 7, 1)


def nights(states: str, prices: list[int], min_stays: list[int] | None = None) -> PublicNights:
    length = len(states)
    return PublicNights(
        FIRST, states, array(PRICE, prices), array(DAYS, min_stays or [0] * length), array(DAYS, [0] * length)
    )


def figures(nights: PublicNights, **options: object) -> Figures:
    return Figures.of(nights, **{"units": 100, "based_on": "scrapes", **options})  # type: ignore[arg-type]


def test_the_figures_of_ten_nights() -> None:
    made = figures(nights("aaaabbbxx?", [10000] * 3 + [-1] + [15000] * 2 + [12000] + [-1] * 3, [2, 3, 3, 9] + [0] * 6))

    assert made == Figures(
        posted_rate=100.0,
        booked_rate=140.0,
        booked=3 / 9,
        availability=4 / 9,
        adj_occupancy=3 / 7,
        min_stay=4.25,
        usual_min_stay=3,
        based_on="scrapes",
    )


def test_of_unknown_nights_nothing_is_known() -> None:
    assert figures(no_nights(FIRST, date(2030, 7, 30))) == Figures()
    assert figures(no_nights(FIRST, date(2030, 7, 30)), estimated_occupancy=0.5) == Figures()
    assert len(no_nights(FIRST, date(2030, 7, 30))) == 30


def test_a_home_without_bookings_has_an_occupancy_of_0_and_no_booked_rate() -> None:
    made = figures(nights("aa", [10000, 11000]))

    assert (made.booked, made.adj_occupancy, made.booked_rate, made.posted_rate) == (0.0, 0.0, None, 105.0)


def test_a_home_that_is_always_blocked_has_no_adjusted_occupancy() -> None:
    made = figures(nights("xx", [-1, -1]))

    assert (made.booked, made.availability, made.adj_occupancy) == (0.0, 0.0, None)


@pytest.mark.parametrize(("states", "based_on"), [("aauub", None), ("auuub", "scrapes")])
def test_an_occupancy_that_nobody_observed_is_the_estimated_one_or_unknown(states: str, based_on: str | None) -> None:
    """After one scrape, and where most nights are unavailable for an unknown reason."""
    few = nights(states, [-1] * 5)

    unknown = figures(few, based_on=based_on)
    assert (unknown.booked, unknown.adj_occupancy, unknown.based_on) == (None, None, None)
    assert unknown.availability is not None

    estimated = figures(few, based_on=based_on, estimated_occupancy=0.4)
    assert (estimated.booked, estimated.adj_occupancy, estimated.based_on) == (0.4, 0.4, "reviews")


def test_amounts_are_whole_units_of_the_currency() -> None:
    assert figures(nights("a", [9000]), units=1).posted_rate == 9000.0
    assert figures(nights("a", [9000]), units=1000).posted_rate == 9.0


def test_the_mean_counts_each_home_once_where_its_figure_is_known() -> None:
    one = Figures(posted_rate=100, booked=0.5, min_stay=2)
    two = Figures(posted_rate=200, booked=None, min_stay=4)
    dollars = Figures(posted_rate=900, booked=0.1)

    mean = mean_figures([(one, "EUR"), (two, "EUR"), (dollars, "USD")], currency="EUR")

    assert (mean.posted_rate, mean.booked, mean.min_stay, mean.booked_rate) == (150, pytest.approx(0.3), 3, None)
    assert mean_figures([], currency="EUR") == Figures()


def test_own_nights_have_the_form_of_public_ones() -> None:
    made = nights_of(FIRST, "ab", [12000, None], [2, None])

    assert [(night.state, night.price, night.min_stay) for night in made] == [("a", 12000, 2), ("b", None, None)]
