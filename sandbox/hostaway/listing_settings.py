"""Settings of a listing: pricing settings, fees and taxes."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.hostaway.account import Account, Accounts
from sandbox.hostaway.arguments import flag, json_object
from sandbox.hostaway.envelope import success
from sandbox.world.listings import Listing

PRICING_SETTINGS = "hostaway pricing settings"
"""Kind of the documents that hold pricing settings."""
LOS_FLAGS = ("isAirbnbLOSActive", "isBookingLOSActive", "isVrboLOSActive", "isExpediaLOSActive")


class ListingSettings:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v1/listing/pricingSettings/{listing_id:id}", self.pricing, methods=["GET"]),
            Route("/v1/listing/pricingSettings/{listing_id:id}", self.change_pricing, methods=["PUT"]),
            Route("/v1/listingFeeSettings/{listing_id:id}", self.fees, methods=["GET"]),
            Route("/v1/listingTaxSettings/{listing_id:id}", self.taxes, methods=["GET"]),
        ]

    async def pricing(self, request: Request) -> Response:
        account = self._accounts.of(request)
        listing = account.listing(request.path_params["listing_id"])
        return success([_pricing(account, listing)])

    async def change_pricing(self, request: Request) -> Response:
        account, body = self._accounts.of(request), await json_object(request)
        listing = account.listing_to_change(request.path_params["listing_id"])
        flags = {name: int(value) for name in LOS_FLAGS if (value := flag(body, name)) is not None}
        settings = _pricing(account, listing) | flags
        account.sandbox.store.put(PRICING_SETTINGS, listing.id, settings, at=account.now, portfolio=account.id)
        return success(settings)

    async def fees(self, request: Request) -> Response:
        account = self._accounts.of(request)
        listing = account.listing(request.path_params["listing_id"])
        return success(_fees(listing))

    async def taxes(self, request: Request) -> Response:
        account = self._accounts.of(request)
        listing = account.listing(request.path_params["listing_id"])
        if not listing.tax_percent:
            return success([])
        tax = {
            "id": listing.id,
            "listingMapId": listing.id,
            "taxType": "propertyRentTax",
            "taxAppliedPer": "reservation",
            "amount": listing.tax_percent,
            "amountType": "percent",
            "applyTo": '["baseRate","priceForExtraPerson"]',
        }
        return success([tax])


def _pricing(account: Account, listing: Listing) -> dict[str, Any]:
    document = account.sandbox.store.get(PRICING_SETTINGS, listing.id, at=account.now)
    written = {} if document is None or document.body is None else document.body
    return {"id": listing.id, "listingMapId": listing.id, **dict.fromkeys(LOS_FLAGS, 0), **written}


def _fees(listing: Listing) -> list[dict[str, Any]]:
    fees = [
        ("cleaningFee", "Cleaning fee", "reservation", listing.cleaning_fee),
        ("priceForExtraPerson", "Extra guests", "person_per_night", listing.extra_person_price),
    ]
    return [
        {
            "id": listing.id * 10 + number,
            "listingMapId": listing.id,
            "feeType": type,
            "feeTitle": title,
            "feeAppliedPer": per,
            "amount": fee,
            "amountType": "flat",
            "isMandatory": 1,
            "isQuantitySelectable": 0,
        }
        for number, (type, title, per, fee) in enumerate(fees, 1)
        if fee
    ]
