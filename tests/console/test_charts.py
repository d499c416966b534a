"""The pure functions behind the pictures of a listing: numbers become places, and places become SVG."""

import xml.etree.ElementTree as ElementTree
from datetime import date, timedelta

import pytest

from console.charts.booked_nights import BookedMonth, booked_chart
from console.charts.frame import NARROW, WIDE, Frame, Size, nice_step, ticks
from console.charts.price_scale import STEPS, PriceScale
from console.charts.prices import PricedNight, Week, price_chart, weeks_of
from console.charts.svg import element

MONDAY = date(2030, 1, 7)


def drawn(picture: str, kind: str) -> list[ElementTree.Element]:
    """The elements of a class, of a picture that is well-formed."""
    return [each for each in ElementTree.fromstring(picture).iter() if each.get("class") == kind]  # noqa: S314


class TestElement:
    def test_attributes_and_texts_are_escaped(self) -> None:
        hostile = element("text", ["<script>"], class_='"><script>')

        assert hostile == '<text class="&quot;&gt;&lt;script&gt;">&lt;script&gt;</text>'

    def test_elements_inside_are_kept(self) -> None:
        assert (
            element("g", [element("line", x1=1.25, stroke_width=2)]) == '<g><line x1="1.2" stroke-width="2"></line></g>'
        )


class TestFrame:
    def test_the_lowest_value_is_at_the_bottom_and_the_highest_at_the_top(self) -> None:
        frame = Frame(Size(500, 200), 10, lowest=100, highest=300)

        assert frame.y(100) == 176
        assert frame.y(300) == 10
        assert frame.y(200) == 93

    def test_columns_fill_the_width_between_the_margins(self) -> None:
        frame = Frame(Size(500, 200), 4, lowest=0, highest=1)

        assert [frame.x(slot) for slot in range(5)] == [44, 156, 268, 380, 492]

    def test_equal_values_divide_by_nothing(self) -> None:
        assert Frame(Size(500, 200), 0, lowest=5, highest=5).y(5) == 176

    @pytest.mark.parametrize(
        ("lowest", "highest", "expected"),
        [(0, 30, [0, 10, 20, 30]), (246, 492, [200, 300, 400, 500]), (0, 1, [0, 1]), (120, 120, [120, 121])],
    )
    def test_ticks_are_round_numbers_around_all_values(
        self, lowest: float, highest: float, expected: list[float]
    ) -> None:
        assert ticks(lowest, highest) == expected

    @pytest.mark.parametrize(
        ("distance", "step"), [(0, 1), (1, 1), (1.5, 2), (3, 5), (7, 10), (20, 20), (21, 50), (1200, 2000)]
    )
    def test_a_step_is_one_two_or_five_times_a_power_of_ten(self, distance: float, step: int) -> None:
        assert nice_step(distance) == step


class TestPriceScale:
    def test_steps_have_the_same_width_and_are_named_by_their_prices(self) -> None:
        scale = PriceScale.of([float(price) for price in range(100, 221)])

        assert scale.bounds == (120, 140, 160, 180, 200, 220)
        assert scale.names == [
            "below 120", "120 to 139", "140 to 159", "160 to 179", "180 to 199", "200 to 219", "220 and more",
        ]  # fmt: skip

    def test_a_price_at_a_bound_is_in_the_higher_step(self) -> None:
        scale = PriceScale((120, 140))

        assert [scale.step_of(price) for price in (50, 119.99, 120, 139, 140, 9000)] == [0, 0, 1, 1, 2, 2]

    def test_one_event_does_not_make_all_other_nights_pale(self) -> None:
        ordinary = [100.0 + night % 50 for night in range(360)]

        scale = PriceScale.of([*ordinary, *[2000.0] * 5])

        assert {scale.step_of(price) for price in ordinary} == set(range(5))
        assert scale.step_of(2000) == len(scale.bounds)

    @pytest.mark.parametrize("prices", [[], [100.0] * 365, [1.0, 2.0]])
    def test_few_or_equal_prices_need_fewer_steps(self, prices: list[float]) -> None:
        scale = PriceScale.of(prices)

        assert len(scale.names) == len(scale.bounds) + 1 <= STEPS
        assert all(0 <= scale.step_of(price) <= len(scale.bounds) for price in prices)


