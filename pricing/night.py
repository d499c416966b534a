"""The result of the engine for one night.

The types are named tuples because a year needs about 2,000 of them, and frozen dataclasses take four times as long to
build. Factors are computed only when they are read; a push to a channel never reads them.
"""

import datetime
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from pricing.factor_keys import BASE_PRICE, MAX_PRICE, MIN_PRICE
from pricing.money import round_to_unit


class Factor(NamedTuple):
    """One step from the base price to the night's price (contract: `Factor`).

    The first factor is always the base price, and the amounts of all factors add up to the price.

    key: one of pricing/factor_keys.py. order: position, from 0. ratio: the multiplier of the previous price.
    amount: the change of the rounded price, in minor units.
    reason: a sentence or a name for people. event_impact: `low`, `medium` or `high` for events, otherwise None.
    """

    key: str
    order: int
    ratio: float
    amount: int
    reason: str | None
    event_impact: str | None


class Step(NamedTuple):
    """A factor without an amount. The ratio is rounded to two decimals, so that the shown ratio is the applied one."""

    key: str
    ratio: float
    reason: str
    event_impact: str | None = None


class Base(NamedTuple):
    """The base price of a listing in whole units, and the number of minor units of one whole unit."""

    price: float
    minor_units: int


class Night(NamedTuple):
    """The price and the stay rules of one night.

    price, effective_min_price, effective_max_price: minor units of the listing's currency, always a multiple of one
        whole unit; effective_min_price <= price <= effective_max_price (None: no maximum).
    min_stay, max_stay: nights; the limits for a stay that arrives on this date (None: no maximum);
        min_stay <= max_stay.
    checkin_allowed, checkout_allowed: whether a stay may arrive or depart on this date.
    base, steps: the inputs of the price. A step is None where the factor did not change the price.
    """

    date: datetime.date
    price: int
    effective_min_price: int
    effective_max_price: int | None
    min_stay: int
    max_stay: int | None
    checkin_allowed: bool
    checkout_allowed: bool
    base: Base
    steps: tuple[Step | None, ...]

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The factors in the order in which they apply; computed on every access.

        Each amount is the change of the rounded price, so that the amounts add up to the price.
        """
        exact, minor_units = self.base
        whole = round_to_unit(exact)
        factors = [Factor(BASE_PRICE, 0, 1.0, whole * minor_units, "Base price of the listing", None)]
        order = 1
        for step in self.steps:
            if step is not None:
                key, ratio, reason, impact = step
                exact *= ratio
                before, whole = whole, round_to_unit(exact)
                factors.append(new_factor((key, order, ratio, (whole - before) * minor_units, reason, impact)))
                order += 1
        if beyond := self.price - whole * minor_units:
            key, reason = _LIMITS[beyond > 0]
            # No ratio leads from 0 to another price: after a reduction by 100 % only the amount is meaningful.
            ratio = round(self.price / (whole * minor_units), 4) if whole else 1.0
            factors.append(Factor(key, order, ratio, beyond, reason, None))
        return tuple(factors)


_LIMITS = {True: (MIN_PRICE, "Raised to the minimum price"), False: (MAX_PRICE, "Lowered to the maximum price")}

# These take all fields as one tuple, in order, without checks. They need half the time of the constructors.
new_factor: Callable[[tuple[str, int, float, int, str | None, str | None]], Factor] = partial(tuple.__new__, Factor)
new_night: Callable[[tuple[object, ...]], Night] = partial(tuple.__new__, Night)
