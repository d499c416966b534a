"""Our price beside the market's, week by week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean

from django.utils.safestring import SafeString

from console.charts.frame import Frame, Size, grid, month_labels, picture, ticks
from console.charts.svg import element, points


@dataclass(frozen=True, slots=True)
class PricedNight:
    """Whole units of one currency; `market` is None where the market has no price level."""

    night: date
    ours: float
    market: float | None


@dataclass(frozen=True, slots=True)
class Week:
    """Seven nights, or fewer at the end: means, and the lowest and highest of our prices."""

    first: date
    last: date
    ours: float
    lowest: float
    highest: float
    market: float | None


def weeks_of(nights: Sequence[PricedNight]) -> list[Week]:
    """Group nights in a row by seven: single nights would only show that weekends are dearer."""
    weeks = []
    for start in range(0, len(nights), 7):
        part = nights[start : start + 7]
        ours, market = [each.ours for each in part], [each.market for each in part if each.market is not None]
        level = fmean(market) if market else None
        weeks.append(Week(part[0].night, part[-1].night, fmean(ours), min(ours), max(ours), level))
    return weeks


def price_chart(weeks: Sequence[Week], size: Size, *, label: str, kind: str) -> SafeString:
    """A line for us with the range of its nights, and a dashed line for the market."""
    values = [each for week in weeks for each in (week.lowest, week.highest, week.market) if each is not None]
    numbers = ticks(min(values, default=0), max(values, default=1))
    frame = Frame(size, len(weeks), numbers[0], numbers[-1])
    middles = [frame.x(slot + 0.5) for slot in range(len(weeks))]
    above = [(x, frame.y(week.highest)) for x, week in zip(middles, weeks, strict=True)]
    below = [(x, frame.y(week.lowest)) for x, week in zip(middles, weeks, strict=True)]
    ours = [(x, frame.y(week.ours)) for x, week in zip(middles, weeks, strict=True)]
    drawn = [
        *grid(frame, numbers, lambda value: f"{value:,.0f}"),
        *month_labels(frame, _months(weeks)),
        element("polygon", points=points([*above, *reversed(below)]), class_="range"),
        *(element("polyline", points=points(line), class_="market") for line in _market_lines(frame, weeks)),
        element("polyline", points=points(ours), class_="ours"),
    ]
    return picture(size, drawn, label=label, kind=kind)


def _market_lines(frame: Frame, weeks: Sequence[Week]) -> list[list[tuple[float, float]]]:
    """The runs of weeks in which the market has a level: a gap stays a gap."""
    lines: list[list[tuple[float, float]]] = [[]]
    for slot, week in enumerate(weeks):
        if week.market is None:
            lines.append([])
        else:
            lines[-1].append((frame.x(slot + 0.5), frame.y(week.market)))
    return [line for line in lines if len(line) > 1]


def _months(weeks: Sequence[Week]) -> list[tuple[float, str]]:
    """The slot in which each first of a month lies, with the month's name. A week may contain one."""
    labels = []
    for slot, week in enumerate(weeks):
        days = (week.first + timedelta(days=each) for each in range((week.last - week.first).days + 1))
        labels += [(slot + (day - week.first).days / 7, f"{day:%b}") for day in days if day.day == 1]
    return labels
