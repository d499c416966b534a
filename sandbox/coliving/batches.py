"""Bodies of availability and rates: `{"data": [item, …]}`. They are checked completely before anything is written.

The checks have this order: rights to the listings, room types, then the fields of each item.
"""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
from starlette.requests import Request

from sandbox.coliving.envelope import Failure
from sandbox.coliving.room_types import RoomTypes, houses_of
from sandbox.world.listings import Listing

MOST_ITEMS = 500
Problems = dict[str, str]
"""Maps a field of an item to its error message."""


async def read_batch(
    request: Request,
    portfolio: int,
    room_types: RoomTypes,
    check: Callable[[dict[str, Any], Listing], Problems],
    *,
    names_listings: bool,
    error_details: bool,
) -> list[tuple[dict[str, Any], Listing]]:
    """The items of a request with their room types. Raises Failure.

    `names_listings` says whether the refusal names other hosts' listings, as only one of the documented samples does.
    `error_details` says whether refusals have `details`.
    """
    items = await _items(request)
    refusal = _refusal(items, portfolio, room_types, check, names_listings=names_listings)
    if refusal is None:
        return list(_with_room_types(items, portfolio, room_types))
    raise refusal if error_details else Failure(refusal.status, refusal.error)


async def _items(request: Request) -> list[dict[str, Any]]:
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise _invalid({"data": "The data field is required."}) from None
    items = body.get("data") if isinstance(body, dict) else None
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise _invalid({"data": "The data must be an array of items."})
    if len(items) > MOST_ITEMS:
        raise _invalid({"data": f"The data may not have more than {MOST_ITEMS} items."})
    return items


def _refusal(
    items: list[dict[str, Any]],
    portfolio: int,
    room_types: RoomTypes,
    check: Callable[[dict[str, Any], Listing], Problems],
    *,
    names_listings: bool,
) -> Failure | None:
    asked = {id for item in items if (id := id_of(item.get("listing_id"))) is not None}
    if foreign := sorted(asked - houses_of(portfolio).keys()):
        details = {"unauthorized_listing_ids": foreign} if names_listings else None
        return Failure(403, "Unauthorized access to listings", details)
    found = list(_with_room_types(items, portfolio, room_types))
    pairs = [(id_of(item.get("listing_id")), id_of(item.get("room_type_id"))) for item in items]
    known = {(id_of(item["listing_id"]), room_type.id) for item, room_type in found}
    unknown = [pair for pair in pairs if None not in pair and pair not in known]
    if unknown:
        named = [{"listing_id": house, "room_type_id": room_type} for house, room_type in unknown]
        return Failure(422, "Invalid room types for listings", {"invalid_room_types": named})
    problems = {
        f"data.{index}.{name}": f"The {name} must be an id."
        for index, pair in enumerate(pairs)
        for name, id in zip(("listing_id", "room_type_id"), pair, strict=True)
        if id is None
    }
    if not problems:
        problems = {
            f"data.{index}.{name}": text
            for index, (item, room_type) in enumerate(found)
            for name, text in check(item, room_type).items()
        }
    return _invalid(problems) if problems else None


def _with_room_types(
    items: list[dict[str, Any]], portfolio: int, room_types: RoomTypes
) -> Iterator[tuple[dict[str, Any], Listing]]:
    """The items whose room type exists in their house, with the room type."""
    for item in items:
        house, wanted = id_of(item.get("listing_id")), id_of(item.get("room_type_id"))
        for room_type in room_types.of_house(portfolio, house) if house is not None else ():
            if room_type.id == wanted:
                yield item, room_type


def id_of(value: object) -> int | None:
    """An id from an integer or a string of digits; None for other values."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _invalid(problems: Problems) -> Failure:
    return Failure(422, "Validation Error", {field: [text] for field, text in problems.items()})
