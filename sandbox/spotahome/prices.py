"""Monthly prices, whole base units of the listing's currency: fixed, by calendar month or by calendar day (S4-S6).

A listing has one record with room for all three; its type says which holds. The other two may stand beside it with
unrelated figures, as in the documentation's samples.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from sandbox.demand import MARKETS, REFERENCE_YEAR, host_price_factor
from sandbox.spotahome.ads import Ad, Ads
from sandbox.spotahome.bodies import Member, id_number, list_of, number, object_of, one_of, optional, unsigned
from sandbox.spotahome.operations import Call, Operation, Token
from sandbox.spotahome.problems import Problem
from sandbox.store import NightChange
from sandbox.world.listings import Listing

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""February always has its 29th: prices carry no year."""
NIGHTS_OF_A_MONTH = 30
MINOR_PER_BASE = 100
TYPES = ("fixed", "byMonth", "byDay")
CONTAINER = {"fixed": "fixedPrice", "byMonth": "pricesByMonth", "byDay": "pricesByDay"}
PRICED_AHEAD = 731
"""Nights for which a new price tells the world's guests what a stay costs."""
SYMBOLS = {"EUR": "€", "GBP": "£", "CZK": "Kč"}
Record = dict[str, Any]
"""`type`, and those of `fixedPrice`, `pricesByMonth` (12), `pricesByDay` (12 lists) that exist."""


def record_of(ad: Ad) -> Record:
    """What was written, or what the landlord set by hand before anybody wrote."""
    written: Record | None = ad.kept.get("price")
    return _by_hand(ad.listing) if written is None else written


def _by_hand(listing: Listing) -> Record:
    """Every second price is fixed; the others vary by month, a few by day."""
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
    """What the landlords of a city multiply their base price with, on average over each month's nights."""
    first, market = date(REFERENCE_YEAR, 1, 1), MARKETS[city]
    nights = [first + timedelta(days=number) for number in range(sum(DAYS))]
    factors = [(night.month, host_price_factor(market, night)) for night in nights]
    return [sum(factor for month, factor in factors if month == own) / days for own, days in enumerate(DAYS, 1)]


def figures(record: Record) -> list[list[int]]:
    """The holding container as 12 lists of days."""
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
    """As listings show it: months by name, not in a row as S4 takes them."""
    shown: dict[str, Any] = {"type": record["type"], "minimumPrice": minimum(record)}
    if "fixedPrice" in record:
        shown["fixedPrice"] = record["fixedPrice"]
    for name in ("pricesByMonth", "pricesByDay"):
        if name in record:
            shown[name] = dict(zip(MONTHS, record[name], strict=True))
    return shown


def price(record: Record, currency: str) -> dict[str, Any]:
    """The same in minor units."""
    symbol = SYMBOLS.get(currency, currency)
    return {"amount": minimum(record) * MINOR_PER_BASE, "currency": {"isoCode": currency, "symbol": symbol}}


def write_price(ads: Ads, ad: Ad, changes: Mapping[str, Any]) -> Ad:
    """Keeps the new record and prices the coming nights by it, so that guests book by it.

    A night is its month's thirtieth before the discount that long stays get, which gives the month's price back.
    """
    record = record_of(ad) | dict(changes)
    days = figures(record)
    per_night = 1 / (NIGHTS_OF_A_MONTH * ad.listing.monthly_discount)
    nights = (ads.today + timedelta(days=ahead) for ahead in range(PRICED_AHEAD))
    changed = [
        (night.toordinal(), NightChange(price=days[night.month - 1][night.day - 1] * per_night)) for night in nights
    ]
    ads.world.change_nights(ad.listing, changed, at=ads.at)
    return ads.keep(ad, "AdPriceWasUpdated", {"price": record})


def change_price(call: Call) -> None:
    """S4: the type names the field that counts."""
    body = call.body
    container = CONTAINER[body["priceType"]]
    if container not in body:
        raise Problem(422, {container: {"isEmpty": "Value is required and can't be empty"}})
    write_price(call.ads, call.ads.ad(call.id), {"type": body["priceType"], container: body[container]})


def change_prices(call: Call) -> list[dict[str, Any]]:
    """S5: `amountValue` is added to every figure that counts, as base units or percent. Only failures are listed."""
    failed = []
    for listing_id in call.body["listingIds"]:
        error = call.switches["bulk_price_errors"].get(str(listing_id)) or _changed_by(call, listing_id)
        if error:
            failed.append({"listingId": listing_id, "error": error})
    return failed


def _changed_by(call: Call, listing_id: int) -> str | None:
    try:
        ad = call.ads.ad(listing_id)
    except Problem as problem:
        return str(problem)
    amount: float = call.body.get("amountValue", 0)
    percentage = call.body["amountType"] == "percentage"
    record = record_of(ad)

    def changed(figure: int) -> int:
        return round(figure * (1 + amount / 100) if percentage else figure + amount)

    container = CONTAINER[record["type"]]
    new = _each(record[container], changed)
    if minimum(record | {container: new}) < 0:
        return "The price would be negative"
    write_price(call.ads, ad, {container: new})
    return None


def _each(figures: Any, change: Any) -> Any:
    return [_each(figure, change) for figure in figures] if isinstance(figures, list) else change(figures)


def currencies(call: Call) -> list[dict[str, str]]:
    """S6: those of the listings that exist, each once."""
    found = dict.fromkeys(
        listing.currency
        for listing_id in call.body["listingIds"]
        if (listing := call.ads.world.listing(listing_id, at=call.ads.at))
    )
    return [{"label": currency, "symbol": SYMBOLS.get(currency, currency)} for currency in found]


def days_of_each_month(value: Any) -> list[list[int]]:
    months = list_of(lambda month: month, length=12)(value)
    return [list_of(unsigned, length=days)(month) for month, days in zip(months, DAYS, strict=True)]


PRICE = object_of(
    {
        "priceType": Member(one_of(*TYPES)),
        "fixedPrice": optional(unsigned),
        "pricesByMonth": optional(list_of(unsigned, length=12)),
        "pricesByDay": optional(days_of_each_month),
    }
)
BULK = object_of(
    {
        "listingIds": Member(list_of(id_number)),
        "amountType": Member(one_of("fixed", "percentage")),
        "amountValue": optional(number),
    }
)
OPERATIONS = (
    Operation(
        "S4", "PUT", "/listings/{listing_id:id}/price", change_price, 204, frozenset({401, 404, 422, 500}), PRICE
    ),
    Operation("S5", "PUT", "/listings/price", change_prices, 200, frozenset({500}), BULK),
    Operation(
        "S6",
        "POST",
        "/listings/currencies",
        currencies,
        200,
        frozenset({500}),
        object_of({"listingIds": Member(list_of(id_number))}),
        Token.IGNORED,
    ),
)
