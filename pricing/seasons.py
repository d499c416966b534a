"""Seasonal rules: the nights they cover, and the precedence between rules that overlap."""

from bisect import bisect_left, bisect_right
from calendar import isleap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import MAXYEAR, date
from typing import TypeVar

from pricing.horizon import Horizon
from pricing.rules import Season

Rule = TypeVar("Rule", bound=Season)
Value = TypeVar("Value")


def occurrences(season: Season, first: int, last: int) -> Iterator[tuple[int, int]]:
    """The occurrences of a season that overlap the nights from `first` to `last`, both included.

    Each is a pair of its first and last night. All nights are `date.toordinal()`. With `rollover` a season repeats in
    every later year, never in earlier ones. In a common year, 29 February becomes 28 February. A season that ends on
    the last day of February does so in every year.
    """
    start, end = season.start_date, season.end_date
    years_later = range(1)
    if season.rollover:
        last_year = MAXYEAR if last > date.max.toordinal() else date.fromordinal(last).year
        years_later = range(max(0, date.fromordinal(first).year - end.year), last_year - start.year + 1)
    for years in years_later:
        begins, ends = _start_in(start, start.year + years), _end_in(end, end.year + years)
        if begins <= ends and begins <= last and ends >= first:
            yield begins, ends


def _start_in(start: date, year: int) -> int:
    if (start.month, start.day) == (2, 29) and not isleap(year):
        return date(year, 2, 28).toordinal()
    return start.replace(year=year).toordinal()


def _end_in(end: date, year: int) -> int:
    if year > MAXYEAR:
        return date.max.toordinal()
    if year != end.year and end.month == 2 and end.day >= 28 + isleap(end.year):
        return date(year, 2, 28 + isleap(year)).toordinal()
    return end.replace(year=year).toordinal()


def spans(season: Season, horizon: Horizon) -> Iterator[tuple[int, int]]:
    """The nights of the horizon that the season covers, as slice bounds of positions in the horizon."""
    ordinals = horizon.ordinals
    for begins, ends in occurrences(season, ordinals[0], ordinals[-1]) if ordinals else ():
        low, high = bisect_left(ordinals, begins), bisect_right(ordinals, ends)
        if low < high:
            yield low, high


def by_specificity(rules: Iterable[Rule]) -> list[Rule]:
    """The rules with the most specific one last, whatever their order: a later rule overrides an earlier one.

    The API refuses overlapping ranges. If two overlap all the same, the shorter range wins, then the later one; between
    rules with the same range the choice depends on their content only.
    """

    def breadth(rule: Rule) -> tuple[int, date]:
        return (rule.start_date - rule.end_date).days, rule.start_date

    ordered = sorted(rules, key=breadth)
    if len({breadth(rule) for rule in ordered}) < len(ordered):
        ordered.sort(key=lambda rule: (breadth(rule), _content(rule)))
    return ordered


def _content(rule: Season) -> list[list[str]]:
    """A sort key that is equal for rules with the same content, whatever the order of their tuples."""
    values = [getattr(rule, field.name) for field in fields(rule)]
    return [sorted(map(repr, value)) if isinstance(value, tuple) else [repr(value)] for value in values]


def overlay(
    slots: list[Value],
    horizon: Horizon,
    rules: Sequence[Rule],
    value: Callable[[Rule], Value | None],
) -> None:
    """Write each rule's value into the slots of its nights, the most specific rule last. None writes nothing."""
    for rule in by_specificity(rules):
        if (covering := value(rule)) is not None:
            for low, high in spans(rule, horizon):
                slots[low:high] = [covering] * (high - low)
