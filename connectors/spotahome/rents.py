"""Rents at Spotahome, and the nightly prices they stand for.

A rent is for a month, in whole base units of the currency, and belongs to a day of the year: there are 366 such
days, 29 February among them, and no years. A month counts 30 nights: rent = nightly price x 30.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.amounts import major_units, minor_units
from connectors.monthly_rents import MONTHS, NIGHTS_PER_RENT
from connectors.reading import Fields, Malformed
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

    Only the container that the type names counts; others may stand beside it with unrelated figures. Where it is
    missing, the lowest rent stands for all days. Raises Malformed.
    """
    fields = Fields(monthly_price, "monthlyPrice")
    kind = fields.text("type")
    match kind:
        case "fixed" if "fixedPrice" in fields:
            rents = _all_days(_rent(fields, "fixedPrice"))
        case "byMonth" if "pricesByMonth" in fields:
            rents = _by_month(Fields(fields.member("pricesByMonth"), "pricesByMonth"))
        case "byDay" if "pricesByDay" in fields:
            rents = _by_day(Fields(fields.member("pricesByDay"), "pricesByDay"))
        case "fixed" | "byMonth" | "byDay":
            rents = _all_days(_rent(fields, "minimumPrice"))
        case _:
            raise Malformed("monthlyPrice.type")
    return kind, rents


def _all_days(rent: Decimal) -> Rents:
    return dict.fromkeys(DAYS_OF_YEAR, rent)


def _by_month(months: Fields) -> Rents:
    rents = [_rent(months, name) for name in MONTHS]
    return {(month, day): rents[month - 1] for month, day in DAYS_OF_YEAR}


def _by_day(months: Fields) -> Rents:
    rents: dict[DayOfYear, Decimal] = {}
    for month, (name, length) in enumerate(zip(MONTHS, LENGTHS, strict=True), 1):
        days = months.rows(name)
        if len(days) != length:
            raise Malformed(f"pricesByDay.{name}")
        rents |= {(month, day): _rent(Fields({name: rent}, name), name) for day, rent in enumerate(days, 1)}
    return rents


def _rent(fields: Fields, name: str) -> Decimal:
    rent = fields.amount(name)
    if rent is None or rent < 0:
        raise Malformed(name)
    return rent


def nightly(rent: Decimal, currency: str | None) -> int | None:
    """A night's price in minor units: 915 euros a month are 3050 cents. None without a currency."""
    return minor_units(rent / NIGHTS_PER_RENT, currency)


def average_nightly(rents: Rents, currency: str | None) -> int | None:
    """What a night costs over the year, minor units."""
    return nightly(sum(rents.values(), Decimal(0)) / len(rents), currency)


def whole_rent(price: int, currency: str) -> Decimal:
    """The rent, in whole base units, for a night's price in minor units; halves up."""
    return (major_units(price, currency) * NIGHTS_PER_RENT).to_integral_value(ROUND_HALF_UP)


def folded(rates: Iterable[NightRate], currency: str) -> Rents:
    """Dated nights on days of the year. A day that comes twice has the rent of the night that comes first."""
    rents: dict[DayOfYear, Decimal] = {}
    for rate in sorted(rates, key=lambda rate: rate.night):
        rents.setdefault(day_of_year(rate.night), whole_rent(rate.price, currency))
    return rents


def as_prices_by_day(rents: Rents) -> list[list[int]]:
    """The body of a price by day: 12 arrays, February's of 29. Units as they were read, whole."""
    return [
        [int(rents[month, day].to_integral_value(ROUND_HALF_UP)) for day in range(1, length + 1)]
        for month, length in enumerate(LENGTHS, 1)
    ]
