"""A property manager at the sandbox's Hostaway, who uses Hostaway's API without our connector."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx

from sandbox.server import RunningSandbox

SECRET = "sandbox-secret"
NEW_LISTING = {
    "name": "Garden studio",
    "address": "Rua Nova 1, Lisbon, Portugal",
    "price": 90,
    "currencyCode": "EUR",
    "guestsIncluded": 2,
    "priceForExtraPerson": 0,
    "personCapacity": 2,
    "city": "Lisbon",
    "country": "Portugal",
    "timeZoneName": "Europe/Lisbon",
}


@dataclass
class Manager:
    sandbox: RunningSandbox
    client_id: str

    def __post_init__(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": SECRET}
        token = self._call("POST", "/accessTokens", data=form | {"scope": "general"}).json()["access_token"]
        self._headers = {"Authorization": f"Bearer {token}"}
        self.sandbox.log.clear()

    def _call(self, method: str, path: str, **parts: Any) -> httpx.Response:
        return httpx.request(method, f"{self.sandbox.base_url}/hostaway/v1{path}", **parts).raise_for_status()

    def get(self, path: str, **params: Any) -> Any:
        return self._call("GET", path, params=params, headers=self._headers).json()["result"]

    def do(self, method: str, path: str, body: Any = None) -> Any:
        return self._call(method, path, json=body, headers=self._headers).json()["result"]

    def listings(self) -> dict[str, Any]:
        return {str(row["id"]): row for row in self.get("/listings", limit=500)}

    def reservations(self, since: date) -> dict[str, Any]:
        """Return all reservations with a departure on or after `since`, except inquiries."""
        found: dict[str, Any] = {}
        after: dict[str, int] = {}
        while page := self.get("/reservations", departureStartDate=since.isoformat(), limit=500, **after):
            found |= {str(row["id"]): row for row in page}
            after = {"afterId": page[-1]["id"]}
        return {id: row for id, row in found.items() if not row["status"].startswith("inquiry")}


def booking_of(listing_id: int) -> dict[str, Any]:
    return {
        "channelId": 2000,
        "listingMapId": listing_id,
        "guestName": "Somebody",
        "numberOfGuests": 2,
        "arrivalDate": "2026-09-01",
        "departureDate": "2026-09-05",
        "totalPrice": 400,
        "currency": "EUR",
    }


def queries_of(sandbox: RunningSandbox, path: str, method: str = "GET") -> list[str]:
    """Return the query strings of the requests whose path begins with `path`."""
    return [request["query"] for request in sandbox.log.matching(method=method, path=f"/v1{path}")]


def calendar_requests(sandbox: RunningSandbox) -> list[str]:
    return [request["path"] for request in sandbox.log.matching() if request["path"].endswith("/calendar")]
