"""A Hostaway whose rows are written by a test, over real HTTP."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.connectors.scripted_server import Scripted, ScriptedChannel, saying, scripted_channel

CALENDAR = re.compile(r"/v1/listings/(\w+)/calendar")
LISTING = re.compile(r"/v1/listings/(\w+)")
FAILING = Scripted(status=500, body=b"down")


def listing_row(number: int, **members: Any) -> dict[str, Any]:
    return {
        "id": number, "name": f"Flat {number}", "currencyCode": "EUR", "price": 100, "roomType": "entire_home",
        "timeZoneName": "Europe/Lisbon", "city": "Lisbon", "country": "Portugal", **members,
    }  # fmt: skip


def reservation_row(number: int, listing: int, **members: Any) -> dict[str, Any]:
    return {
        "id": number, "listingMapId": listing, "status": "new", "arrivalDate": "2026-07-01",
        "departureDate": "2026-07-04", "totalPrice": 300, "currency": "EUR", **members,
    }  # fmt: skip


@dataclass
class HandMade:
    """`calendars`: of a listing's id, members of each of its days, or the whole answer. `answers`: by path."""

    channel: ScriptedChannel
    listings: list[Any] = field(default_factory=list)
    reservations: list[Any] = field(default_factory=list)
    calendars: dict[str, Mapping[str, Any] | Scripted] = field(default_factory=dict)
    answers: dict[str, Scripted] = field(default_factory=dict)
    down_after: int | None = None  # requests for calendars; then nothing is answered

    def asked(self, path: str) -> list[str]:
        """The paths and queries of the requests whose path contains `path`."""
        return [target for _, target in self.channel.asked if path in target.partition("?")[0]]

    def route(self, path: str, query: Mapping[str, str]) -> Scripted:
        if self.down_after is not None and len(self.asked("/calendar")) > self.down_after:
            return FAILING
        if (answer := self.answers.get(path.removeprefix("/v1"))) is not None:
            return answer
        if path == "/v1/accessTokens":
            return saying({"access_token": "t", "expires_in": 3600})
        if path == "/v1/listings":
            offset = int(query["offset"])
            rows = self.listings[offset : offset + int(query["limit"])]
            return saying({"status": "success", "result": rows, "count": len(self.listings)})
        if path == "/v1/reservations":
            return self._reservations(query)
        if path == "/v1/propertyTypes":
            return saying({"status": "success", "result": []})
        if found := CALENDAR.fullmatch(path):
            return self._calendar(found[1], query)
        if found := LISTING.fullmatch(path):
            rows = [row for row in self.listings if isinstance(row, dict) and str(row.get("id")) == found[1]]
            return saying({"status": "success", "result": rows[0]}) if rows else saying({"status": "fail"}, 404)
        return saying({"status": "fail", "result": "no such path"}, 404)

    def _reservations(self, query: Mapping[str, str]) -> Scripted:
        rows = self.reservations
        if "listingId" in query:
            rows = [row for row in rows if str(row.get("listingMapId")) == query["listingId"]]
        after = query.get("afterId")
        if after is not None:
            ids = [str(row.get("id")) if isinstance(row, dict) else None for row in rows]
            rows = rows[ids.index(after) + 1 :] if after in ids else []
        return saying({"status": "success", "result": rows[: int(query["limit"])], "count": len(rows)})

    def _calendar(self, listing: str, query: Mapping[str, str]) -> Scripted:
        members = self.calendars.get(listing, {})
        if isinstance(members, Scripted):
            return members
        first, last = date.fromisoformat(query["startDate"]), date.fromisoformat(query["endDate"])
        days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
        rows = [{"date": day.isoformat(), "isAvailable": 1, "status": "available", **members} for day in days]
        return saying({"status": "success", "result": rows})


@contextmanager
def hand_made_hostaway() -> Iterator[HandMade]:
    with scripted_channel() as channel:
        made = HandMade(channel)
        channel.route = made.route
        yield made
