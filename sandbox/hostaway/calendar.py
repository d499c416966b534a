"""`/listings/{id}/calendar` and `/calendarIntervals`."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.hostaway.account import Account, Accounts
from sandbox.hostaway.arguments import amount, day, day_text, flag, json_body, json_object, required, text, whole
from sandbox.hostaway.envelope import Fail, success
from sandbox.hostaway.reservation_vocabulary import WIRE_STATUS, channel_of
from sandbox.store import NightChange
from sandbox.world.listings import Listing
from sandbox.world.nights import Terms
from sandbox.world.stays import Status, Stay

DEFAULT_DAYS = 365
HORIZON_DAYS = 3 * 366
"""The longest range for reading, and the number of days ahead that can be written."""
PAST_DAYS = 2 * 366
"""The number of past days that can be written."""
MOST_INTERVALS = 200
LONGEST_STAY = 1125
"""The longest stay, in nights."""
DAY_ID_BASE = 100_000


class Calendar:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def routes(self) -> list[BaseRoute]:
        path = "/v1/listings/{listing_id:id}"
        return [
            Route(f"{path}/calendar", self.retrieve, methods=["GET"]),
            Route(f"{path}/calendar", self.update, methods=["PUT"]),
            Route(f"{path}/calendarIntervals", self.update_many, methods=["PUT"]),
        ]

    async def retrieve(self, request: Request) -> Response:
        """The nights of a range, both ends included. The default is a year from today in the listing's time zone."""
        account, query = self._accounts.of(request), request.query_params
        listing = account.listing(request.path_params["listing_id"])
        first = day(query, "startDate") or today_at(listing, account.now)
        last = day(query, "endDate") or first + DEFAULT_DAYS - 1
        if not first <= last < first + HORIZON_DAYS or last > date.max.toordinal() - 1:
            raise Fail(400, f"endDate must not be before startDate, nor {HORIZON_DAYS} days or more after it.")
        return success(_days(account, listing, first, last, reservations=bool(flag(query, "includeResources"))))

    async def update(self, request: Request) -> Response:
        account, body = self._accounts.of(request), await json_object(request)
        listing = account.listing_to_change(request.path_params["listing_id"])
        first, last = _write(account, listing, [body])
        return success(_days(account, listing, first, last, reservations=False))

    async def update_many(self, request: Request) -> Response:
        """Writes all intervals or none. If two overlap, the later one in the list wins."""
        account, body = self._accounts.of(request), await json_body(request)
        listing = account.listing_to_change(request.path_params["listing_id"])
        if not isinstance(body, list) or not all(isinstance(interval, dict) for interval in body):
            raise Fail(400, "The request body must be a list of intervals.")
        if not 1 <= len(body) <= MOST_INTERVALS:
            raise Fail(400, f"Send 1 to {MOST_INTERVALS} intervals, not {len(body)}.")
        _write(account, listing, body)
        return success([])


def today_at(listing: Listing, now: int) -> int:
    """Today in the listing's time zone, as a day ordinal."""
    return datetime.fromtimestamp(now, ZoneInfo(listing.timezone)).toordinal()


def _days(account: Account, listing: Listing, first: int, last: int, *, reservations: bool) -> list[dict[str, Any]]:
    world = account.sandbox.world
    stays: dict[int, list[Stay]] = {}
    for stay in world.stays_on(listing.id, first, last, at=account.now):
        for night in range(max(stay.arrival, first), min(stay.departure, last + 1)):
            stays.setdefault(night, []).append(stay)
    terms = world.terms(listing, first, last, at=account.now)
    return [
        _day(listing, night, night_terms, stays.get(night, []), reservations=reservations)
        for night, night_terms in enumerate(terms, first)
    ]


