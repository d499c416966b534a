"""What a channel takes for one night. Rates are fitted to it before they are compared with the channel's and pushed.

Users set prices and stays once for all channels of a listing, so a value that one channel does not take is not refused:
that channel gets the nearest value that it takes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connectors.amounts import minor_units_per_unit
from connectors.values import NightRate


@dataclass(frozen=True, slots=True)
class Accepted:
    """The bounds of a channel. None: it documents none, and takes all that this server's API takes."""

    highest_price: int | None = None  # whole units of the currency
    longest_stay: int | None = None  # nights, for min stays and max stays


def fitted(rates: Sequence[NightRate], accepted: Accepted, currency: str) -> list[NightRate]:
    """The nearest rates that the channel takes.

    A price is above 0, stays are of one night or more, and no max stay is below the min stay of its night.
    """
    highest = accepted.highest_price and accepted.highest_price * minor_units_per_unit(currency)
    return [_fitted(rate, highest, accepted.longest_stay) for rate in rates]


def _fitted(rate: NightRate, highest_price: int | None, longest_stay: int | None) -> NightRate:
    price = _between(rate.price, highest_price)
    min_stay = None if rate.min_stay is None else _between(rate.min_stay, longest_stay)
    max_stay = None if rate.max_stay is None else max(_between(rate.max_stay, longest_stay), min_stay or 1)
    if (price, min_stay, max_stay) == (rate.price, rate.min_stay, rate.max_stay):
        return rate
    return replace(rate, price=price, min_stay=min_stay, max_stay=max_stay)


def _between(value: int, highest: int | None) -> int:
    return max(value if highest is None else min(value, highest), 1)
