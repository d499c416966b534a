"""What the engine says of one night.

Named tuples and not frozen dataclasses: there are some 2,000 of them in a year, and the frozen ones take four times
as long to build. Factors are put into words only when somebody reads them: a push never does.
"""

import datetime
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from pricing.money import round_to_unit


class Factor(NamedTuple):
    """One step on the way from the base price to the night's price (contract: `Factor`).

    The first factor is always the base price, and the amounts of all factors add up to the price.

    key: `base_price`, `season`, `day_of_week`, `event`, `demand`, `occupancy`, `time_based_adjustment`,
        `min_price` or `max_price`. order: position, from 0. ratio: what the price before was multiplied by.
    amount: what it added, in minor units, negative when it took away.
    reason: a sentence or a name for people. event_impact: `low`, `medium`, `high` for events, else None.
    """

    key: str
    order: int
    ratio: float
    amount: int
    reason: str | None
    event_impact: str | None


class Step(NamedTuple):
    """A factor before it meets a price. The ratio has two decimals: what is shown is what is used."""

    key: str
    ratio: float
    reason: str
    event_impact: str | None = None


class Base(NamedTuple):
    """Where all prices of a listing start: its base price in whole units, and the minor units of one."""

    price: float
    minor_units: int


class Night(NamedTuple):
    """The price and the stay rules of one night.

    Prices are in minor units of the listing's currency, always a whole number of whole units, and
    effective_min_price <= price <= effective_max_price (None: no maximum).
    min_stay, max_stay: nights a stay that arrives on this date must at least and may at most have
    (None: no maximum); min_stay <= max_stay.
    checkin_allowed, checkout_allowed: whether a stay may arrive, or depart, on this date.
    base, steps: what the price was computed from, None for a factor that left the night as it was.
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
        """What moved the price, in the order in which it did; computed anew each time it is read.

        Every step is shown as it changes the rounded price, so that the amounts add up to the price.
        """
        exact, minor_units = self.base
        whole = round_to_unit(exact)
        factors = [Factor("base_price", 0, 1.0, whole * minor_units, "Base price of the listing", None)]
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
            # Nothing times any ratio is nothing: after a reduction by 100 % the amount alone tells the story.
            ratio = round(self.price / (whole * minor_units), 4) if whole else 1.0
            factors.append(Factor(key, order, ratio, beyond, reason, None))
        return tuple(factors)


_LIMITS = {True: ("min_price", "Raised to the minimum price"), False: ("max_price", "Lowered to the maximum price")}

# Take the fields as one tuple, in order, unchecked: half the time of the constructor.
new_factor: Callable[[tuple[str, int, float, int, str | None, str | None]], Factor] = partial(tuple.__new__, Factor)
new_night: Callable[[tuple[object, ...]], Night] = partial(tuple.__new__, Night)