class TestPriceChart:
    def test_weeks_have_the_mean_and_the_range_of_their_nights(self) -> None:
        nights = [PricedNight(MONDAY + timedelta(days=day), 100 + day, 90.0) for day in range(9)]

        assert weeks_of(nights) == [
            Week(MONDAY, MONDAY + timedelta(days=6), ours=103, lowest=100, highest=106, market=90),
            Week(
                MONDAY + timedelta(days=7), MONDAY + timedelta(days=8), ours=107.5, lowest=107, highest=108, market=90
            ),
        ]

    def test_lines_go_through_the_means_of_the_weeks(self) -> None:
        weeks = [self.week(0, ours=100, market=120), self.week(1, ours=200, market=120)]

        picture = price_chart(weeks, Size(152, 134), label="Prices", kind="wide")

        assert [each.get("points") for each in drawn(picture, "ours")] == ["69,110 119,10"]
        assert [each.get("points") for each in drawn(picture, "market")] == ["69,90 119,90"]

    def test_a_market_without_a_level_has_no_line(self) -> None:
        weeks = [self.week(0, ours=100, market=None), self.week(1, ours=200, market=None)]

        assert drawn(price_chart(weeks, WIDE, label="Prices", kind="wide"), "market") == []

    def test_a_gap_in_the_market_stays_a_gap(self) -> None:
        levels = [100.0, 100.0, None, 100.0, 100.0]
        weeks = [self.week(number, ours=100, market=level) for number, level in enumerate(levels)]

        assert len(drawn(price_chart(weeks, WIDE, label="Prices", kind="wide"), "market")) == 2

    def test_months_are_named_where_they_begin(self) -> None:
        nights = [PricedNight(MONDAY + timedelta(days=day), 100, None) for day in range(365)]

        wide = drawn(price_chart(weeks_of(nights), WIDE, label="Prices", kind="wide"), "name")
        narrow = drawn(price_chart(weeks_of(nights), NARROW, label="Prices", kind="narrow"), "name")

        names = ["Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan"]
        assert [each.text for each in wide] == names
        assert [each.text for each in narrow] == names[::2]

    def test_the_picture_says_what_it_shows(self) -> None:
        picture = price_chart([self.week(0, ours=1, market=None)], WIDE, label='Prices of "us" & them', kind="wide")

        root = ElementTree.fromstring(picture)  # noqa: S314
        assert (root.get("role"), root.get("aria-label")) == ("img", 'Prices of "us" & them')

    def week(self, number: int, *, ours: float, market: float | None) -> Week:
        first = MONDAY + timedelta(weeks=number)
        return Week(first, first + timedelta(days=6), ours=ours, lowest=ours, highest=ours, market=market)


class TestBookedChart:
    def test_a_bar_is_as_high_as_its_nights(self) -> None:
        months = [BookedMonth(date(2030, 1, 1), nights=31, booked=20, last_year=10, last_year_by_now=5)]

        picture = booked_chart(months, Size(152, 134), label="Nights", kind="wide")

        assert [each.get("height") for each in drawn(picture, "this-year")] == ["100"]
        assert [each.get("height") for each in drawn(picture, "last-year")] == ["50"]
        assert [each.get("y1") for each in drawn(picture, "by-now")] == ["85"]

    def test_what_is_not_known_of_last_year_is_not_drawn(self) -> None:
        months = [BookedMonth(date(2030, 1, 1), nights=31, booked=0, last_year=None, last_year_by_now=None)]

        picture = booked_chart(months, WIDE, label="Nights", kind="wide")

        assert drawn(picture, "last-year") == drawn(picture, "by-now") == []
        assert "January 2030: 0 of 31 nights booked; last year is not known" in picture
