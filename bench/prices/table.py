"""The figures as tables in Markdown, and their place in docs/price-quality.md."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import fmean
from textwrap import wrap
from typing import Any

from bench.prices.measuring import AUTOMATIC, REFERENCE, STATIC, TABLE

BEGIN, END = "<!-- figures: `make bench ONLY=prices` writes what follows -->", "<!-- end of the figures -->"
Rows = Sequence[Mapping[str, Any]]


def tables(rows: Rows) -> list[str]:
    """All tables; those about goals only if the engine with an automatic base price was measured."""
    lines = [
        "Revenue ÷ that of the dynamic program:",
        "",
        *_by_market(rows, "to_reference"),
        "",
        "Revenue ÷ that of the table of eight numbers:",
        "",
        *_by_market(rows, "to_table", without=(REFERENCE, TABLE)),
        "",
        "Revenue ÷ that of one static price:",
        "",
        *_by_market(rows, "to_static", without=(STATIC,)),
        "",
        "Sold share of the nights:",
        "",
        *_occupancy(rows),
    ]
    if all("first_day" in row for row in rows):
        lines += ["", "Automatic base price ÷ best level, and the upper bound:", "", *_bases(rows)]
        lines += ["", "Goals:", "", *_goals(rows)]
    return lines


def _header(rows: Rows, first: str, last: str = "mean") -> list[str]:
    names = [first, *(f"{row['market']} ({row['use']})" for row in rows), *([last] if last else [])]
    return [f"| {' | '.join(names)} |", "|" + " --- |" * len(names)]


def _by_market(rows: Rows, figure: str, without: Sequence[str] = ()) -> list[str]:
    lines = _header(rows, "policy")
    for policy in rows[0][figure]:
        if policy not in without:
            pairs = [row[figure][policy] for row in rows]
            cells = [_with_interval(*pair) for pair in (*pairs, mean_of(pairs))]
            lines.append(f"| {policy} | {' | '.join(cells)} |")
    return lines


def _with_interval(value: float, half: float) -> str:
    return f"{value:.2f}" if half == 0 else f"{value:.2f} ± {half:.2f}"


def mean_of(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The mean over markets, whose errors are independent."""
    return fmean(value for value, _ in pairs), sum(half**2 for _, half in pairs) ** 0.5 / len(pairs)


def _occupancy(rows: Rows) -> list[str]:
    lines = _header(rows, "policy")
    for policy in rows[0]["occupancy"]:
        shares = [row["occupancy"][policy] for row in rows]
        lines.append(f"| {policy} | {' | '.join(f'{share:.2f}' for share in (*shares, fmean(shares)))} |")
    return lines


def _bases(rows: Rows) -> list[str]:
    def cells(values: Sequence[float | None]) -> str:
        return " | ".join("-" if value is None else f"{value:.2f}" for value in values)

    return [
        *_header(rows, "figure", ""),
        f"| automatic base price ÷ best level, first day | {cells([row['first_day'] for row in rows])} |",
        f"| the same after six months | {cells([row['half_year'] for row in rows])} |",
        f"| upper bound ÷ the dynamic program | {cells([row['bound'] for row in rows])} |",
    ]


def _goals(rows: Rows) -> list[str]:
    """The goals of the engine, beside what the dynamic program reaches."""

    def of(figure: str, policy: str = AUTOMATIC) -> dict[str, float]:
        return {row["market"]: row[figure][policy][0] for row in rows}

    def mean(figure: str, policy: str = AUTOMATIC) -> float:
        return fmean(of(figure, policy).values())

    def worst(figure: str, policy: str = AUTOMATIC) -> str:
        values = of(figure, policy)
        name = min(values, key=lambda market: values[market])
        return f"{values[name]:.2f} ({name})"

    def line(name: str, found: str, known: str, goal: str, met: bool) -> str:
        return f"| {name} | {found} | {known} | {goal}: {'met' if met else 'missed'} |"

    def base(name: str, when: str, least: float, most: float) -> str:
        values = {row["market"]: row[when] for row in rows}
        farthest = max(values, key=lambda market: max(values[market], 1 / values[market]))
        met = all(least <= value <= most for value in values.values())
        return line(name, f"{values[farthest]:.2f} ({farthest})", "-", f"{least} to {most}", met)

    to_program, to_table = of("to_reference").values(), of("to_table").values()
    program_mean, static_mean = mean("to_reference"), mean("to_static")
    known_table, known_static = worst("to_table", REFERENCE), f"{mean('to_static', REFERENCE):.2f}"
    return [
        "| figure | engine, automatic base price | dynamic program | goal |",
        "| --- | --- | --- | --- |",
        line("÷ dynamic program, mean", f"{program_mean:.2f}", "1.00", "≥ 0.95", program_mean >= 0.95),
        line("÷ dynamic program, worst market", worst("to_reference"), "1.00", "≥ 0.90", min(to_program) >= 0.9),
        line("÷ table of eight numbers, worst market", worst("to_table"), known_table, "≥ 1.05", min(to_table) >= 1.05),
        line("÷ one static price, mean", f"{static_mean:.2f}", known_static, "≥ 1.25", static_mean >= 1.25),
        base("automatic base ÷ best level on the first day, farthest market", "first_day", 0.75, 1.25),
        base("automatic base ÷ best level after six months, farthest market", "half_year", 0.9, 1.1),
    ]


def write(found: Mapping[str, Any], page: Path, measured_on: date) -> None:
    """Replace the figures of the page. Raises ValueError if the page has no place for them."""
    before, after = around(page, BEGIN, END)
    rows = found["rows"]
    years = sum(row["listing_years"] for row in rows)
    intro = (
        f"Measured on {measured_on.isoformat()}: {years} listing-years in {len(rows)} markets, "
        f"{found['seconds']:.0f} seconds of one core. ± is half of the 95 % interval."
    )
    page.write_text("\n".join([before, "", *wrap(intro, 120), "", *tables(rows), "", after]))


def around(page: Path, begin: str, end: str) -> tuple[str, str]:
    """The page up to a mark, and from another one on. Raises ValueError if it does not have both."""
    before, first, rest = page.read_text().partition(begin)
    _, last, after = rest.partition(end)
    if not first or not last:
        raise ValueError(f"{page} has no marks for the figures: {begin} and {end}")
    return before + begin, end + after
