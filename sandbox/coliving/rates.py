"""Room types with their monthly prices, and setting the prices.

The world has prices of nights and a discount for long stays. A month has 30 nights:

    price of a month = 30 x nightly price x monthly discount
"""

from datetime import UTC, date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.coliving.batches import Problems, id_of, read_batch
from sandbox.coliving.envelope import Failure, success, success_message
from sandbox.coliving.keys import portfolio_of
from sandbox.coliving.room_types import RoomTypes
from sandbox.coliving.switches import Switches
from sandbox.demand import host_price_factor
from sandbox.state import Sandbox
from sandbox.store import NightChange
from sandbox.world.listings import Listing

RATES = "coliving rates"
"""Kind of the documents that hold prices."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
PRICES = tuple(f"price_{month}" for month in MONTHS)
NIGHTS_A_MONTH = 30
PRICED_NIGHTS = 800
"""Number of coming nights whose price a new monthly price sets."""
WEDNESDAY = 2


class Rates:
    def __init__(self, sandbox: Sandbox, room_types: RoomTypes, switches: Switches) -> None:
        self._sandbox, self._room_types, self._switches = sandbox, room_types, switches

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/integrations/{provider}/listings/{listing_id}/room-types", self.room_types, methods=["GET"]),
            Route("/integrations/{provider}/rates", self.set, methods=["POST", "PUT", "PATCH"]),
        ]

    async def room_types(self, request: Request) -> Response:
        house = id_of(request.path_params["listing_id"])
        found = self._room_types.of_house(portfolio_of(request), house) if house is not None else []
        if not found:
            raise Failure(404, "Listing not found or unauthorized")
        return success({"room_types": [self._room_type(room_type) for room_type in found]})

    async def set(self, request: Request) -> Response:
        switches = self._switches.now()
        batch = await read_batch(
            request,
            portfolio_of(request),
            self._room_types,
            self._problems,
            names_listings=False,
            error_details=switches["error_details"],
        )
        for item, room_type in () if switches["deaf"] else batch:
            self._write(room_type, {name: item[name] for name in ("base_price", *PRICES) if item.get(name) is not None})
        return success_message("Rates updated successfully")

    def prices(self, room_type: Listing) -> dict[str, float]:
        """The base price and the prices of months that differ from it: the written ones, or else the host's own."""
        written = self._sandbox.store.get(RATES, room_type.id, at=self._sandbox.clock.now())
        return _own_prices(room_type) | (written.body or {} if written else {})

    def _room_type(self, room_type: Listing) -> dict[str, Any]:
        return {
            "room_type_id": room_type.id,
            "name": room_type.name,
            "room_type": "private",
            "amount": room_type.units,
            "prices": {"currency": room_type.currency, **self.prices(room_type)},
        }

    def _problems(self, item: dict[str, Any], room_type: Listing) -> Problems:
        problems = {
            name: f"The {name} must be at least 0."
            for name in ("base_price", *PRICES)
            if name in item and not _is_price(item[name]) and not (name in PRICES and item[name] is None)
        }
        if "base_price" not in item:
            problems["base_price"] = "The base_price field is required."
        if item.get("currency") != room_type.currency:
            problems["currency"] = f"The currency must be {room_type.currency}."
        return problems

    def _write(self, room_type: Listing, prices: dict[str, float]) -> None:
        before, now = self.prices(room_type), self._sandbox.clock.now()
        after = before | prices
        self._sandbox.store.put(RATES, room_type.id, after, at=now, portfolio=room_type.portfolio)
        moved = {month for month, name in enumerate(PRICES, 1) if _price(after, name) != _price(before, name)}
        first = datetime.fromtimestamp(now, UTC).toordinal()
        nights = [night for night in range(first, first + PRICED_NIGHTS) if date.fromordinal(night).month in moved]
        changes = [(night, NightChange(price=_nightly(room_type, after, night))) for night in nights]
        self._sandbox.world.change_nights(room_type, changes, at=now)


def monthly(room_type: Listing, nightly: float) -> float:
    """The price of a month at a price of each night."""
    return round(NIGHTS_A_MONTH * nightly * room_type.monthly_discount)


def _price(prices: dict[str, float], name: str) -> float:
    return prices.get(name, prices["base_price"])


def _nightly(room_type: Listing, prices: dict[str, float], night: int) -> float:
    price = _price(prices, PRICES[date.fromordinal(night).month - 1])
    return round(price / NIGHTS_A_MONTH / room_type.monthly_discount, room_type.decimals)


def _own_prices(room_type: Listing) -> dict[str, float]:
    """The host's own prices: the base price, and prices of the months that differ from it."""
    prices: dict[str, float] = {"base_price": monthly(room_type, room_type.base_price)}
    for month, name in enumerate(PRICES, 1):
        factor = _season(room_type, month)
        if factor != 1.0:
            prices[name] = monthly(room_type, room_type.base_price * factor)
    return prices


def _season(room_type: Listing, month: int) -> float:
    """The host's factor on the base price in a month, without the weekend's."""
    days = (date(2024, month, day) for day in range(1, 8))
    midweek = next(day for day in days if day.weekday() == WEDNESDAY)
    return host_price_factor(room_type.market, midweek) if room_type.market else 1.0


def _is_price(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**9
