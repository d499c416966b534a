"""Monthly prices in whole base units of the listing's currency: fixed, by calendar month or by calendar day.

A listing has one record with room for all three. Its type says which one is valid. The other two may contain unrelated
figures, as in the documentation's samples.
"""

from datetime import date, timedelta
from functools import cache
from typing import Any

from sandbox.demand import REFERENCE_YEAR, host_price_factor
from sandbox.markets import MARKETS
from sandbox.spotahome.ads import Ad
from sandbox.world.listings import Listing

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""February always has 29 days, because prices have no year."""
NIGHTS_OF_A_MONTH = 30
MINOR_PER_BASE = 100
SYMBOLS = {"EUR": "€", "GBP": "£", "CZK": "Kč"}
Record = dict[str, Any]
"""`type`, and optionally `fixedPrice`, `pricesByMonth` (12 prices) and `pricesByDay` (12 lists of prices)."""


def record_of(ad: Ad) -> Record:
    """The record that was written, or the landlord's own one."""
    written: Record | None = ad.kept.get("price")
    return _own_record(ad.listing) if written is None else written


def _own_record(listing: Listing) -> Record:
    """The prices that the landlord set. Every second listing has a fixed price, the others by month or by day."""
    month = listing.base_price * NIGHTS_OF_A_MONTH * listing.monthly_discount
    by_month = [round(month * factor) for factor in _factors_of_months(listing.city)]
    record: Record = {"type": "fixed", "fixedPrice": round(sum(by_month) / 12)}
    if listing.number % 2 == 0:
        record |= {"type": "byMonth", "pricesByMonth": by_month}
    if listing.number % 8 == 0:
        by_day = [[price] * days for price, days in zip(by_month, DAYS, strict=True)]
        record |= {"type": "byDay", "pricesByDay": by_day}
    return record


@cache
def _factors_of_months(city: str) -> list[float]:
    """The factor that the landlords of a city put on their base price, averaged over the nights of each month."""
    first, market = date(REFERENCE_YEAR, 1, 1), MARKETS[city]
    nights = [first + timedelta(days=number) for number in range(sum(DAYS))]
    factors = [(night.month, host_price_factor(market, night)) for night in nights]
    return [sum(factor for month, factor in factors if month == own) / days for own, days in enumerate(DAYS, 1)]


def figures(record: Record) -> list[list[int]]:
    """The valid prices as 12 lists with one price for each day."""
    match record["type"]:
        case "fixed":
            return [[record["fixedPrice"]] * days for days in DAYS]
        case "byMonth":
            return [[price] * days for price, days in zip(record["pricesByMonth"], DAYS, strict=True)]
        case _:
            by_day: list[list[int]] = record["pricesByDay"]
            return by_day


def minimum(record: Record) -> int:
    return min(min(days) for days in figures(record))


def monthly_price(record: Record) -> dict[str, Any]:
    """The record in a listing. It shows months by name, while S4 takes them as an array."""
    shown: dict[str, Any] = {"type": record["type"], "minimumPrice": minimum(record)}
    if "fixedPrice" in record:
        shown["fixedPrice"] = record["fixedPrice"]
    for name in ("pricesByMonth", "pricesByDay"):
        if name in record:
            shown[name] = dict(zip(MONTHS, record[name], strict=True))
    return shown


def price(record: Record, currency: str) -> dict[str, Any]:
    """The lowest valid price, in minor units."""
    symbol = SYMBOLS.get(currency, currency)
    return {"amount": minimum(record) * MINOR_PER_BASE, "currency": {"isoCode": currency, "symbol": symbol}}
