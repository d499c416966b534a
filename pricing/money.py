"""Whole and minor currency units.

Customizations and amounts come in whole units (euros, yen, dinars). Prices leave in minor units (cents, yen, fils).
The number of a currency's decimals is ISO 4217's exponent, from the `iso4217` package. CLDR's (babel's) numbers differ:
they give the decimals in daily use, such as none for the Iraqi dinar.
"""

from decimal import Decimal
from functools import lru_cache
from math import ceil, floor

from iso4217 import Currency

# Whole currency units. The contract's schemas say `number`, so all three types arrive.
Money = int | float | Decimal

DEFAULT_EXPONENT = 2

# 50 x 1.15 is 57.49999999999999 in binary floating point and must still be rounded up. The correction exceeds the
# error of a dozen products and is invisible in a price. It is a factor, so a higher amount never gives a lower price.
_ROUNDING_CORRECTION = 1 + 1e-12


@lru_cache(maxsize=1024)
def minor_units_per_unit(currency: str | None) -> int:
    """100 for euros, 1 for yen, 1000 for Kuwaiti dinars: ten to the power of ISO 4217's exponent.

    `currency` is a code in any case. A code that is missing, unknown or without minor units (gold: XAU) counts as
    having cents.
    """
    try:
        exponent = Currency((currency or "").upper()).exponent
    except ValueError:
        exponent = None
    return int(10 ** (DEFAULT_EXPONENT if exponent is None else exponent))


def round_to_unit(amount: float) -> int:
    """The nearest whole unit, halves rounded up. `amount` must not be negative."""
    return int(amount * _ROUNDING_CORRECTION + 0.5)


def lowest_whole_price(minimum: Money) -> int:
    """The lowest price in whole units that is not below `minimum`."""
    return ceil(minimum)


def highest_whole_price(maximum: Money) -> int:
    """The highest price in whole units that is not above `maximum`."""
    return floor(maximum)
