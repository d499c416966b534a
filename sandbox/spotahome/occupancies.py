"""Occupancies: the world's stays as Spotahome shows them, and what clients write (S7-S11).

The end date is the day of departure, which is not an occupied night. Whoever rewrites the list (S7, S10, S3) takes
away what he leaves out: there is no guard, as the documentation has none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sandbox.spotahome.ads import Ad, Ads, instant
from sandbox.spotahome.bodies import Member, Wrong, checked, day, flag, list_of, object_of, optional, text
from sandbox.spotahome.operations import Call, Operation
from sandbox.spotahome.problems import Problem
from sandbox.world.stays import HOLDING, STAY, Status, Stay

PMS_SOURCES = frozenset({"direct", "website"})
OWNER_NOTE = "Owner stay"
HOLDING_SQL = ", ".join("?" * len(HOLDING))
DESCRIPTIONS = ("note", "source", "bookingRequestId")


@dataclass(frozen=True, slots=True)
class Occupancy:
    start: date
    end: date
    described: dict[str, str]
    """Those of `note`, `source` and `bookingRequestId` that it has."""
    stay: Stay | None = None
    """None as long as it is only asked for."""

    def shown(self) -> dict[str, str]:
        return {"from": self.start.isoformat(), "to": self.end.isoformat(), **self.described}


def occupancies_by_listing(ads: Ads, portfolio: int) -> dict[int, list[Occupancy]]:
    """Of all listings at once; those that ended more than two years ago are gone."""
    written = {int(document.id): document.body for document in ads.store.latest(STAY, portfolio, at=ads.at)}
    found: dict[int, list[Occupancy]] = {}
    where = f"status IN ({HOLDING_SQL})"
    for stay in ads.world.stays(portfolio, at=ads.at, where=where, values=[*HOLDING], rest="ORDER BY arrival, id"):
        body = written.get(stay.id) or {"wire": {}}
        found.setdefault(stay.listing, []).append(_occupancy(stay, body["wire"]))
    return found


def occupancies(ads: Ads, ad: Ad) -> list[Occupancy]:
    """Of one listing, by arrival."""
    where = f"listing = ? AND status IN ({HOLDING_SQL})"
    stays = ads.world.stays(
        ad.listing.portfolio, at=ads.at, where=where, values=[ad.id, *HOLDING], rest="ORDER BY arrival, id"
    )
    return [_occupancy(stay, ads.world.wire(STAY, stay.id, at=ads.at)) for stay in stays]


def _occupancy(stay: Stay, wire: Mapping[str, Any]) -> Occupancy:
    described: dict[str, str] | None = wire.get("described")
    if described is None:
        described = _by_itself(stay)
    return Occupancy(date.fromordinal(stay.arrival), date.fromordinal(stay.departure), described, stay)


def _by_itself(stay: Stay) -> dict[str, str]:
    """How a stay looks that no client wrote: owners block without a booking request."""
    if stay.status == Status.OWNER:
        return {"note": OWNER_NOTE}
    source = "pms" if stay.source in PMS_SOURCES else "bookingRequest"
    return {"source": source, "bookingRequestId": str(stay.id)}


def replace_occupancies(ads: Ads, ad: Ad, wanted: Sequence[Occupancy]) -> None:
    """Makes the list what is wanted. What is there already, by its booking request or else in all, stays."""
    before = occupancies(ads, ad)
    left = list(before)
    for asked in wanted:
        same = next((occupancy for occupancy in left if _is_same(occupancy, asked)), None)
        if same is not None:
            left.remove(same)
        if same is None or same.shown() != asked.shown():
            _write(ads, ad, asked, of=same)
    for gone in left:
        _remove(ads, gone)
    ads.log(
        ad, "AdOccupanciesWereUpdated", [one.shown() for one in before], [one.shown() for one in occupancies(ads, ad)]
    )


def _is_same(one: Occupancy, other: Occupancy) -> bool:
    request = one.described.get("bookingRequestId")
    if request is None:
        return one.shown() == other.shown()
    return request == other.described.get("bookingRequestId")


def _write(ads: Ads, ad: Ad, asked: Occupancy, *, of: Occupancy | None) -> None:
    stay = of.stay if of is not None else None
    is_booking = "source" in asked.described or "bookingRequestId" in asked.described
    ads.world.put_stay(
        Stay(
            id=stay.id if stay else ads.world.new_stay_id(),
            portfolio=ad.listing.portfolio,
            listing=ad.id,
            unit=0,
            arrival=asked.start.toordinal(),
            departure=asked.end.toordinal(),
            status=Status.CONFIRMED if is_booking else Status.OWNER,
            source=stay.source if stay else "direct",
            booked_at=stay.booked_at if stay else ads.at,
            changed_at=ads.at,
            cancelled_at=None,
            guests=stay.guests if stay else 1,
            rent=stay.rent if stay else 0.0,
            previous_departure=None,
            written=True,
        ),
        {"described": asked.described},
        at=ads.at,
    )


def _remove(ads: Ads, occupancy: Occupancy) -> None:
    stay = occupancy.stay
    assert stay is not None  # noqa: S101
    stay.status, stay.cancelled_at = Status.CANCELLED, ads.at
    ads.world.put_stay(stay, {"described": occupancy.described}, at=ads.at)


def put_occupancies(call: Call) -> None:
    """S7, and S10 which has the same contract below `/public`."""
    replace_occupancies(call.ads, call.ads.ad(call.id), call.body)


def add_occupancy(call: Call) -> None:
    """S8."""
    ads, ad, body = call.ads, call.ads.ad(call.id), call.body
    asked = Occupancy(body["checkIn"], body["checkOut"], _described(body))
    before = occupancies(ads, ad)
    overlapping = any(one.start < asked.end and asked.start < one.end for one in before)
    if overlapping and call.switches["overlaps"] == "refuse":
        raise Problem(422, {"checkIn": {"overlaps": "The listing is occupied on some of these days"}})
    _write(ads, ad, asked, of=None)
    ads.log(
        ad, "AdOccupanciesWereUpdated", [one.shown() for one in before], [*map(Occupancy.shown, before), asked.shown()]
    )
    if body.get("shouldUpdateRefreshAvailabilities"):
        refresh(ads, ads.ad(ad.id))


def remove_booking_request(call: Call) -> None:
    """S9; the body may be missing."""
    ads, ad = call.ads, call.ads.ad(call.path["listing_id"])
    before = occupancies(ads, ad)
    request = str(call.path["request_id"])
    gone = [one for one in before if one.described.get("bookingRequestId") == request]
    if not gone:
        raise Problem(404)
    for occupancy in gone:
        _remove(ads, occupancy)
    left = [one.shown() for one in before if one not in gone]
    ads.log(ad, "AdOccupanciesWereUpdated", [one.shown() for one in before], left)
    if call.body and call.body.get("shouldUpdateRefreshAvailabilities"):
        refresh(ads, ads.ad(ad.id))


def refresh_availabilities(call: Call) -> None:
    """S11."""
    refresh(call.ads, call.ads.ad(call.id))


def refresh(ads: Ads, ad: Ad) -> None:
    ads.keep(ad, "AdAvailabilitiesWereRefreshed", {"refreshAvailabilitiesDate": instant(ads.at)})


def _described(body: Mapping[str, Any]) -> dict[str, str]:
    return {name: body[name] for name in DESCRIPTIONS if body.get(name) is not None}


def _stretch(start: str, end: str) -> Any:
    """One occupancy of a list; nothing but what is documented may be in it."""
    members = {start: Member(day), end: Member(day), **{name: optional(text) for name in DESCRIPTIONS}}

    def check(value: Any) -> Occupancy:
        body = object_of(members, closed=True)(value)
        if body[end] <= body[start]:
            raise Wrong("notAfter", f"{end} must be after {start}")
        return Occupancy(body[start], body[end], _described(body))

    return check


def _with_days_in_order(value: Any) -> Any:
    body = checked(ONE_MORE, value)
    if body["checkOut"] <= body["checkIn"]:
        raise Problem(422, {"checkOut": {"notAfter": "checkOut must be after checkIn"}})
    return body


def _nothing_or_removal(value: Any) -> Any:
    return {} if value is None else checked(REMOVAL, value)


OCCUPATIONS = list_of(_stretch("from", "to"))
"""Of S3, where they are called so."""
STRETCHES = list_of(_stretch("start", "end"))
REMOVAL = object_of({"shouldUpdateRefreshAvailabilities": optional(flag)})
ONE_MORE = object_of(
    {
        "checkIn": Member(day),
        "checkOut": Member(day),
        "source": optional(text),
        "bookingRequestId": optional(text),
        "shouldUpdateRefreshAvailabilities": optional(flag),
    }
)
LISTING = "/listings/{listing_id:id}"
REWRITTEN = frozenset({401, 404, 500})
OPERATIONS = (
    Operation("S7", "PUT", f"{LISTING}/occupancies", put_occupancies, 204, REWRITTEN, STRETCHES),
    Operation(
        "S8",
        "POST",
        f"{LISTING}/occupancies",
        add_occupancy,
        204,
        frozenset({400, 401, 404, 422, 500}),
        _with_days_in_order,
    ),
    Operation(
        "S9",
        "DELETE",
        f"/api{LISTING}/occupancies/booking-requests/{{request_id:id}}",
        remove_booking_request,
        204,
        frozenset({401, 404, 500}),
        _nothing_or_removal,
    ),
    Operation("S10", "PUT", f"/public{LISTING}/occupancies", put_occupancies, 204, REWRITTEN, STRETCHES),
    Operation(
        "S11", "PUT", f"{LISTING}/last-availabilities-date", refresh_availabilities, 204, frozenset({401, 404, 500})
    ),
)
