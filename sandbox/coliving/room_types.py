"""Houses and their room types. Coliving's listing is a house; a room type with its rooms is a listing of the world."""

from collections.abc import Sequence
from functools import cache

from sandbox.state import Sandbox
from sandbox.world.listings import Listing
from sandbox.world.portfolios import LISTING_NUMBERS, PORTFOLIOS

HOUSE_NUMBERS = 1_000
"""A house's id is `portfolio id x HOUSE_NUMBERS + number`; numbers begin at 1."""
ROOM_TYPES_PER_HOUSE = 3


@cache
def houses_of(portfolio: int) -> dict[int, Sequence[int]]:
    """Maps each house to the ids of its room types: up to three consecutive listings in the same city."""
    houses: dict[int, Sequence[int]] = {}
    first = portfolio * LISTING_NUMBERS + 1
    for count in PORTFOLIOS[portfolio].listings.values():
        for start in range(first, first + count, ROOM_TYPES_PER_HOUSE):
            number = portfolio * HOUSE_NUMBERS + len(houses) + 1
            houses[number] = range(start, min(start + ROOM_TYPES_PER_HOUSE, first + count))
        first += count
    return houses


@cache
def _houses_by_room_type(portfolio: int) -> dict[int, int]:
    return {room_type: house for house, room_types in houses_of(portfolio).items() for room_type in room_types}


def house_of(portfolio: int, room_type_id: int) -> int:
    return _houses_by_room_type(portfolio)[room_type_id]


class RoomTypes:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def of_house(self, portfolio: int, house: int) -> list[Listing]:
        """The room types that can be booked now; none for a house of another host."""
        at = self._sandbox.clock.now()
        found = [self._sandbox.world.listing(id, at=at) for id in houses_of(portfolio).get(house, ())]
        return [room_type for room_type in found if room_type is not None and not self._is_closed(room_type, at)]

    @staticmethod
    def _is_closed(room_type: Listing, at: int) -> bool:
        return room_type.archived_at is not None and room_type.archived_at <= at
