"""The feed of bookings by `version`, and the details of one booking."""

from datetime import UTC, date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.coliving.batches import id_of
from sandbox.coliving.envelope import Failure, success
from sandbox.coliving.keys import portfolio_of
from sandbox.coliving.room_types import house_of, houses_of
from sandbox.coliving.switches import Switches
from sandbox.feed import goes_back, with_feed_faults
from sandbox.state import Sandbox
from sandbox.world.guests import guest_of
from sandbox.world.stay_table import SqlValue
from sandbox.world.stays import Status, Stay

STATUSES = {
    Status.CONFIRMED: "confirmed",
    Status.MODIFIED: "confirmed",
    Status.AWAITING_PAYMENT: "pending",
    Status.REQUESTED: "pending",
    Status.CANCELLED: "cancelled",
    Status.DECLINED: "cancelled",
    Status.EXPIRED: "cancelled",
}
"""Maps the world's status to Coliving's. Owner stays and inquiries are not bookings."""
IS_BOOKING = f"status IN ({', '.join('?' * len(STATUSES))})"
SINCE_PARAMETERS = ("version", "since", "updated_since")
"""The documentation does not name the parameter. The first valid one of these is used."""
PAGE_SIZE = 500
VERSION = "%Y-%m-%d %H:%M:%S"


class Bookings:
    def __init__(self, sandbox: Sandbox, switches: Switches) -> None:
        self._sandbox, self._switches = sandbox, switches

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/integrations/{provider}/bookings", self.feed, methods=["GET"]),
            Route("/integrations/{provider}/bookings/{id}", self.details, methods=["GET"]),
        ]

    async def feed(self, request: Request) -> Response:
        """Bookings by ascending `version`, from the version in the query on (included)."""
        portfolio, at = portfolio_of(request), self._sandbox.clock.now()
        since = 0 if goes_back(request) else _since(request)
        where, values = f"{IS_BOOKING} AND changed_at >= ?", list[SqlValue]([*STATUSES, since])
        if wanted := request.query_params.get("listing_id"):
            room_types = houses_of(portfolio).get(id_of(wanted) or 0)
            if room_types is None:
                raise Failure(404, "Listing not found or unauthorized")
            where, values = f"{where} AND listing IN ({', '.join('?' * len(room_types))})", [*values, *room_types]
        stays = self._sandbox.world.stays(
            portfolio, at=at, where=where, values=values, rest=f"ORDER BY changed_at, id LIMIT {PAGE_SIZE}"
        )
        with_dates = self._switches.now()["stay_dates"]
        return success({"Bookings": [_row(stay, with_dates) for stay in with_feed_faults(request, stays)]})

    async def details(self, request: Request) -> Response:
        portfolio, id = portfolio_of(request), id_of(request.path_params["id"])
        at = self._sandbox.clock.now()
        stay = None if id is None else self._sandbox.world.stay(portfolio, id, at=at)
        if stay is None or stay.status not in STATUSES:
            raise Failure(404, "Booking not found or unauthorized")
        room_type = self._sandbox.world.listing(stay.listing, at=at)
        guest = guest_of(stay.id, seed=self._sandbox.settings.seed)
        booking = {
            "booking_id": stay.id,
            "reference": f"CO-{stay.id}",
            "guest": {"name": guest.name, "email": guest.email},
            "pricing": {"total": stay.rent, "currency": room_type.currency if room_type else None},
        }
        return success({"Booking": booking | (_stay_dates(stay) if self._switches.now()["stay_dates"] else {})})


def _row(stay: Stay, with_dates: bool) -> dict[str, Any]:
    row = {
        "booking_id": stay.id,
        "listing_id": house_of(stay.portfolio, stay.listing),
        "status": STATUSES[Status(stay.status)],
        "version": f"{datetime.fromtimestamp(stay.changed_at, UTC):{VERSION}}",
    }
    return row | (_stay_dates(stay) if with_dates else {})


def _stay_dates(stay: Stay) -> dict[str, Any]:
    return {
        "check_in": date.fromordinal(stay.arrival).isoformat(),
        "check_out": date.fromordinal(stay.departure).isoformat(),
        "room_type_id": stay.listing,
    }


def _since(request: Request) -> int:
    """Unix seconds; 0 if there is no valid parameter."""
    for name in SINCE_PARAMETERS:
        try:
            version = datetime.strptime(request.query_params.get(name, "") + "+0000", f"{VERSION}%z")
        except ValueError:
            continue
        return int(version.timestamp())
    return 0
