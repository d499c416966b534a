"""Operations that change occupancies (S7-S11).

A client that rewrites the list (S7, S10, S3) removes all occupancies that it does not send. Nothing prevents this,
because the documentation mentions no protection.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.spotahome.ads import Ad, Ads, instant
from sandbox.spotahome.bodies import Check, Member, Wrong, checked, day, flag, list_of, object_of, optional, text
from sandbox.spotahome.occupancies import (
    DESCRIPTIONS,
    Occupancy,
    log_occupancies,
    occupancies,
    remove_occupancy,
    replace_occupancies,
    write_occupancy,
)
from sandbox.spotahome.operations import Call, Operation
from sandbox.spotahome.paths import LISTING
from sandbox.spotahome.problems import Problem


def put_occupancies(call: Call) -> None:
    """S7, and S10 with the same contract below `/public`."""
    replace_occupancies(call.ads, call.ads.ad(call.id), call.body)


def add_occupancy(call: Call) -> None:
    """S8."""
    ads, ad, body = call.ads, call.ads.ad(call.id), call.body
    asked = Occupancy(body["checkIn"], body["checkOut"], _described(body))
    before = occupancies(ads, ad)
    overlapping = any(one.start < asked.end and asked.start < one.end for one in before)
    if overlapping and call.switches["overlaps"] == "refuse":
        raise Problem(422, {"checkIn": {"overlaps": "The listing is occupied on some of these days"}})
    write_occupancy(ads, ad, asked)
    log_occupancies(ads, ad, before, [*before, asked])
    if body.get("shouldUpdateRefreshAvailabilities"):
        refresh(ads, ads.ad(ad.id))


def remove_booking_request(call: Call) -> None:
    """S9. The body is optional."""
    ads, ad = call.ads, call.ads.ad(call.path["listing_id"])
    before = occupancies(ads, ad)
    request = str(call.path["request_id"])
    gone = [one for one in before if one.described.get("bookingRequestId") == request]
    if not gone:
        raise Problem(404)
    for occupancy in gone:
        remove_occupancy(ads, occupancy)
    log_occupancies(ads, ad, before, [one for one in before if one not in gone])
    if call.body and call.body.get("shouldUpdateRefreshAvailabilities"):
        refresh(ads, ads.ad(ad.id))


def refresh_availabilities(call: Call) -> None:
    """S11."""
    refresh(call.ads, call.ads.ad(call.id))


def refresh(ads: Ads, ad: Ad) -> None:
    """Record that the landlord confirmed the availabilities now."""
    ads.keep(ad, "AdAvailabilitiesWereRefreshed", {"refreshAvailabilitiesDate": instant(ads.at)})


def _described(body: Mapping[str, Any]) -> dict[str, str]:
    return {name: body[name] for name in DESCRIPTIONS if body.get(name) is not None}


def _occupancy_with(start: str, end: str) -> Check:
    """The check of one occupancy in a list, with these names of its dates. Undocumented members are refused."""
    members = {start: Member(day), end: Member(day), **{name: optional(text) for name in DESCRIPTIONS}}

    def check(value: object) -> Occupancy:
        body = object_of(members, closed=True)(value)
        if body[end] <= body[start]:
            raise Wrong("notAfter", f"{end} must be after {start}")
        return Occupancy(body[start], body[end], _described(body))

    return check


def _with_days_in_order(value: object) -> Any:
    body = checked(ADDED_BODY, value)
    if body["checkOut"] <= body["checkIn"]:
        raise Problem(422, {"checkOut": {"notAfter": "checkOut must be after checkIn"}})
    return body


def _nothing_or_removal(value: object) -> Any:
    return {} if value is None else checked(REMOVAL_BODY, value)


OCCUPATIONS = list_of(_occupancy_with("from", "to"))
"""The member `occupations` of S3's body."""
OCCUPANCIES_BODY = list_of(_occupancy_with("start", "end"))
REMOVAL_BODY = object_of({"shouldUpdateRefreshAvailabilities": optional(flag)})
ADDED_BODY = object_of(
    {
        "checkIn": Member(day),
        "checkOut": Member(day),
        "source": optional(text),
        "bookingRequestId": optional(text),
        "shouldUpdateRefreshAvailabilities": optional(flag),
    }
)
FAILURES = frozenset({401, 404, 500})
OPERATIONS = (
    Operation("S7", "PUT", f"{LISTING}/occupancies", put_occupancies, 204, FAILURES, OCCUPANCIES_BODY),
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
        FAILURES,
        _nothing_or_removal,
    ),
    Operation("S10", "PUT", f"/public{LISTING}/occupancies", put_occupancies, 204, FAILURES, OCCUPANCIES_BODY),
    Operation("S11", "PUT", f"{LISTING}/last-availabilities-date", refresh_availabilities, 204, FAILURES),
)
