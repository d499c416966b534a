"""Prices of months and of nights. The rule, which docs/channels-coliving.md states for users: a month is 30 nights.

    what a night costs = price of its month / 30, to the minor unit
    price of a month   = 30 x the average of its nights in the coming year, to a whole unit of the currency

Coliving has one price for each calendar month, whatever the year, so a year of nights makes up all of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from connectors.amounts import minor_units_per_unit
from connectors.monthly_rents import MONTHS, NIGHTS_PER_RENT
from connectors.values import NightRate

NIGHTS_A_YEAR = 365


def night_price(month_price: int) -> int:
    """Of a month's price; both in minor units."""
    return (2 * month_price + NIGHTS_PER_RENT) // (2 * NIGHTS_PER_RENT)


def month_price(night_prices: Iterable[int], currency: str) -> int:
    """Whole units of the currency, from nights in minor units. Reading it back as nights and again gives the same."""
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
    """Each night at the thirtieth part of its month's price. Coliving knows no stay rules."""
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
    """What a night costs, from minor units by name of month; None where its month is not priced."""
    price = month_prices.get(MONTHS[night.month - 1])
    return None if price is None else night_price(price)
