"""Rules that apply by lead time: the number of days from today to a night."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from pricing.rules import Direction

Value = TypeVar("Value")


class LeadTimeRule(NamedTuple):
    """When a rule applies. Of two rules with the same days and direction the one with the higher rank wins."""

    days: int
    direction: Direction
    rank: int


def by_lead_time(rules: Iterable[tuple[LeadTimeRule, Value]], lead_times: Sequence[int]) -> list[Value | None]:
    """The value of the rule that applies to each lead time; None where no rule applies.

    `lead_times` are ascending. `within` covers lead times up to and including its days, `after` longer ones. The
    narrowest rule wins: the shortest `within`, otherwise the longest `after`.
    """
    slots: list[Value | None] = [None] * len(lead_times)
    for rule, value in sorted(rules, key=lambda entry: _narrowness(entry[0])):
        border = bisect_right(lead_times, rule.days)
        if rule.direction == "within":
            slots[:border] = [value] * border
        else:
            slots[border:] = [value] * (len(slots) - border)
    return slots


def _narrowness(rule: LeadTimeRule) -> tuple[bool, int, int]:
    within = rule.direction == "within"
    return within, -rule.days if within else rule.days, rule.rank
