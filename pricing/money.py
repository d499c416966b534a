"""Whole and minor currency units.

Customizations and amounts come in whole units (euros, yen, dinars), prices leave in minor units (cents,
yen, fils). How many decimals a currency has is ISO 4217's exponent, not always two.
"""

from decimal import Decimal
from math import ceil, floor

# Whole currency units. Contract schemas say `number`, so all three arrive.
Money = int | float | Decimal

# Those that do not have two decimals.
_EXPONENTS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
    "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip

# 50 x 1.15 is 57.49999999999999 in binary, and a half to everybody else. Far more than a dozen products lose, far less
# than anybody can see; a factor, so that a higher amount is never rounded to a lower one.
_A_HAIR_MORE = 1 + 1e-12


def minor_units_per_unit(currency: str | None) -> int:
    """100 for euros, 1 for yen, 1000 for Kuwaiti dinars; a currency that is missing or unknown has cents."""
    return int(10 ** _EXPONENTS.get((currency or "").upper(), 2))


def round_to_unit(amount: float) -> int:
    """The nearest whole unit, halves up. Amounts are never negative here."""
    return int(amount * _A_HAIR_MORE + 0.5)


def lowest_whole_price(minimum: Money) -> int:
    """The lowest price in whole units that is not below `minimum`."""
    return ceil(minimum)


def highest_whole_price(maximum: Money) -> int:
    """The highest price in whole units that is not above `maximum`."""
    return floor(maximum)
