"""The colour scale of the calendar: a few equal steps of price, each with its numbers."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from console.charts.frame import nice_step

STEPS = 7
# The share of nights at each end that may lie outside the steps, so that one event does not make all others pale.
OUTSIDE = 0.04


@dataclass(frozen=True, slots=True)
class PriceScale:
    """`bounds` are the prices, in whole units, at which the next step begins. Step 0 is below the first bound."""

    bounds: tuple[int, ...]

    @classmethod
    def of(cls, prices: Sequence[float]) -> "PriceScale":
        """At most STEPS steps of the same width, over all prices but the few highest and lowest."""
        if not prices:
            return cls(())
        ordered = sorted(prices)
        cut = int(len(ordered) * OUTSIDE)
        low, high = ordered[cut], ordered[-1 - cut]
        step = nice_step((high - low) / (STEPS - 1))
        first = int(low // step + 1) * step
        bounds = tuple(first + step * each for each in range(STEPS - 1))
        return cls(tuple(bound for bound in bounds if bound <= ordered[-1]))

    def step_of(self, price: float) -> int:
        """The step of a price in whole units, from 0 (cheapest) to the number of bounds."""
        return bisect_right(self.bounds, price)

    @property
    def names(self) -> list[str]:
        """The prices of each step, for the legend."""
        if not self.bounds:
            return ["every price"]
        middle = [f"{low:,} to {high - 1:,}" for low, high in zip(self.bounds, self.bounds[1:], strict=False)]
        return [f"below {self.bounds[0]:,}", *middle, f"{self.bounds[-1]:,} and more"]
