"""Setting the number of free rooms of a type in a range of dates, both ends included. No endpoint returns it."""

from datetime import UTC, date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.coliving.batches import Problems, read_batch
from sandbox.coliving.envelope import success_message
from sandbox.coliving.keys import portfolio_of
from sandbox.coliving.room_types import RoomTypes
from sandbox.coliving.switches import Switches
from sandbox.state import Sandbox
from sandbox.store import NightChange
from sandbox.world.listings import Listing

LONGEST_RANGE = 1_100


class Availability:
    def __init__(self, sandbox: Sandbox, room_types: RoomTypes, switches: Switches) -> None:
        self._sandbox, self._room_types, self._switches = sandbox, room_types, switches

    def route(self) -> Route:
        return Route("/integrations/{provider}/availability", self.set, methods=["POST", "PUT", "PATCH"])

    async def set(self, request: Request) -> Response:
        switches = self._switches.now()
        batch = await read_batch(
            request,
            portfolio_of(request),
            self._room_types,
            _problems,
            names_listings=True,
            error_details=switches["error_details"],
        )
        for item, room_type in () if switches["deaf"] else batch:
            self._block(room_type, item)
        return success_message("Availability updated successfully")

    def _block(self, room_type: Listing, item: dict[str, Any]) -> None:
        """Block the rooms that are neither booked nor set as free."""
        at = self._sandbox.clock.now()
        today = datetime.fromtimestamp(at, UTC).toordinal()
        first = max(today, date.fromisoformat(item["start_date"]).toordinal())
        last = date.fromisoformat(item["end_date"]).toordinal()
        booked = [0] * max(0, last - first + 1)
        for stay in self._sandbox.world.stays_on(room_type.id, first, last, at=at):
            for night in range(max(stay.arrival, first), min(stay.departure, last + 1)):
                booked[night - first] += 1
        changes = [
            (first + day, NightChange(blocked_units=max(0, room_type.units - taken - item["available"])))
            for day, taken in enumerate(booked)
        ]
        self._sandbox.world.change_nights(room_type, changes, at=at)


def _problems(item: dict[str, Any], room_type: Listing) -> Problems:
    available, first, last = item.get("available"), _day(item.get("start_date")), _day(item.get("end_date"))
    problems = {}
    if not isinstance(available, int) or isinstance(available, bool) or not 0 <= available <= room_type.units:
        problems["available"] = f"The available must be between 0 and {room_type.units}."
    if first is None:
        problems["start_date"] = "The start_date is not a valid date."
    if last is None:
        problems["end_date"] = "The end_date is not a valid date."
    elif first is not None and not 0 <= (last - first).days < LONGEST_RANGE:
        problems["end_date"] = "The end_date must be a date after or equal to start_date."
    return problems


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None
