"""`/account` and `/listings`: the manager that a key belongs to, and the listings that can be booked."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.direct.errors import Refused
from sandbox.direct.reading import page_size
from sandbox.direct.signatures import signed_by
from sandbox.direct.wire_values import minor_units
from sandbox.ids import NUMBER
from sandbox.json_response import json_response
from sandbox.state import Sandbox
from sandbox.world.listings import Listing
from sandbox.world.portfolios import PORTFOLIOS


class Listings:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v1/account", self.account, methods=["GET"]),
            Route("/v1/listings", self.index, methods=["GET"]),
            Route("/v1/listings/{listing_id}", self.retrieve, methods=["GET"]),
        ]

    async def account(self, request: Request) -> Response:
        portfolio = PORTFOLIOS[await signed_by(request)]
        return json_response({"id": str(portfolio.id), "name": portfolio.manager, "email": portfolio.email})

    async def index(self, request: Request) -> Response:
        """Listings in the order of their ids. The cursor is the last id of the previous page."""
        portfolio, limit = await signed_by(request), page_size(request)
        cursor = request.query_params.get("cursor", "0")
        if not NUMBER.fullmatch(cursor):
            raise Refused(400, "invalid", "cursor is not one of ours.")
        sold = [listing for listing in self._sold(portfolio) if listing.id > int(cursor)]
        page = sold[:limit]
        next_cursor = str(page[-1].id) if len(sold) > limit else None
        return json_response({"listings": [listing_body(listing) for listing in page], "next_cursor": next_cursor})

    async def retrieve(self, request: Request) -> Response:
        return json_response(listing_body(self.owned(await signed_by(request), request.path_params["listing_id"])))

    def owned(self, portfolio: int, listing_id: str) -> Listing:
        """The manager's listing. Raises Refused 404 if it is unknown, archived or another manager's."""
        if NUMBER.fullmatch(listing_id):
            listing = self._sandbox.world.listing(int(listing_id), at=self._sandbox.clock.now())
            if listing is not None and listing.portfolio == portfolio and self._is_sold(listing):
                return listing
        raise Refused(404, "unknown_listing", f"There is no listing {listing_id}.")

    def today(self, listing: Listing) -> int:
        """Today in the listing's time zone, as a day ordinal."""
        now = datetime.fromtimestamp(self._sandbox.clock.now(), ZoneInfo(listing.timezone))
        return now.toordinal()

    def _sold(self, portfolio: int) -> list[Listing]:
        listings = self._sandbox.world.listings(portfolio, at=self._sandbox.clock.now())
        return [listing for listing in listings if self._is_sold(listing)]

    def _is_sold(self, listing: Listing) -> bool:
        return listing.archived_at is None or listing.archived_at > self._sandbox.clock.now()


def listing_body(listing: Listing) -> dict[str, Any]:
    return {
        "id": str(listing.id),
        "name": listing.name,
        "currency": listing.currency,
        "timezone": listing.timezone,
        "base_price": minor_units(listing.base_price, listing),
        "units": listing.units,
        "room_type": listing.room_type,
        "bedrooms": listing.bedrooms,
        "bathrooms": listing.bathrooms,
        "person_capacity": listing.capacity,
        "min_stay": listing.min_stay,
        "max_stay": listing.max_stay,
        "address": listing.address,
        "neighborhood": listing.area,
        "city": listing.city,
        "state": listing.state or None,
        "country": listing.country,
        "latitude": listing.latitude,
        "longitude": listing.longitude,
        "image_url": None,
    }
