"""`/listings/{id}/calendar/priceDetails`: the price of a stay and its components."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.hostaway.account import Account, Accounts
from sandbox.hostaway.amounts import amounts_of, component, components
from sandbox.hostaway.arguments import amount, day, json_object, required, whole
from sandbox.hostaway.calendar import LONGEST_STAY
from sandbox.hostaway.envelope import Fail, success
from sandbox.world.listings import Listing
from sandbox.world.nights import length_discount


class PriceDetails:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def routes(self) -> list[BaseRoute]:
        return [Route("/v1/listings/{listing_id:id}/calendar/priceDetails", self.retrieve, methods=["POST"])]

    async def retrieve(self, request: Request) -> Response:
        """The price of a stay. It does not matter whether the nights are free."""
        account, body = self._accounts.of(request), await json_object(request)
        listing = account.listing(request.path_params["listing_id"])
        arrival = required(day(body, "startingDate"), "startingDate")
        departure = required(day(body, "endingDate"), "endingDate")
        guests = required(whole(body, "numberOfGuests", least=1), "numberOfGuests")
        if required(whole(body, "version"), "version") != 2:
            raise Fail(400, "version must be 2.")
        if not 1 <= departure - arrival <= LONGEST_STAY:
            raise Fail(400, "endingDate must be after startingDate.")
        if body.get("reservationCouponId") is not None:
            raise Fail(400, f"Coupon {body['reservationCouponId']} not found.")
        markup = amount(body, "markup", least=1.0) or 1.0
        return success(_price_details(account, listing, arrival, departure, guests, markup))


def _price_details(
    account: Account, listing: Listing, arrival: int, departure: int, guests: int, markup: float
) -> dict[str, Any]:
    nights = departure - arrival
    terms = account.sandbox.world.terms(listing, arrival, departure - 1, at=account.now)
    full_rent = round(sum(night.price for night in terms) * markup, listing.decimals)
    rent = round(full_rent * length_discount(listing, nights), listing.decimals)
    amounts = amounts_of(listing, rent=rent, nights=nights, guests=guests, source="direct")
    parts = components(amounts, discount=round(rent - full_rent, 2))
    deposit = component("fee", "damageDeposit", "Refundable damage deposit", listing.deposit)
    return {
        "totalPrice": amounts.total,
        "originalTotalPrice": amounts.total,
        "selectedComponentsAmount": 0.0,
        "components": [*parts, deposit | {"isIncludedInTotalPrice": 0}],
        "extraComponents": [],
        "selectedComponents": [],
    }
