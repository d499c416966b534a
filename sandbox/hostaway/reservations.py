"""`/reservations`: list, retrieve, create, update, cancel, delete, no-show."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.hostaway.account import Account, Accounts
from sandbox.hostaway.arguments import INSTANT_FORMAT, flag, json_object
from sandbox.hostaway.calendar import today_at
from sandbox.hostaway.envelope import Fail, success
from sandbox.hostaway.reservation_booking import read_changes, read_new
from sandbox.hostaway.reservation_object import reservation_object
from sandbox.hostaway.reservation_search import search
from sandbox.json_response import json_response
from sandbox.world.stays import Status, Stay

CANCELLERS = ("host", "guest")


class Reservations:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def routes(self) -> list[BaseRoute]:
        path = "/v1/reservations/{reservation_id:id}"
        return [
            Route("/v1/reservations", self.list, methods=["GET"]),
            Route("/v1/reservations", self.create, methods=["POST"]),
            Route(path, self.retrieve, methods=["GET"]),
            Route(path, self.update, methods=["PUT"]),
            Route(path, self.delete, methods=["DELETE"]),
            Route(f"{path}/statuses/cancelled", self.cancel, methods=["PUT"]),
            Route(f"{path}/statuses/cancelledDueToInvalidCreditCard", self.cancel_for_card, methods=["DELETE"]),
            Route(f"{path}/statuses/noShow", self.no_show, methods=["PUT"]),
        ]

    async def list(self, request: Request) -> Response:
        account, query = self._accounts.of(request), request.query_params
        if "listingId" not in query:
            await account.settle()
        found = search(account, query)
        resources, policy = flag(query, "includeResources"), flag(query, "includeCancellationPolicy")
        result = [render(account, stay, resources=bool(resources), policy=bool(policy)) for stay in found.stays]
        by_cursor = found.offset is None
        return json_response(
            {
                "status": "success",
                "result": result,
                "limit": found.limit,
                "offset": found.offset,
                "count": found.count,
                "page": None if by_cursor else (found.offset or 0) // found.limit + 1,
                "totalPages": -(-found.count // found.limit),
            }
        )

    async def retrieve(self, request: Request) -> Response:
        account = self._accounts.of(request)
        stay = account.reservation(request.path_params["reservation_id"])
        return _answer(account, stay, request)

    async def create(self, request: Request) -> Response:
        account, body = self._accounts.of(request), await json_object(request)
        stay, kept = read_new(account, body, request.query_params)
        return _answer(account, _save(account, stay, kept), request)

    async def update(self, request: Request) -> Response:
        """Changes only the members in the body."""
        account, body = self._accounts.of(request), await json_object(request)
        before = account.reservation(request.path_params["reservation_id"])
        account.listing_to_change(before.listing)
        stay, kept = read_changes(account, before, body, request.query_params)
        return _answer(account, _save(account, stay, kept), request)

    async def delete(self, request: Request) -> Response:
        account = self._accounts.of(request)
        stay = account.reservation(request.path_params["reservation_id"])
        account.listing_to_change(stay.listing)
        _save(account, replace(stay, status=Status.DELETED), {})
        return success([])

    async def cancel(self, request: Request) -> Response:
        """Cancelling a cancelled reservation changes nothing."""
        account, body = self._accounts.of(request), await json_object(request)
        stay = account.reservation(request.path_params["reservation_id"])
        if body.get("cancelledBy") not in CANCELLERS:
            raise Fail(400, "cancelledBy must be host or guest.")
        return _answer(account, self._cancelled(account, stay, body["cancelledBy"]), request)

    async def cancel_for_card(self, request: Request) -> Response:
        account = self._accounts.of(request)
        stay = account.reservation(request.path_params["reservation_id"])
        if stay.source != "bookingcom":
            raise Fail(400, "Only Booking.com reservations can be cancelled for an invalid credit card.")
        return _answer(account, self._cancelled(account, stay, "host"), request)

    async def no_show(self, request: Request) -> Response:
        account = self._accounts.of(request)
        body = await json_object(request)
        stay = account.reservation(request.path_params["reservation_id"])
        listing = account.listing_to_change(stay.listing)
        if stay.source != "bookingcom":
            raise Fail(400, "A no-show can be reported for Booking.com reservations only.")
        if not stay.holds or stay.arrival > today_at(listing, account.now):
            raise Fail(400, "A no-show can be reported from the day of arrival on, while the reservation stands.")
        local = datetime.fromtimestamp(account.now, ZoneInfo(listing.timezone))
        kept = account.kept_of_reservation(stay) | {
            "bookingcomNoShowReportedAt": local.strftime(INSTANT_FORMAT),
            "bookingcomNoShowFeeWaived": int(bool(flag(body, "waivedFees"))),
        }
        return _answer(account, _save(account, stay, kept), request)

    @staticmethod
    def _cancelled(account: Account, stay: Stay, by: str) -> Stay:
        account.listing_to_change(stay.listing)
        if stay.status == Status.CANCELLED:
            return stay
        kept = {name: value for name, value in account.kept_of_reservation(stay).items() if name != "status"}
        cancelled = replace(stay, status=Status.CANCELLED, cancelled_at=account.now)
        return _save(account, cancelled, kept | {"cancelledBy": by})


def render(account: Account, stay: Stay, *, resources: bool, policy: bool) -> dict[str, Any]:
    """The reservation in Hostaway's form; see `reservation_object`."""
    world = account.sandbox.world
    return reservation_object(
        stay,
        account.kept_of_reservation(stay),
        world.listing_as_made(stay.listing, at=account.now),
        world.guest(stay),
        now=account.now,
        resources=resources,
        policy=policy,
    )


def _save(account: Account, stay: Stay, kept: dict[str, Any]) -> Stay:
    return account.sandbox.world.put_stay(stay, kept, at=account.now)


def _answer(account: Account, stay: Stay, request: Request) -> Response:
    """The answer with one reservation, which always has its cancellation policy."""
    resources = flag(request.query_params, "includeResources")
    return success(render(account, stay, resources=bool(resources), policy=True))
