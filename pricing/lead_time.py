"""Rules by lead time: how many days from today a night is."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from pricing.rules import Direction

Value = TypeVar("Value")


class LeadTimeRule(NamedTuple):
    days: int
    direction: Direction
    rank: int  # of two rules for the same days and direction the higher one wins


def by_lead_time(rules: Iterable[tuple[LeadTimeRule, Value]], lead_times: Sequence[int]) -> list[Value | None]:
    """What holds for each of the ascending lead times, None where nothing does.

    `within` covers up to and including its days, `after` what is farther away. The narrowest rule wins: the
    shortest `within`, else the longest `after`; `within` before `after`, for what is near matters first.
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
