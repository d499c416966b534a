"""The account at the channel, through Hostaway's API as documented and without our connector.

The referee writes the prices of simple policies, and reads what all policies earned. It shares no code with what it
judges.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from types import TracebackType
from typing import Any, Self

import httpx

SECRET = "sandbox-secret"  # noqa: S105
MOST_INTERVALS, PAGE = 200, 500
BOOKED = ("new", "modified")  # Hostaway's words for bookings that stand


@dataclass(frozen=True)
class Booking:
    """A booking that stands. `rent` is that of all its nights, in whole units of the listing's currency."""

    listing: int
    booked_at: str  # UTC, as "2027-01-25 06:00:00"
    arrival: date
    departure: date
    rent: float


class Channel:
    def __init__(self, url: str, client_id: int) -> None:
        self._http = httpx.Client(base_url=f"{url}/hostaway/v1", timeout=120, trust_env=False)
        self._client_id = client_id

    def _send(self, method: str, path: str, **parts: Any) -> Any:
        """The result. A token that has expired, as a year may have passed, is renewed once."""
        answer = self._http.request(method, path, **parts)
        if answer.status_code == httpx.codes.FORBIDDEN:
            form = {"grant_type": "client_credentials", "client_id": str(self._client_id), "client_secret": SECRET}
            token = self._http.post("/accessTokens", data=form | {"scope": "general"}).raise_for_status().json()
            self._http.headers["Authorization"] = f"Bearer {token['access_token']}"
            answer = self._http.request(method, path, **parts)
        return answer.raise_for_status().json()["result"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def listings(self) -> list[int]:
        """The ids of the listings that can be booked."""
        return [row["id"] for row in self._pages("/listings") if row["specialStatus"] != "archived"]

    def prices(self, listing: int, first: date, nights: int) -> list[float]:
        """What the calendar asks for the nights from `first` on, in whole units."""
        dates = {"startDate": f"{first}", "endDate": f"{first + timedelta(days=nights - 1)}"}
        days = self._send("GET", f"/listings/{listing}/calendar", params=dates)
        return [float(day["price"]) for day in days]

    def write(self, listing: int, first: date, prices: Sequence[float]) -> None:
        """Ask these prices for the nights from `first` on."""
        spans: list[dict[str, Any]] = []
        nights = enumerate(prices)
        for price, group in groupby(nights, key=lambda night: night[1]):
            days = [number for number, _ in group]
            begin, end = first + timedelta(days=days[0]), first + timedelta(days=days[-1])
            spans.append({"startDate": f"{begin}", "endDate": f"{end}", "price": price})
        path = f"/listings/{listing}/calendarIntervals"
        for start in range(0, len(spans), MOST_INTERVALS):
            self._send("PUT", path, json=spans[start : start + MOST_INTERVALS])

    def bookings(self) -> list[Booking]:
        """All bookings that stand, of all listings."""
        rows = self._pages("/reservations", includeResources=1, sortOrder="arrivalDate")
        return [_booking(row) for row in rows if row["status"] in BOOKED]

    def _pages(self, path: str, **query: Any) -> Iterator[Mapping[str, Any]]:
        offset = 0
        while True:
            params = {**query, "limit": PAGE, "offset": offset}
            rows = self._send("GET", path, params=params)
            yield from rows
            offset += len(rows)
            if not rows:
                return


def _booking(row: Mapping[str, Any]) -> Booking:
    rent = sum(part["total"] for part in row["financeField"] if part["name"] == "baseRate")
    arrival, departure = date.fromisoformat(row["arrivalDate"]), date.fromisoformat(row["departureDate"])
    return Booking(row["listingMapId"], row["reservationDate"], arrival, departure, rent)


@dataclass(frozen=True)
class Earned:
    """What a listing earned. revenue: in whole units of its currency. nights: those of units that were sold."""

    revenue: float = 0.0
    nights: int = 0


def earned(bookings: Sequence[Booking], since: datetime, opening: date, days: int) -> dict[int, Earned]:
    """By listing: the rent of the nights in `days` days from the opening, of bookings made after `since` (UTC).

    Bookings made earlier are the same for all policies, and left out. A stay that goes on beyond the last day counts
    with its share of the rent.
    """
    closing, after = opening + timedelta(days=days), f"{since:%Y-%m-%d %H:%M:%S}"
    found: dict[int, Earned] = {}
    for booking in bookings:
        if booking.booked_at > after:
            nights = (min(booking.departure, closing) - max(booking.arrival, opening)).days
            if nights > 0:
                before = found.get(booking.listing, Earned())
                rent = booking.rent * nights / (booking.departure - booking.arrival).days
                found[booking.listing] = Earned(before.revenue + rent, before.nights + nights)
    return found
