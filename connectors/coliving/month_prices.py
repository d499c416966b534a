"""Prices of months and of nights. The rule, which docs/channels-coliving.md states for users: a month is 30 nights.

    price of a night = price of its month / 30, to the minor unit
    price of a month = 30 x the average of its nights in the coming year, to a whole unit of the currency

Coliving has one price for each calendar month, whatever the year, so a year of nights covers all of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from connectors.amounts import minor_units_per_unit
from connectors.monthly_rents import MONTHS, NIGHTS_PER_RENT
from connectors.values import NightRate

NIGHTS_A_YEAR = 365


def night_price(month_price: int) -> int:
    """The price of a night from the price of its month, both in minor units."""
    return (2 * month_price + NIGHTS_PER_RENT) // (2 * NIGHTS_PER_RENT)


def month_price(night_prices: Iterable[int], currency: str) -> int:
    """The price of a month in whole units, from nights in minor units. Converting back and forth keeps the result."""
    nights = list(night_prices)
    unit = minor_units_per_unit(currency)
    average = (2 * sum(nights) + len(nights)) // (2 * len(nights))
    return (2 * NIGHTS_PER_RENT * average + unit) // (2 * unit)


def by_month(rates: Sequence[NightRate]) -> dict[int, list[int]]:
    """Prices of the nights of the coming year by calendar month, 1 to 12; months without a night are missing."""
    months: dict[int, list[int]] = {}
    for rate in rates[:NIGHTS_A_YEAR]:
        months.setdefault(rate.night.month, []).append(rate.price)
    return months


def month_prices(rates: Sequence[NightRate], currency: str) -> dict[int, int]:
    """Whole units by calendar month."""
    return {month: month_price(nights, currency) for month, nights in by_month(rates).items()}


def as_sold(rates: Sequence[NightRate], currency: str) -> list[NightRate]:
    """Each night costs a thirtieth of its month's price. Coliving has no stay rules."""
    unit = minor_units_per_unit(currency)
    nightly = {month: night_price(price * unit) for month, price in month_prices(rates, currency).items()}
    return [
        replace(
            rate,
            price=nightly[rate.night.month],
            min_stay=None,
            max_stay=None,
            checkin_allowed=None,
            checkout_allowed=None,
        )
        for rate in rates
    ]


def price_of(night: date, month_prices: Mapping[str, int]) -> int | None:
    """The price of a night, from prices in minor units by name of month. None if its month has no price."""
    price = month_prices.get(MONTHS[night.month - 1])
    return None if price is None else night_price(price)
