"""Amounts of money for people: the code of the currency before the number, and decimals only where there are any."""

from pricing import minor_units_per_unit

NO_BREAK = "\N{NO-BREAK SPACE}"


def amount(minor: int, currency: str | None) -> str:
    """`EUR 1,250` or `EUR 12.50` for an amount in minor units of the currency."""
    return with_code(number(minor, currency), currency)


def number(minor: int, currency: str | None) -> str:
    """The amount without the currency: `1,250` or `12.50`."""
    units = minor_units_per_unit(currency)
    sign, whole, rest = "\N{MINUS SIGN}" * (minor < 0), abs(minor) // units, abs(minor) % units
    decimals = f".{rest:0{len(str(units)) - 1}d}" if rest else ""
    return f"{sign}{whole:,}{decimals}"


def change(minor: int, currency: str | None) -> str:
    """The amount with its sign, also if it is positive."""
    return ("+" if minor > 0 else "") + number(minor, currency)


def whole_amount(units: float, currency: str | None) -> str:
    """`EUR 1,250` for an amount in whole units, as customizations have it: decimals are shown if there are any."""
    minor = minor_units_per_unit(currency)
    return amount(round(units * minor), currency)


def with_code(written: str, currency: str | None) -> str:
    return f"{currency}{NO_BREAK}{written}" if currency else written
