"""Converts between rents at Spotahome and nightly prices.

A rent is the price of a month in whole units of the currency, and belongs to a day of the year. There are 366 days,
including 29 February, and no years. A month counts 30 nights: rent = nightly price x 30.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.amounts import major_units, minor_units
from connectors.monthly_rents import MONTHS, NIGHTS_PER_RENT
from connectors.payloads import Malformed, read_amount
from connectors.spotahome.payloads import MonthlyPrice
from connectors.values import NightRate

LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# Month and day, both from 1.
DayOfYear = tuple[int, int]
DAYS_OF_YEAR: Sequence[DayOfYear] = [
    (month, day) for month, length in enumerate(LENGTHS, 1) for day in range(1, length + 1)
]
Rents = Mapping[DayOfYear, Decimal]


def day_of_year(night: date) -> DayOfYear:
    return night.month, night.day


def read_rents(monthly_price: Any) -> tuple[str, Rents]:
    """The type and a rent for each day of the year, from a listing's `monthlyPrice`.

    Only the container that the type names counts; the others may hold unrelated figures. If it is missing, the lowest
    rent applies to all days. Raises Malformed.
    """
    read = MonthlyPrice.read(monthly_price)
    match read.type:
        case "fixed" if _is_there(read.fixed_price):
            rents = _all_days(_rent(read.fixed_price, "fixedPrice"))
        case "byMonth" if _is_there(read.prices_by_month):
            rents = _by_month(_months(read.prices_by_month, "pricesByMonth"))
        case "byDay" if _is_there(read.prices_by_day):
            rents = _by_day(_months(read.prices_by_day, "pricesByDay"))
        case "fixed" | "byMonth" | "byDay":
            rents = _all_days(_rent(read.minimum_price, "minimumPrice"))
        case _:
            raise Malformed("monthlyPrice.type")
    return read.type, rents


def _is_there(value: Any) -> bool:
    return value is not None and value != ""


def _all_days(rent: Decimal) -> Rents:
    return dict.fromkeys(DAYS_OF_YEAR, rent)


def _months(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Malformed(name)
    return value


def _by_month(months: Mapping[str, Any]) -> Rents:
    rents = [_rent(months.get(name), name) for name in MONTHS]
    return {(month, day): rents[month - 1] for month, day in DAYS_OF_YEAR}


def _by_day(months: Mapping[str, Any]) -> Rents:
    rents: dict[DayOfYear, Decimal] = {}
    for month, (name, length) in enumerate(zip(MONTHS, LENGTHS, strict=True), 1):
        days = months.get(name)
        if not isinstance(days, list) or len(days) != length:
            raise Malformed(f"pricesByDay.{name}")
        rents |= {(month, day): _rent(rent, name) for day, rent in enumerate(days, 1)}
    return rents


def _rent(value: Any, name: str) -> Decimal:
    try:
        rent = read_amount(value)
    except ValueError:
        raise Malformed(name) from None
    if rent is None or rent < 0:
        raise Malformed(name)
    return rent


def nightly(rent: Decimal, currency: str | None) -> int | None:
    """A night's price in minor units: 915 euros a month are 3050 cents. None without a currency."""
    return minor_units(rent / NIGHTS_PER_RENT, currency)


def average_nightly(rents: Rents, currency: str | None) -> int | None:
    """The average price of a night over the year, in minor units."""
    return nightly(sum(rents.values(), Decimal(0)) / len(rents), currency)


def whole_rent(price: int, currency: str) -> Decimal:
    """The rent in whole units for a nightly price in minor units, rounded half up."""
    return (major_units(price, currency) * NIGHTS_PER_RENT).to_integral_value(ROUND_HALF_UP)


def folded(rates: Iterable[NightRate], currency: str) -> Rents:
    """Rents by day of the year. If a day of the year occurs twice, the earlier night counts."""
    rents: dict[DayOfYear, Decimal] = {}
    for rate in sorted(rates, key=lambda rate: rate.night):
        rents.setdefault(day_of_year(rate.night), whole_rent(rate.price, currency))
    return rents


def as_prices_by_day(rents: Rents) -> list[list[int]]:
    """The body of a price by day: 12 arrays of whole units, with 29 in February."""
    return [
        [int(rents[month, day].to_integral_value(ROUND_HALF_UP)) for day in range(1, length + 1)]
        for month, length in enumerate(LENGTHS, 1)
    ]
