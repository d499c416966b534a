"""`/reservations`: a feed of new and changed reservations, oldest change first."""

import re
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.direct.errors import Refused
from sandbox.direct.listings import Listings
from sandbox.direct.reading import page_size
from sandbox.direct.signatures import signed_by
from sandbox.direct.wire_values import instant, minor_units
from sandbox.feed import goes_back, with_feed_faults
from sandbox.json_response import json_response
from sandbox.state import Sandbox
from sandbox.world.listings import Listing
from sandbox.world.stay_table import SqlValue
from sandbox.world.stays import Status, Stay

STATUSES = {
    Status.CONFIRMED: "booked",
    Status.MODIFIED: "booked",
    Status.AWAITING_PAYMENT: "held",
    Status.REQUESTED: "held",
    Status.OWNER: "owner",
    Status.CANCELLED: "cancelled",
    Status.DECLINED: "cancelled",
    Status.EXPIRED: "cancelled",
}
"""Maps the world's status to the protocol's. Inquiries are not reservations."""
IN_FEED = f"status IN ({', '.join('?' * len(STATUSES))}) AND (changed_at, id) > (?, ?)"
BEGINNING = (0, 0)
CURSOR_PART = re.compile(r"[0-9]{1,18}")  # SQLite accepts numbers of this length


class Reservations:
    def __init__(self, sandbox: Sandbox, listings: Listings) -> None:
        self._sandbox = sandbox
        self._listings = listings

    def routes(self) -> list[BaseRoute]:
        return [Route("/v1/reservations", self.feed, methods=["GET"])]

    async def feed(self, request: Request) -> Response:
        """The cursor consists of the last reservation's instant of change and its id."""
        portfolio, limit = await signed_by(request), page_size(request)
        at, after = self._sandbox.clock.now(), _cursor(request)
        where, values = IN_FEED, list[SqlValue]([*STATUSES, *after])
        if wanted := request.query_params.get("listing_id"):
            where, values = where + " AND listing = ?", [*values, self._listings.owned(portfolio, wanted).id]
        rest = f"ORDER BY changed_at, id LIMIT {limit + 1}"
        stays = self._sandbox.world.stays(portfolio, at=at, where=where, values=values, rest=rest)
        page = stays[:limit]
        end = (page[-1].changed_at, page[-1].id) if page else after
        listings = {id: self._sandbox.world.listing(id, at=at) for id in {stay.listing for stay in page}}
        return json_response(
            {
                "reservations": [
                    _reservation(stay, listings[stay.listing]) for stay in with_feed_faults(request, page)
                ],
                "cursor": ".".join(map(str, BEGINNING if goes_back(request) else end)),
                "has_more": len(stays) > limit,
            }
        )


def _cursor(request: Request) -> tuple[int, int]:
    text = request.query_params.get("cursor")
    if text is None:
        return BEGINNING
    changed_at, _, stay_id = text.partition(".")
    if not (CURSOR_PART.fullmatch(changed_at) and CURSOR_PART.fullmatch(stay_id)):
        raise Refused(410, "cursor_expired", "Begin again without a cursor.")
    return int(changed_at), int(stay_id)


def _reservation(stay: Stay, listing: Listing | None) -> dict[str, Any]:
    assert listing is not None  # noqa: S101
    return {
        "id": str(stay.id),
        "listing_id": str(stay.listing),
        "status": STATUSES[Status(stay.status)],
        "check_in": date.fromordinal(stay.arrival).isoformat(),
        "check_out": date.fromordinal(stay.departure).isoformat(),
        "units": 1,
        "total": None if stay.status == Status.OWNER else minor_units(stay.rent, listing),
        "currency": listing.currency,
        "source": stay.source,
        "booked_at": instant(stay.booked_at),
        "cancelled_at": instant(stay.cancelled_at),
    }
