"""Operations that change monthly prices, and the currencies of listings (S4-S6)."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sandbox.spotahome.ads import Ad, Ads
from sandbox.spotahome.bodies import Member, id_number, list_of, number, object_of, one_of, optional, unsigned
from sandbox.spotahome.operations import Authorization, Call, Operation
from sandbox.spotahome.paths import LISTING
from sandbox.spotahome.price_records import DAYS, NIGHTS_OF_A_MONTH, SYMBOLS, figures, minimum, record_of
from sandbox.spotahome.problems import Problem
from sandbox.store import NightChange

TYPES = ("fixed", "byMonth", "byDay")
CONTAINER = {"fixed": "fixedPrice", "byMonth": "pricesByMonth", "byDay": "pricesByDay"}
PRICED_AHEAD = 731
"""Number of coming nights whose price a new monthly price sets."""


def write_price(ads: Ads, ad: Ad, changes: Mapping[str, Any]) -> Ad:
    """Write the new record and the prices of the coming nights, so that guests book by them.

    A night costs a thirtieth of the month's price, divided by the monthly discount. The world applies that discount to
    long stays, so that a guest pays the month's price again.
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
    """S4: `priceType` says which of the three members is valid."""
    body = call.body
    container = CONTAINER[body["priceType"]]
    if container not in body:
        raise Problem(422, {container: {"isEmpty": "Value is required and can't be empty"}})
    write_price(call.ads, call.ads.ad(call.id), {"type": body["priceType"], container: body[container]})


def change_prices(call: Call) -> list[dict[str, Any]]:
    """S5: adds `amountValue`, in base units or percent, to every valid price. The answer lists only failures."""
    failed = []
    for listing_id in call.body["listingIds"]:
        error = call.switches["bulk_price_errors"].get(str(listing_id)) or _error_of_change(call, listing_id)
        if error:
            failed.append({"listingId": listing_id, "error": error})
    return failed


def _error_of_change(call: Call, listing_id: int) -> str | None:
    """Change the prices of one listing. Returns the error, or None if they were changed."""
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


def _each(figures: Any, change: Callable[[int], int]) -> Any:
    """The same figure, list or list of lists with each figure changed."""
    return [_each(figure, change) for figure in figures] if isinstance(figures, list) else change(figures)


def currencies(call: Call) -> list[dict[str, str]]:
    """S6: the currencies of the listings that exist, each once."""
    found = dict.fromkeys(
        listing.currency
        for listing_id in call.body["listingIds"]
        if (listing := call.ads.world.listing(listing_id, at=call.ads.at))
    )
    return [{"label": currency, "symbol": SYMBOLS.get(currency, currency)} for currency in found]


def days_of_each_month(value: object) -> list[list[int]]:
    """The check of `pricesByDay`: twelve lists with one price for each day of the month."""
    months = list_of(lambda month: month, length=12)(value)
    return [list_of(unsigned, length=days)(month) for month, days in zip(months, DAYS, strict=True)]


PRICE_BODY = object_of(
    {
        "priceType": Member(one_of(*TYPES)),
        "fixedPrice": optional(unsigned),
        "pricesByMonth": optional(list_of(unsigned, length=12)),
        "pricesByDay": optional(days_of_each_month),
    }
)
BULK_BODY = object_of(
    {
        "listingIds": Member(list_of(id_number)),
        "amountType": Member(one_of("fixed", "percentage")),
        "amountValue": optional(number),
    }
)
OPERATIONS = (
    Operation("S4", "PUT", f"{LISTING}/price", change_price, 204, frozenset({401, 404, 422, 500}), PRICE_BODY),
    Operation("S5", "PUT", "/listings/price", change_prices, 200, frozenset({500}), BULK_BODY),
    Operation(
        "S6",
        "POST",
        "/listings/currencies",
        currencies,
        200,
        frozenset({500}),
        object_of({"listingIds": Member(list_of(id_number))}),
        Authorization.IGNORED,
    ),
)
