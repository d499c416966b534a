"""Groups of listings whose figures are published, and the figures of a group.

The listings of a city are divided into groups. Each group has many owners, so its figures tell nothing about a single
one. Every published figure of synced listings is a sum over whole groups. The difference of two figures is therefore
again made of whole groups, and never of a single owner.
"""

from array import array
from collections.abc import Callable, Collection, Iterable, Mapping

from markets.insight_days import (
    ANY_BEDROOMS,
    ANY_CLUSTER,
    DAYS,
    FIRST_LEAD,
    UNKNOWN_BEDROOMS,
    Figure,
    YearOfDays,
)
from markets.owner_caps import LARGEST_KEPT, NOTHING, Cap, Contributions, cap_of
from pricing.market_shares import FEWEST_OWNERS

# A kind of listings: number of bedrooms and neighborhood.
Kind = tuple[int, str]
Group = frozenset[Kind]

# A part of a city becomes a group of its own if it and the rest have this many owners: on a single date only some of
# them contribute, and at least FEWEST_OWNERS must.
OWNERS_TO_SPLIT = 25

_CAPPED = FIRST_LEAD * DAYS  # positions of figures, which come before those of the distributions


def groups_of(owners: Mapping[Kind, Collection[int]]) -> list[Group]:
    """Divide the kinds of listings of a city, each with its owners: by bedrooms, and each size by neighborhood."""
    if len(_together(owners, owners)) < FEWEST_OWNERS:
        return []
    return [
        part
        for size in _split(frozenset(owners), owners, lambda kind: kind[0], unknown=UNKNOWN_BEDROOMS)
        for part in _split(size, owners, lambda kind: kind[1], unknown=ANY_CLUSTER)
    ]


def _split(
    kinds: Group, owners: Mapping[Kind, Collection[int]], by: Callable[[Kind], int | str], unknown: int | str
) -> list[Group]:
    parts: dict[int | str, set[Kind]] = {}
    for kind in kinds:
        parts.setdefault(by(kind), set()).add(kind)
    sizes = {value: len(_together(part, owners)) for value, part in parts.items()}
    large = sorted(
        (value for value in parts if value != unknown and sizes[value] >= OWNERS_TO_SPLIT),
        key=lambda value: (-sizes[value], str(value)),
    )
    rest = {kind for value, part in parts.items() if value not in large for kind in part}
    while rest and large and len(_together(rest, owners)) < OWNERS_TO_SPLIT:
        rest |= parts[large.pop()]
    groups = [frozenset(parts[value]) for value in large]
    return [*groups, frozenset(rest)] if rest else groups


def _together(kinds: Iterable[Kind], owners: Mapping[Kind, Collection[int]]) -> set[int]:
    return {owner for kind in kinds for owner in owners[kind]}


def parts_of(kinds: Iterable[Kind]) -> set[Kind]:
    """The parts of a city that can be asked for: each size, each neighborhood, each pair of both, and all listings."""
    parts = {(ANY_BEDROOMS, ANY_CLUSTER)}
    for bedrooms, cluster in kinds:
        sizes = {ANY_BEDROOMS} if bedrooms == UNKNOWN_BEDROOMS else {ANY_BEDROOMS, bedrooms}
        parts |= {(size, name) for size in sizes for name in {ANY_CLUSTER, cluster}}
    return parts


def is_in(kind: Kind, part: Kind) -> bool:
    return part[0] in (ANY_BEDROOMS, kind[0]) and part[1] in (ANY_CLUSTER, kind[1])


def groups_in(part: Kind, groups: Collection[Group]) -> list[Group]:
    """The groups that make up the part; none if the part has listings of a group that is not wholly in it."""
    inside = [group for group in groups if any(is_in(kind, part) for kind in group)]
    return inside if all(is_in(kind, part) for group in inside for kind in group) else []


class _Application:
    """What the owners of one application contribute to each figure of a group."""

    def __init__(self) -> None:
        self.totals = array("d", bytes(8 * _CAPPED))
        self.owners = array("q", bytes(8 * _CAPPED))
        self.largest = array("d", bytes(8 * _CAPPED * LARGEST_KEPT))

    def add(self, numbers: Mapping[int, float]) -> None:
        largest = self.largest
        for position, amount in numbers.items():
            if position >= _CAPPED or amount <= 0:
                continue
            self.totals[position] += amount
            self.owners[position] += 1
            first, at = position * LARGEST_KEPT, position * LARGEST_KEPT + LARGEST_KEPT - 1
            if amount > largest[at]:
                while at > first and amount > largest[at - 1]:
                    largest[at] = largest[at - 1]
                    at -= 1
                largest[at] = amount

    def at(self, position: int) -> Contributions:
        owners, first = self.owners[position], position * LARGEST_KEPT
        largest = self.largest[first : first + min(owners, LARGEST_KEPT)]
        return Contributions(self.totals[position], owners, tuple(largest))


class GroupCaps:
    """Collects what each owner of a group contributes, and says how much of it counts."""

    def __init__(self) -> None:
        self._applications: dict[int, _Application] = {}
        self._caps: dict[int, Cap] = {}

    def add_owner(self, application: int, numbers: Mapping[int, float]) -> None:
        """Add the numbers of all listings of an owner in the group. Each owner is added once."""
        if application not in self._applications:
            self._applications[application] = _Application()
        self._applications[application].add(numbers)

    def settle(self) -> None:
        """Compute the caps, when all owners have been added."""
        owners = [each.owners for each in self._applications.values()]
        for position, counts in enumerate(zip(*owners, strict=True)):
            if sum(counts) < FEWEST_OWNERS:
                continue
            applications = self._applications.items()
            cap = cap_of({name: each.at(position) for name, each in applications if each.owners[position]})
            if cap != NOTHING:
                self._caps[position] = cap
        self._applications.clear()

    def count(self, days: YearOfDays, application: int, numbers: Mapping[int, float]) -> None:
        """Add the numbers of an owner, as far as they count. An owner's distributions count as much as the arrivals."""
        for position, amount in numbers.items():
            if position < _CAPPED:
                days.numbers[position] += self._counted(position, application, amount)
            else:
                arrivals = Figure.CHECKINS * DAYS + position % DAYS
                counted = self._counted(arrivals, application, numbers[arrivals])
                days.numbers[position] += amount * counted / numbers[arrivals]

    def _counted(self, position: int, application: int, amount: float) -> float:
        cap = self._caps.get(position, NOTHING)
        return min(amount, cap.amount) if cap.application in (None, application) else 0.0
