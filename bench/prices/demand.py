"""How guests respond to prices: distributions of the highest price per night that a guest pays.

All prices are relative: 1 is the market's scale of that night (bench/prices/markets.py). A guest with a highest price
of w books a stay of L nights if its total is at most L times w. So demand at price p is arrivals x P(w >= p), the
independent Poisson demand of Gallego & van Ryzin (1994), "Optimal Dynamic Pricing of Inventories with Stochastic Demand
over Finite Horizons", Management Science 40(8).
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class WillingnessToPay(Protocol):
    """A distribution of the highest relative price per night."""

    def survival(self, price: Floats) -> Floats:
        """The share of guests who pay at least `price` (0 or more)."""
        ...

    def sample(self, random: np.random.Generator, count: int) -> Floats:
        """The highest prices of `count` guests. A guest with a negative one books at no price."""
        ...


@dataclass(frozen=True)
class Exponential:
    """Demand a e^(-p / mean), for which Gallego & van Ryzin (1994) solve the dynamic program in closed form; Talluri &
    van Ryzin (2004), The Theory and Practice of Revenue Management, chapter 7, call it log-linear."""

    mean: float = 1.0

    def survival(self, price: Floats) -> Floats:
        return np.exp(-price / self.mean)

    def sample(self, random: np.random.Generator, count: int) -> Floats:
        return random.exponential(self.mean, count)


@dataclass(frozen=True)
class Logit:
    """The S-shaped price response 1 / (1 + e^((p - middle) / spread)): Phillips (2005), Pricing and Revenue
    Optimization, chapter 3. Ye et al. (2018), "Customized Regression Model for Airbnb Dynamic Pricing", KDD, also price
    by the probability that a night is booked at a price."""

    middle: float = 1.0
    spread: float = 0.25

    def survival(self, price: Floats) -> Floats:
        return 1 / (1 + np.exp((price - self.middle) / self.spread))

    def sample(self, random: np.random.Generator, count: int) -> Floats:
        return random.logistic(self.middle, self.spread, count)


@dataclass(frozen=True)
class ConstantElasticity:
    """Demand proportional to p^(-elasticity) above `lowest`, which everybody pays: Talluri & van Ryzin (2004),
    chapter 7; Phillips (2005), chapter 3. Highest prices have a Pareto distribution."""

    elasticity: float = 2.0
    lowest: float = 0.6

    def survival(self, price: Floats) -> Floats:
        return np.minimum(1.0, (np.maximum(price, 1e-9) / self.lowest) ** -self.elasticity)

    def sample(self, random: np.random.Generator, count: int) -> Floats:
        return self.lowest * (1 + random.pareto(self.elasticity, count))


@dataclass(frozen=True)
class LogNormal:
    """Highest prices whose logarithm is normal, as incomes roughly are; Phillips (2005), chapter 3, derives a price
    response from any such distribution."""

    median: float = 1.0
    sigma: float = 0.4

    def survival(self, price: Floats) -> Floats:
        # Abramowitz & Stegun (1964), formula 7.1.26: the complement of the error function to 1.5e-7.
        z = np.log(np.maximum(price, 1e-9) / self.median) / (self.sigma * np.sqrt(2))
        t = 1 / (1 + 0.3275911 * np.abs(z))
        terms = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)
        tail = sum(term * t ** (power + 1) for power, term in enumerate(terms)) * np.exp(-(z**2))
        return np.asarray(np.where(z >= 0, tail, 2 - tail) / 2)

    def sample(self, random: np.random.Generator, count: int) -> Floats:
        return self.median * np.exp(self.sigma * random.standard_normal(count))


@dataclass(frozen=True)
class Choice:
    """A multinomial logit among the listing, its vacant competitors and staying away: McFadden (1974), "Conditional
    Logit Analysis of Qualitative Choice Behavior"; Talluri & van Ryzin (2004), "Revenue Management Under a General
    Discrete Choice Model of Consumer Behavior", Management Science 50(1).

    The utility of a listing is (1 - price / (quality x scale)) / spread plus a Gumbel error, that of staying away
    `outside` plus one. The guest's highest relative price is 1 + spread x (own error - the utility of the best other
    choice), a logistic variable around 1 - spread x `inclusive value`, the logarithm of the sum of e^utility of the
    other choices.
    """

    spread: float = 0.22
    outside: float = 0.0

    def survival(self, price: Floats, inclusive: Floats) -> Floats:
        return 1 / (1 + np.exp((price - 1) / self.spread + inclusive))


def booking_curve(mean: float, shape: float, longest: int = 364) -> Floats:
    """The share of requests that come each number of days before arrival, from 0 to `longest`; they add up to 1.

    A gamma distribution with this mean in days, in daily steps: requests come as a Poisson process whose rate depends
    on the lead time. Most guests of short-term rentals book within 30 days
    and the next largest group more than 90 days ahead (Key Data, "Are booking windows and stay lengths returning to
    normal?", 2022), so shapes are near 1.
    """
    days = np.arange(longest + 1) + 0.5
    density = days ** (shape - 1) * np.exp(-days * shape / mean)
    return np.asarray(density / density.sum())
