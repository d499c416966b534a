"""The price of a night at each channel, read through the channel's own API without our connectors."""

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import httpx

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NIGHTS_OF_A_MONTH = 30  # see docs/channels-coliving.md and docs/channels-spotahome.md

Send = Callable[[httpx.Request], Any]
Credentials = Mapping[str, Any]


def price_at_channel(
    channel: str, base: httpx.Client, send: Send, credentials: Credentials, listing: str, night: date
) -> float:
    """The night's price in whole currency units. `send` shows a request, sends it, and returns the document."""
    return ASK[channel](base, send, credentials, listing, night)


def _hostaway(base: httpx.Client, send: Send, credentials: Credentials, listing: str, night: date) -> float:
    form = {"grant_type": "client_credentials", "scope": "general", **credentials}
    token = send(base.build_request("POST", "/hostaway/v1/accessTokens", data=form))["access_token"]
    time.sleep(1)  # a new token works after one second
    path, dates = f"/hostaway/v1/listings/{listing}/calendar", {"startDate": f"{night}", "endDate": f"{night}"}
    headers = {"Authorization": f"Bearer {token}"}
    (day,) = send(base.build_request("GET", path, params=dates, headers=headers))["result"]
    return float(day["price"])


def _spotahome(base: httpx.Client, send: Send, credentials: Credentials, listing: str, night: date) -> float:
    headers = {"Authorization": credentials["token"], "Accept": "application/json"}
    document = send(base.build_request("GET", f"/spotahome/api/listings/{listing}", headers=headers))
    rents = document["monthlyPrice"]["pricesByDay"][MONTHS[night.month - 1]]
    return float(rents[night.day - 1]) / NIGHTS_OF_A_MONTH


def _coliving(base: httpx.Client, send: Send, credentials: Credentials, listing: str, night: date) -> float:
    house, _, room_type = listing.partition(":")
    path = f"/coliving/v2/integrations/{credentials['provider']}/listings/{house}/room-types"
    document = send(base.build_request("GET", path, headers={"X-API-Key": credentials["api_key"]}))
    (prices,) = (each["prices"] for each in document["data"]["room_types"] if str(each["room_type_id"]) == room_type)
    return float(prices.get(f"price_{MONTHS[night.month - 1]}") or prices["base_price"]) / NIGHTS_OF_A_MONTH


def _direct(base: httpx.Client, send: Send, credentials: Credentials, listing: str, night: date) -> float:
    key_id, _, secret = credentials["api_key"].partition(".")
    path, dates = f"/direct/v1/listings/{listing}/calendar", {"first": f"{night}", "last": f"{night}"}
    request = base.build_request("GET", path, params=dates)
    timestamp = str(int(time.time()))
    text = "\n".join([timestamp, "GET", request.url.raw_path.decode(), "", hashlib.sha256().hexdigest()])
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    request.headers.update(
        {"X-Channel-Key": key_id, "X-Channel-Timestamp": timestamp, "X-Channel-Signature": f"v1={signature}"}
    )
    (day,) = send(request)["nights"]
    return float(day["price"]) / 100


ASK: dict[str, Callable[[httpx.Client, Send, Credentials, str, date], float]] = {
    "hostaway": _hostaway,
    "spotahome": _spotahome,
    "coliving": _coliving,
    "direct": _direct,
}
