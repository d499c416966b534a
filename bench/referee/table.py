"""The figures of the second referee as tables in Markdown, and their place in docs/price-quality.md."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import fmean
from textwrap import wrap
from typing import Any

from bench.prices.measuring import TABLE
from bench.prices.table import around, mean_of
from bench.referee.measuring import HOST, POLICIES

BEGIN = "<!-- second referee: `make bench ONLY=referee` writes what follows -->"
END = "<!-- end of the second referee's figures -->"
Rows = Sequence[Mapping[str, Any]]


def tables(rows: Rows) -> list[str]:
    return [
        "Revenue ÷ that of the table of eight numbers:",
        "",
        *_ratios(rows, "to_table", without=TABLE),
        "",
        "Revenue ÷ that of the manager's own prices:",
        "",
        *_ratios(rows, "to_host", without=HOST),
        "",
        "Nights sold to guests who booked after the first day, ÷ all nights:",
        "",
        *_header(rows, "policy"),
        *(_line(policy, [row["sold"][policy] for row in rows]) for policy in POLICIES),
        "",
        "Automatic base price ÷ best static price:",
        "",
        *_header(rows, "when"),
        _line("first day", [row["first_base"] for row in rows]),
        _line("last day", [row["last_base"] for row in rows]),
    ]


def _header(rows: Rows, first: str) -> list[str]:
    names = [first, *(f"{row['market']} ({row['listings']})" for row in rows), "mean"]
    return [f"| {' | '.join(names)} |", "|" + " --- |" * len(names)]


def _ratios(rows: Rows, figure: str, *, without: str) -> list[str]:
    lines = _header(rows, "policy")
    for policy in POLICIES:
        if policy != without:
            pairs = [row[figure][policy] for row in rows]
            cells = [f"{value:.2f} ± {half:.2f}" for value, half in (*pairs, mean_of(pairs))]
            lines.append(f"| {policy} | {' | '.join(cells)} |")
    return lines


def _line(name: str, values: Sequence[float]) -> str:
    return f"| {name} | {' | '.join(f'{value:.2f}' for value in (*values, fmean(values)))} |"


def write(found: Mapping[str, Any], page: Path, measured_on: date) -> None:
    """Replace the figures of the page. Raises ValueError if the page has no place for them."""
    before, after = around(page, BEGIN, END)
    rows, what = found["rows"], found["what"]
    intro = (
        f"Measured on {measured_on.isoformat()}: {sum(row['listings'] for row in rows)} listings in {len(rows)} "
        f"markets, {what['days']} days from {what['opening']}, account {what['client_id']}, "
        f"seed {', '.join(map(str, what['seeds']))}. "
        "In brackets: listings. ± is half of the 95 % interval, paired over listings."
    )
    page.write_text("\n".join([before, "", *wrap(intro, 120), "", *tables(rows), "", after]))
