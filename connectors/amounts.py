"""Amounts as channels write them (whole units with decimals) and as this server keeps them (minor units)."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from iso4217 import Currency


@lru_cache(maxsize=512)  # currencies are texts of channels
def minor_units_per_unit(currency: str | None) -> int:
    """100 for euros, 1 for yen, 1000 for Kuwaiti dinars, by ISO 4217. An unknown or missing currency has cents."""
    try:
        exponent = Currency((currency or "").upper()).exponent
    except ValueError:
        exponent = None
    return int(10 ** (2 if exponent is None else exponent))


def minor_units(amount: Decimal | None, currency: str | None) -> int | None:
    """211.62 euros are 21162. None without an amount, and without a currency, which would leave the worth open."""
    if amount is None or currency is None:
        return None
    return int((amount * minor_units_per_unit(currency)).to_integral_value(ROUND_HALF_UP))


def major_units(amount: int, currency: str | None) -> Decimal:
    """21162 cents are 211.62 euros."""
    return Decimal(amount) / minor_units_per_unit(currency)