def _day(listing: Listing, night: int, terms: Terms, stays: list[Stay], *, reservations: bool) -> dict[str, Any]:
    blocked = min(terms.blocked_units, listing.units)
    to_sell = max(0, listing.units - blocked - len(stays))
    several = listing.units > 1
    return {
        "id": listing.id * DAY_ID_BASE + night % DAY_ID_BASE,
        "date": day_text(night),
        "isAvailable": int(to_sell > 0),
        "isProcessed": 1,
        "status": _status(to_sell, stays),
        "price": terms.price,
        "minimumStay": terms.min_stay,
        "maximumStay": terms.max_stay,
        "closedOnArrival": int(terms.closed_on_arrival),
        "closedOnDeparture": int(terms.closed_on_departure),
        "note": terms.note,
        "countAvailableUnits": listing.units if several else None,
        "availableUnitsToSell": to_sell if several else None,
        "desiredUnitsToSell": to_sell if several else None,
        "countPendingUnits": sum(stay.status == Status.REQUESTED for stay in stays) if several else None,
        "countBlockedUnits": blocked if several else None,
        "countBlockingReservations": len(stays) if several else None,
        "reservations": [_part_of_reservation(stay) for stay in stays] if reservations else [],
    }


def _status(to_sell: int, stays: list[Stay]) -> str:
    if to_sell > 0:
        return "available"
    if not stays:
        return "blocked"
    return "pending" if all(stay.status == Status.REQUESTED for stay in stays) else "reserved"


def _part_of_reservation(stay: Stay) -> dict[str, Any]:
    """The members of a reservation that the calendar shows."""
    channel_id, channel_name = channel_of(stay.source)
    return {
        "id": stay.id,
        "hostawayReservationId": stay.id,
        "listingMapId": stay.listing,
        "channelId": channel_id,
        "channelName": channel_name,
        "status": WIRE_STATUS[Status(stay.status)],
        "arrivalDate": day_text(stay.arrival),
        "departureDate": day_text(stay.departure),
        "nights": stay.nights,
        "numberOfGuests": stay.guests,
    }


def _write(account: Account, listing: Listing, intervals: list[dict[str, Any]]) -> tuple[int, int]:
    """Write intervals. Returns the first and the last night of all of them. Raises Fail 400."""
    today = today_at(listing, account.now)
    spans = [(_span(interval, today), interval) for interval in intervals]
    first, last = min(span[0] for span, _ in spans), max(span[1] for span, _ in spans)
    taken = [0] * (last - first + 1)
    for stay in account.sandbox.world.stays_on(listing.id, first, last, at=account.now):
        for night in range(max(stay.arrival, first), min(stay.departure, last + 1)):
            taken[night - first] += 1
    changes = []
    for (begin, end), interval in spans:
        change = _change(listing, interval)
        wanted = whole(interval, "desiredUnitsToSell", most=listing.units)
        for night in range(begin, end + 1):
            blocked = change.blocked_units
            if wanted is not None:
                blocked = max(0, listing.units - taken[night - first] - wanted)
            changes.append((night, change.then(NightChange(blocked_units=blocked))))
    account.sandbox.world.change_nights(listing, changes, at=account.now)
    return first, last


def _span(interval: Mapping[str, Any], today: int) -> tuple[int, int]:
    first = required(day(interval, "startDate"), "startDate")
    last = required(day(interval, "endDate"), "endDate")
    if first > last:
        raise Fail(400, "endDate must not be before startDate.")
    if first < today - PAST_DAYS or last > today + HORIZON_DAYS:
        raise Fail(400, f"Nights can be written until {day_text(today + HORIZON_DAYS)}.")
    return first, last


def _change(listing: Listing, interval: Mapping[str, Any]) -> NightChange:
    """The change of each night of an interval. Members that are absent or null stay unchanged. Raises Fail 400."""
    price = amount(interval, "price")
    if price is not None and price <= 0:
        raise Fail(400, "price must be above 0.")
    min_stay = whole(interval, "minimumStay", least=1, most=LONGEST_STAY)
    max_stay = whole(interval, "maximumStay", least=1, most=LONGEST_STAY)
    if min_stay and max_stay and min_stay > max_stay:
        raise Fail(400, "minimumStay must not exceed maximumStay.")
    available = flag(interval, "isAvailable")
    return NightChange(
        price=price,
        min_stay=min_stay,
        max_stay=max_stay,
        closed_on_arrival=flag(interval, "closedOnArrival"),
        closed_on_departure=flag(interval, "closedOnDeparture"),
        blocked_units=None if available is None else 0 if available else listing.units,
        note=text(interval, "note"),
    )
