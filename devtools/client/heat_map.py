"""Prices and availability as a picture for terminals: two lines for each month, with one character a night.

It can be read without colours: the upper line has a bar for each price, the lower one a sign for each state.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from rich.text import Text

BARS = "▁▂▃▄▅▆▇█"
# From cheap to dear, one for each bar.
COLOURS = ("#2c7bb6", "#4a9cc9", "#7fbcd2", "#b9d7c0", "#f0d080", "#f5a85f", "#e8703f", "#c83232")
STATES = {"available": ("·", "green"), "booked": ("■", "magenta"), "blocked": ("x", "yellow"), "unknown": ("?", "dim")}
_LABEL_WIDTH = 9
_WIDTH_WITH_SUMMARY = _LABEL_WIDTH + 31 + 30


@dataclass(frozen=True)
class Day:
    """`price` is in whole units of the currency; None is not known."""

    night: date
    price: float | None
    state: str


def heat_map(days: Sequence[Day], width: int) -> Iterator[Text]:
    """The lines of the picture. On a narrow terminal each month has its summary on a line of its own."""
    prices = [day.price for day in days if day.price is not None]
    low, high = (min(prices), max(prices)) if prices else (0.0, 0.0)
    yield Text(" " * _LABEL_WIDTH + "1   5    10   15   20   25   30", style="dim")
    for (year, month), nights in groupby(days, key=lambda day: (day.night.year, day.night.month)):
        by_day = {day.night.day: day for day in nights}
        label = f"{date(year, month, 1):%b %Y}"
        upper, lower = Text(f"{label:<{_LABEL_WIDTH}}", style="bold"), Text(" " * _LABEL_WIDTH)
        upper.stylize("not bold", _LABEL_WIDTH)
        for number in range(1, 32):
            day = by_day.get(number)
            upper.append(*_bar(day, low, high))
            lower.append(*(STATES.get(day.state, STATES["unknown"]) if day else (" ", "")))
        of_prices, of_nights = _summary(list(by_day.values()))
        if width >= _WIDTH_WITH_SUMMARY:
            yield Text.assemble(upper, "  ", (of_prices, "dim"))
            yield Text.assemble(lower, "  ", (of_nights, "dim"))
        else:
            yield upper
            yield lower
            yield Text(f"{' ' * _LABEL_WIDTH}{of_prices}, {of_nights}", style="dim")
    yield Text(f"Prices: {BARS[0]} {low:,.0f} to {BARS[-1]} {high:,.0f}", style="dim")
    signs = [f"{sign} {state}" for state, (sign, _) in STATES.items()]
    rows = [signs] if width >= _WIDTH_WITH_SUMMARY else [signs[:2], signs[2:]]
    for number, row in enumerate(rows):
        yield Text(f"{'' if number else 'Nights:':<7} {', '.join(row)}", style="dim")


def _bar(day: Day | None, low: float, high: float) -> tuple[str, str]:
    if day is None or day.price is None:
        return " ", ""
    level = int((day.price - low) / (high - low) * len(BARS)) if high > low else 0
    level = min(level, len(BARS) - 1)
    return BARS[level], COLOURS[level]


def _summary(days: Sequence[Day]) -> tuple[str, str]:
    prices = [day.price for day in days if day.price is not None]
    booked = sum(day.state == "booked" for day in days)
    average = f"{sum(prices) / len(prices):,.0f} on average" if prices else "no prices"
    return average, f"{booked} of {len(days)} booked"
