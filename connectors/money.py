"""Amounts as channels write them (major units, decimals) and as we keep them (minor units, whole)."""

from decimal import ROUND_HALF_UP, Decimal

from pricing import minor_units_per_unit


def minor_units(amount: Decimal | None, currency: str | None) -> int | None:
    """211.62 euros are 21162; None without an amount or a currency, for then nobody knows what it is worth."""
    if amount is None or currency is None:
        return None
    return int((amount * minor_units_per_unit(currency)).to_integral_value(ROUND_HALF_UP))


def major_units(amount: int, currency: str | None) -> Decimal:
    """21162 cents are 211.62 euros."""
    return Decimal(amount) / minor_units_per_unit(currency)
