"""`/listings/{id}/calendar` and `/listings/{id}/prices`: reading the nights, and setting prices and stay rules."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.direct.errors import Refused
from sandbox.direct.idempotency import Idempotency
from sandbox.direct.listings import Listings
from sandbox.direct.reading import day, json_body, whole
from sandbox.direct.signatures import signed_by
from sandbox.direct.wire_values import minor_units
from sandbox.json_response import json_response
from sandbox.state import Sandbox
from sandbox.store import NightChange
from sandbox.world.listings import Listing

MOST_NIGHTS = 731
LAST_NIGHT = date(2099, 12, 31).toordinal()
MEMBERS = frozenset({"date", "price", "min_stay", "max_stay", "checkin_allowed", "checkout_allowed"})


class Calendar:
    def __init__(self, sandbox: Sandbox, listings: Listings) -> None:
        self._sandbox = sandbox
        self._listings = listings
        self._idempotency = Idempotency(sandbox)

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v1/listings/{listing_id}/calendar", self.read, methods=["GET"]),
            Route("/v1/listings/{listing_id}/prices", self.set_prices, methods=["PUT"]),
        ]

    async def read(self, request: Request) -> Response:
        """The nights `first` to `last`, both included; at most MOST_NIGHTS."""
        listing = self._listings.owned(await signed_by(request), request.path_params["listing_id"])
        first = day(request.query_params.get("first"), "first").toordinal()
        last = day(request.query_params.get("last"), "last").toordinal()
        if not first <= last < first + MOST_NIGHTS or last > LAST_NIGHT:
            raise Refused(400, "invalid", f"From first to last there are 1 to {MOST_NIGHTS} nights.")
        return json_response({"currency": listing.currency, "nights": self._nights(listing, first, last)})

    async def set_prices(self, request: Request) -> Response:
        portfolio = await signed_by(request)
        listing = self._listings.owned(portfolio, request.path_params["listing_id"])

        async def write() -> dict[str, Any]:
            return self._set(listing, await json_body(request))

        return await self._idempotency.once(portfolio, request, write)

    def _set(self, listing: Listing, body: dict[str, Any]) -> dict[str, Any]:
        """Past nights are refused one by one. A malformed night refuses the whole request. Raises Refused."""
        if body.get("currency") != listing.currency:
            raise Refused(422, "wrong_currency", f"The listing is sold in {listing.currency}.")
        nights = body.get("nights")
        if not isinstance(nights, list) or not 1 <= len(nights) <= MOST_NIGHTS:
            raise Refused(400, "invalid", f"nights is a list of 1 to {MOST_NIGHTS} nights.")
        changes = dict(_change(night, listing) for night in nights)
        today = self._listings.today(listing)
        taken = {night: change for night, change in changes.items() if today <= night <= LAST_NIGHT}
        self._sandbox.world.change_nights(listing, sorted(taken.items()), at=self._sandbox.clock.now())
        refused = sorted(changes.keys() - taken.keys())
        return {
            "nights": [night for run in _runs(sorted(taken)) for night in self._nights(listing, run[0], run[-1])],
            "refused": [
                {"date": date.fromordinal(night).isoformat(), "code": "not_for_sale", "message": "It cannot be sold."}
                for night in refused
            ],
        }

    def _nights(self, listing: Listing, first: int, last: int) -> list[dict[str, Any]]:
        at = self._sandbox.clock.now()
        taken = [0] * (last - first + 1)
        for stay in self._sandbox.world.stays_on(listing.id, first, last, at=at):
            for night in range(max(stay.arrival, first), min(stay.departure, last + 1)):
                taken[night - first] += 1
        terms = self._sandbox.world.terms(listing, first, last, at=at)
        return [
            {
                "date": date.fromordinal(first + position).isoformat(),
                "availability": _availability(booked, night.blocked_units, listing.units),
                "price": minor_units(night.price, listing),
                "min_stay": night.min_stay,
                "max_stay": night.max_stay,
                "checkin_allowed": not night.closed_on_arrival,
                "checkout_allowed": not night.closed_on_departure,
            }
            for position, (night, booked) in enumerate(zip(terms, taken, strict=True))
        ]


def _availability(booked: int, blocked: int, units: int) -> str:
    if booked >= units:
        return "booked"
    return "blocked" if booked + blocked >= units else "available"


def _change(night: object, listing: Listing) -> tuple[int, NightChange]:
    """The day ordinal and the change of a night. An absent or null member stays unchanged. Raises Refused."""
    if not isinstance(night, dict) or not night.keys() <= MEMBERS:
        raise Refused(400, "invalid", f"A night has the members {', '.join(sorted(MEMBERS))}.")
    price, min_stay, max_stay = night.get("price"), night.get("min_stay"), night.get("max_stay")
    minor = 10**listing.decimals
    return day(night.get("date"), "date").toordinal(), NightChange(
        price=None if price is None else whole(price, "price", lowest=0) / minor,
        min_stay=None if min_stay is None else whole(min_stay, "min_stay", lowest=1),
        max_stay=None if max_stay is None else whole(max_stay, "max_stay", lowest=1),
        closed_on_arrival=_closed(night, "checkin_allowed"),
        closed_on_departure=_closed(night, "checkout_allowed"),
    )


def _closed(night: dict[str, Any], name: str) -> bool | None:
    allowed = night.get(name)
    if allowed is not None and not isinstance(allowed, bool):
        raise Refused(400, "invalid", f"{name} is true or false.")
    return None if allowed is None else not allowed


def _runs(nights: Sequence[int]) -> list[list[int]]:
    """Groups of consecutive nights."""
    runs: list[list[int]] = []
    for night in nights:
        if runs and runs[-1][-1] == night - 1:
            runs[-1].append(night)
        else:
            runs.append([night])
    return runs
