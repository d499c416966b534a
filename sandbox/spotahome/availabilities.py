"""The periods in which guests can move into a listing (S12): free periods from today that fit the minimum stay."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sandbox.spotahome.listings import BOOKABLE_AHEAD_DAYS, NO_MAXIMUM, max_stay
from sandbox.spotahome.occupancies import occupancies
from sandbox.spotahome.operations import Call, Operation


def availabilities(call: Call) -> dict[str, Any]:
    """S12. If nothing is free, there is no `firstAvailableDate`."""
    ad, today = call.ads.ad(call.id), call.ads.today
    last_move_in = today + timedelta(days=BOOKABLE_AHEAD_DAYS)
    shortest, longest = timedelta(days=ad.listing.min_stay), timedelta(days=max_stay(ad) or NO_MAXIMUM)
    windows: list[dict[str, Any]] = []
    for free_from, free_until in _gaps(call, today, last_move_in + longest):
        move_in_to = min(free_until - shortest, last_move_in)
        if ad.is_published and free_from <= move_in_to:
            windows.append(
                {
                    "moveInFrom": _moment(free_from),
                    "moveInTo": _moment(move_in_to),
                    "moveOutFrom": _moment(free_from + shortest),
                    "moveOutTo": _moment(min(free_until, move_in_to + longest)),
                    "minStay": shortest.days,
                    "maxStay": longest.days,
                }
            )
    shown: dict[str, Any] = {"listingId": ad.id, "availability": windows}
    if windows:
        shown["firstAvailableDate"] = windows[0]["moveInFrom"]["date"][:10]
    return shown


def _gaps(call: Call, first: date, last: date) -> list[tuple[date, date]]:
    """The free periods between two days, each from a departure (or `first`) to the next arrival (or `last`)."""
    taken = [(one.start, one.end) for one in occupancies(call.ads, call.ads.ad(call.id)) if one.end > first]
    edges = [(first, first), *sorted(taken), (last, last)]
    gaps, free_from = [], first
    for (_, end), (start, _) in pairwise(edges):
        free_from = max(free_from, end)
        if free_from < start:
            gaps.append((free_from, start))
    return gaps


def _moment(day: date) -> dict[str, Any]:
    """A date in the form in which PHP serializes a DateTime."""
    text = datetime(day.year, day.month, day.day).strftime("%Y-%m-%d %H:%M:%S.%f")  # noqa: DTZ001
    return {"date": text, "timezone_type": 3, "timezone": "UTC"}


OPERATIONS = (
    Operation(
        "S12",
        "GET",
        "/api/listings/{listing_id:id}/availabilities",
        availabilities,
        200,
        frozenset({401, 403, 404}),
    ),
)
