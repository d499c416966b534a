"""How much each owner counts in a published sum, so that the sum tells nothing about a single owner.

A sum is published only if at least FEWEST_OWNERS owners contribute to it. The contributions are cut at a common cap, so
that no owner has more than a fifth of the sum. Both rules also hold for what is left of the sum when an application
subtracts the contributions of its own owners, which it knows.
"""

from collections.abc import Iterable, Sequence
from math import inf
from typing import NamedTuple, Self

from pricing.market_shares import FEWEST_OWNERS, LARGEST_SHARE

# With a largest share of a fifth, at most four contributions can be above the cap.
LARGEST_KEPT = round(1 / LARGEST_SHARE)


class Contributions(NamedTuple):
    """What the owners of one application, or of several, contribute to a sum: enough to compute its cap.

    `largest` are the largest contributions, the largest first, LARGEST_KEPT at most. All contributions are positive.
    """

    total: float = 0.0
    owners: int = 0
    largest: tuple[float, ...] = ()

    @classmethod
    def of(cls, amounts: Sequence[float]) -> Self:
        return cls(sum(amounts), len(amounts), tuple(sorted(amounts, reverse=True)[:LARGEST_KEPT]))

    @classmethod
    def together(cls, several: Iterable["Contributions"]) -> Self:
        parts = list(several)
        largest = sorted((amount for part in parts for amount in part.largest), reverse=True)
        return cls(sum(part.total for part in parts), sum(part.owners for part in parts), tuple(largest[:LARGEST_KEPT]))

    def cap(self) -> float:
        """The highest cap with which no contribution is more than LARGEST_SHARE of their sum; infinite without need.

        With n contributions above the cap, it is a fifth of n times itself and the other contributions.
        """
        rest = self.total
        for above, largest in enumerate(self.largest):
            cap = rest / (LARGEST_KEPT - above)
            if largest <= cap or above == LARGEST_KEPT - 1:  # in the end only errors of rounding can say otherwise
                return max(cap, largest) if above else inf
            rest -= largest
        return 0.0  # fewer than FEWEST_OWNERS


class Cap(NamedTuple):
    """The rule for one sum: the largest amount that counts, 0 for none, and the only application that counts."""

    amount: float
    application: int | None = None


NOTHING = Cap(0.0)


def cap_of(by_application: dict[int, Contributions]) -> Cap:
    """The cap of a sum to which the owners of these applications contribute."""
    biggest = max(by_application, key=lambda application: (by_application[application].owners, -application), default=0)
    if not by_application:
        return NOTHING
    others = sum(each.owners for each in by_application.values()) - by_application[biggest].owners
    if others < FEWEST_OWNERS:  # the biggest application could tell what few others contribute
        alone = by_application[biggest]
        return Cap(alone.cap(), biggest) if alone.owners >= FEWEST_OWNERS else NOTHING
    without_one = (
        Contributions.together(each for other, each in by_application.items() if other != application)
        for application in by_application
    )
    return Cap(min(each.cap() for each in without_one))
