"""The tables of bench/prices, and their place in the page."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.prices.markets import BY_NAME
from bench.prices.measuring import (
    AUTOMATIC,
    BEST_BASE,
    GUESS,
    REFERENCE,
    STATIC,
    TABLE,
    Measured,
    measure_market,
    row_of,
)
from bench.prices.policies import Fixed, Policy
from bench.prices.table import BEGIN, END, tables, write
from bench.prices.world import World


def figures(name: str, engine: float, base: float) -> dict[str, Any]:
    """Two listing-years in which the reference earns 10,000 each and the engine the given part of it."""
    measured = Measured(BY_NAME[name], first_day=[1.0], half_year=[base])
    parts = {REFERENCE: 1.0, STATIC: 0.8, GUESS: 0.7, TABLE: 0.9, AUTOMATIC: engine, BEST_BASE: 1.0}
    for policy, part in parts.items():
        measured.revenue[policy] = [10_000 * part] * 2
        measured.occupancy[policy] = [0.5] * 2
    return row_of(measured)


def goals(*rows: dict[str, Any]) -> dict[str, list[str]]:
    lines = tables(rows)
    table = [line.strip("| ").split(" | ") for line in lines[lines.index("Goals:") + 4 :]]
    return {name: cells for name, *cells in table}


def test_goals_are_met_by_the_worst_market_or_missed() -> None:
    found = goals(figures("beach", 1.0, 1.05), figures("ski", 0.92, 0.5))

    assert found["÷ dynamic program, mean"] == ["0.96", "1.00", "≥ 0.95: met"]
    assert found["÷ dynamic program, worst market"] == ["0.92 (ski)", "1.00", "≥ 0.90: met"]
    assert found["÷ table of eight numbers, worst market"] == ["1.02 (ski)", "1.11 (beach)", "≥ 1.05: missed"]
    assert found["÷ one static price, mean"] == ["1.20", "1.25", "≥ 1.25: missed"]
    assert found["automatic base ÷ best level after six months, farthest market"] == [
        "0.50 (ski)",
        "-",
        "0.9 to 1.1: missed",
    ]


def test_writing_replaces_the_figures_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n\n{BEGIN}\nold figures\n{END}\nafter\n")

    write({"rows": [figures("beach", 0.9, 1.0)], "seconds": 12.3}, page, date(2027, 3, 1))

    text = page.read_text()
    assert text.startswith(f"before\n\n{BEGIN}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "Measured on 2027-03-01" in text
    assert "old figures" not in text


def test_a_page_without_a_place_for_figures_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing\n")

    with pytest.raises(ValueError, match="no marks"):
        write({"rows": [], "seconds": 0}, page, date(2027, 3, 1))


def test_a_policy_of_ones_own_takes_the_place_of_the_engine() -> None:
    market = BY_NAME["city"]
    price = World(market, 1, 1).level

    def make() -> Policy:
        return Fixed(np.full(365, price))

    measured = measure_market(market, [1], 1, {"mine": make})

    assert AUTOMATIC not in measured.revenue
    assert measured.ratio("mine")[0] > 0
    assert any(line.startswith("| mine |") for line in tables([row_of(measured)]))
