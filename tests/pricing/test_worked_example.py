"""The worked example of docs/pricing.md, computed by the engine."""

import re
from datetime import date, timedelta
from math import exp
from pathlib import Path
from typing import Any

import pytest

from pricing import (
    BookedStay,
    BookingPace,
    ListingFacts,
    MarketStatistics,
    Night,
    Rules,
    price_calendar,
)
from pricing.market import WEEKS, week_of_year
from pricing.market_estimate import demand_ratio
from pricing.rules import (
    DayOfWeekMinPrice,
    MinMaxPrices,
    SeasonalPrices,
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


def market(inputs: dict[str, str]) -> MarketStatistics:
    today, night = date.fromisoformat(inputs["today"]), date.fromisoformat(inputs["night"])
    season = [1.0] * WEEKS
    season[week_of_year(night.toordinal(), date(night.year, 1, 1).toordinal())] = float(inputs["season of that week"])
    weekdays = [1.0] * 7
    weekdays[night.weekday()] = float(inputs["Saturday"])
    requests, left = (
        float(inputs["requests for such a night at the usual rate"]),
        float(inputs["share of the requests still to come a week ahead"]),
    )
    so_far = float(inputs["requests for the night so far, relative to the usual"])
    elasticity = float(inputs["elasticity"])
    lengths = tuple(map(float, inputs["share of stays of one, two and three nights"].split(", ")))
    to_come = requests * exp(elasticity - 1) * (2 - 1 / sum(n * share for n, share in enumerate(lengths, 1))) * left
    pace = BookingPace(0.7, 0.6, round(demand_ratio(to_come, so_far), 2), so_far)
    ahead = (night - today).days
    return MarketStatistics(
        as_of=today,
        country=inputs["country"],
        city=inputs["city"],
        season=tuple(season),
        day_of_week=tuple(weekdays),
        events={"saint_anthony": float(inputs["saint_anthony"])},
        requests=requests,
        elasticity=elasticity,
        requests_left=(left,) * (ahead + 1) + (1.0,) * 100,
        stay_lengths=lengths,
        pace=(*[BookingPace(0.0, 0.0, 1.0)] * ahead, pace),
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
    )


@pytest.fixture
def night(inputs: dict[str, str]) -> Night:
    listing = ListingFacts(currency=inputs["currency"], base_price=int(inputs["base price"]))
    of_that_night = date.fromisoformat(inputs["night"])
    gap = int(inputs["nights of the gap around the night"])
    around = [
        BookedStay(check_in=of_that_night - timedelta(days=3), check_out=of_that_night),
        BookedStay(check_in=of_that_night + timedelta(days=gap), check_out=of_that_night + timedelta(days=gap + 3)),
    ]
    [priced] = price_calendar(
        listing,
        market(inputs),
        around,
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


def test_the_level_of_the_market_is_as_documented() -> None:
    documented = {name: float(value) for name, value in tables()[2]}
    of_the_market = MarketStatistics(
        as_of=date(2027, 6, 5),
        requests=documented["requests"],
        elasticity=documented["elasticity"],
        stay_lengths=(1.0,),
    )

    assert round(documented["usual rate"] * of_the_market.best_to_usual) == documented["level of the market"]


def test_a_year_is_priced_from_plain_values(capsys: pytest.CaptureFixture[str]) -> None:
    [program] = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    namespace: dict[str, Any] = {"__name__": "example"}

    exec(compile(program, str(DOCUMENT), "exec"), namespace)  # noqa: S102  the documented example

    assert len(namespace["nights"]) == 365
    assert capsys.readouterr().out.startswith("2027-03-01 ")
