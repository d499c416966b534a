"""The worked example of docs/pricing.md, computed by the engine."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from pricing import (
    BookedStay,
    BookingPace,
    ListingFacts,
    MarketStatistics,
    Night,
    Rules,
    automatic_base_price,
    price_calendar,
)
from pricing.market import WEEKS, week_of_year
from pricing.market_estimate import pace_of_night
from pricing.rules import (
    DayOfWeekMinPrice,
    MinMaxPrices,
    SeasonalPrices,
    TimeBasedAdjustment,
    TimeBasedAdjustments,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "pricing.md"


def tables() -> list[list[list[str]]]:
    """The rows of each table of the section, without its heading."""
    section = DOCUMENT.read_text().split("## Worked example")[1].split("\n## ")[0]
    found = re.findall(r"\| --- .*\n((?:\|.*\n)+)", section)
    assert len(found) == 3
    return [[[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()] for table in found]


@pytest.fixture
def inputs() -> dict[str, str]:
    return dict(tables()[0])


@pytest.fixture
def steps() -> list[list[str]]:
    return tables()[1]


def demand(inputs: dict[str, str]) -> BookingPace:
    return pace_of_night(
        booked=float(inputs["units of the market booked so far"]),
        for_sale=float(inputs["units of the market for sale that night"]),
        usual=float(inputs["share usually booked a week ahead"]),
    )


def market(inputs: dict[str, str]) -> MarketStatistics:
    today, night = date.fromisoformat(inputs["today"]), date.fromisoformat(inputs["night"])
    season = [1.0] * WEEKS
    season[week_of_year(night.toordinal(), date(night.year, 1, 1).toordinal())] = float(inputs["season of that week"])
    weekdays = [1.0] * 7
    weekdays[night.weekday()] = float(inputs["Saturday"])
    unknown = BookingPace(0.0, 0.0, 1.0)
    return MarketStatistics(
        as_of=today,
        country=inputs["country"],
        city=inputs["city"],
        season=tuple(season),
        day_of_week=tuple(weekdays),
        events={"saint_anthony": float(inputs["saint_anthony"])},
        pace=(*[unknown] * (night - today).days, demand(inputs)),
    )


def rules(inputs: dict[str, str]) -> Rules:
    return Rules(
        min_max_prices=MinMaxPrices(
            min_price=int(inputs["minimum price"]),
            day_of_week_min_prices=(DayOfWeekMinPrice(weekday=5, min_price=int(inputs["minimum price on Saturdays"])),),
            seasonal_prices=(
                SeasonalPrices(
                    start_date=date(2027, 6, 1),
                    end_date=date(2027, 9, 15),
                    max_price=int(inputs["maximum price from 1 June to 15 September"]),
                ),
            ),
        ),
        time_based_adjustments=TimeBasedAdjustments(
            time_based_adjustments=(
                TimeBasedAdjustment(
                    days=7,
                    direction="within",
                    percentage=int(inputs["adjustment within 7 days, in percent"]),
                ),
            )
        ),
    )


@pytest.fixture
def night(inputs: dict[str, str]) -> Night:
    listing = ListingFacts(currency=inputs["currency"], base_price=int(inputs["base price"]))
    of_that_night = date.fromisoformat(inputs["night"])
    week_before = BookedStay(
        check_in=of_that_night - timedelta(days=int(inputs["nights booked of the 14 around it"])),
        check_out=of_that_night,
    )
    [priced] = price_calendar(
        listing,
        market(inputs),
        [week_before],
        rules(inputs),
        date.fromisoformat(inputs["today"]),
        [of_that_night],
    )
    return priced


def test_every_factor_is_as_documented(night: Night, steps: list[list[str]]) -> None:
    documented = [(key, float(ratio), int(amount) * 100) for key, ratio, _, _, amount in steps]

    computed = [(factor.key, round(factor.ratio, 3), factor.amount) for factor in night.factors]

    assert computed == documented


def test_every_line_follows_from_the_line_above(steps: list[list[str]]) -> None:
    assert len(steps) == 8
    exact, price = 1.0, 0
    for key, ratio, shown, whole, amount in steps:
        exact *= float(shown) if key == "base_price" else float(ratio)
        if shown:
            assert f"{exact:.2f}" == shown
            assert int(exact + 0.5) == int(whole)
        assert price + int(amount) == int(whole)
        price = int(whole)


def test_price_and_limits_are_as_documented(night: Night) -> None:
    sentence = DOCUMENT.read_text().split("The night costs")[1].split("\n\n")[0]

    documented = [int(amount) for amount in re.findall(r"\b\d{5}\b", sentence)]

    assert documented == [night.price, night.effective_min_price, night.effective_max_price]


def test_the_automatic_base_price_is_as_documented() -> None:
    documented = {name: int(value) for name, value in tables()[2]}
    today = date(2027, 6, 5)
    nights, rate = documented["own booked nights"], documented["own rate"]
    stays = [
        BookedStay(
            check_in=today - timedelta(days=10 * (number + 1)),
            check_out=today - timedelta(days=10 * (number + 1) - 3),
            total=3 * rate * 100,
        )
        for number in range(nights // 3)
    ]
    level = float(documented["level of the market"])
    of_the_market = MarketStatistics(as_of=today, currency="EUR", levels=(level, level))

    base_price = automatic_base_price(ListingFacts(currency="EUR", bedrooms=1), stays, of_the_market)

    assert base_price == documented["automatic base price"]
