"""`make demo`: a partner's onboarding of one channel account against a running `make serve`, all of it shown."""

import json
import os
import sys
import time
from datetime import date
from typing import Any
from urllib.parse import unquote

import httpx

from devtools.demo_channels import price_at_channel
from devtools.serve import CannotStart, read_port

JSON_API = "application/vnd.api+json"
SHOWN_LINES = 60
SYNC_TIMEOUT_SECONDS = 300
PUSH_TIMEOUT_SECONDS = 60


class Demo:
    """Speaks to the API as a partner would, and prints what is said."""

    def __init__(self, base_url: str) -> None:
        self.http = httpx.Client(base_url=base_url, timeout=30, trust_env=False)
        self.token = ""

    def step(self, title: str) -> None:
        print(f"\n\033[1m== {title}\033[0m" if sys.stdout.isatty() else f"\n== {title}")

    def get_token(self, **parameters: Any) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": "demo-partner",
            "client_secret": "demo-partner-secret",
            **parameters,
        }
        answer = self._show(self.http.build_request("POST", "/o/token/", data=form))
        self.token = answer["access_token"]

    def call(self, method: str, path: str, body: Any = None, *, quiet: bool = False, **query: Any) -> Any:
        request = self.http.build_request(
            method,
            f"/api/v1{path}",
            params=query or None,
            content=json.dumps(body) if body else None,
            headers={"Authorization": f"Bearer {self.token}", "Accept": JSON_API, "Content-Type": JSON_API},
        )
        return self._show(request, quiet=quiet)

    def _show(self, request: httpx.Request, *, quiet: bool = False) -> Any:
        return show(self.http.send(request), quiet=quiet)


def show(response: httpx.Response, *, quiet: bool = False) -> Any:
    """Prints a request and its answer, long documents cut, and returns the document. A failure ends the demo."""
    request = response.request
    document = response.json() if response.content else None
    if not quiet or response.is_error:
        print(f"> {request.method} {unquote(str(request.url))}")
        if request.content:
            print(f"> {request.content.decode()}")
        print(f"< {response.status_code} {response.reason_phrase}")
        lines = json.dumps(document, indent=2, ensure_ascii=False).splitlines() if document else []
        for line in lines[:SHOWN_LINES]:
            print(line)
        if len(lines) > SHOWN_LINES:
            print(f"  … {len(lines) - SHOWN_LINES} more lines")
    if response.is_error:
        raise SystemExit(1)
    return document


def resource(type_: str, **attributes: Any) -> dict[str, Any]:
    return {"data": {"type": type_, "attributes": attributes}}


def wait_for_sync(demo: Demo, path: str) -> dict[str, Any]:
    """Polls `sync-status` of an account or a listing until it is completed."""
    shown, deadline = None, time.monotonic() + SYNC_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        document = demo.call("GET", path, quiet=True)
        status = document["data"]["attributes"]["sync-status"]
        if status != shown:
            print(f"> GET {path}\n< 200 OK  sync-status: {json.dumps(status)}")
            shown = status
        if status["state"] == "completed":
            return document
        if status["state"] == "unknown":
            raise SystemExit("The sync failed; the worker's log says why.")
        time.sleep(0.5)
    raise SystemExit("The sync did not finish in time; the worker's log says what it is busy with.")


def wait_until_posted(demo: Demo, listing: str) -> dict[str, Any]:
    """The first night, with the price that the channel has confirmed."""
    query = {"page[size]": 1, "fields[calendar-entries]": "date,availability,price,price-posted"}
    deadline = time.monotonic() + PUSH_TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        (entry,) = demo.call("GET", f"/listings/{listing}/calendar/", quiet=True, **query)["data"]
        if entry["attributes"]["price-posted"] is not None:
            return entry["attributes"]
        time.sleep(0.5)
    raise SystemExit("No price was pushed in time; the worker's log says why.")


def send_in_turn(channel: httpx.Client, request: httpx.Request) -> httpx.Response:
    """The channel limits all that comes from one address together, the worker's requests too."""
    deadline = time.monotonic() + PUSH_TIMEOUT_SECONDS
    while (response := channel.send(request)).status_code == 429 and time.monotonic() < deadline:
        time.sleep(1)
    return response


def onboard(base_url: str, sandbox: httpx.Client, channel: str, credentials: dict[str, Any]) -> None:
    demo = Demo(base_url)

    demo.step("An app-level token: all users of the application")
    demo.get_token()

    demo.step("A user")
    email = f"host-{int(time.time() * 1000)}@example.com"
    attributes = {"first-name": "Robin", "last-name": "Host", "email": email}
    user = demo.call("POST", "/users/", resource("users", **attributes))["data"]["id"]

    demo.step(f"The user's {channel} account")
    document = resource("accounts", channel=channel, credentials=credentials)
    account = demo.call("POST", f"/users/{user}/accounts/", document)["data"]["id"]

    demo.step("A user-scoped token: this user's resources alone")
    demo.get_token(user_id=user)

    demo.step("The first sync, in the background")
    wait_for_sync(demo, f"/users/{user}/accounts/{account}/")

    demo.step("Listings: a page, sorted, filtered, with their owner")
    query: dict[str, Any] = {"page[size]": 2, "sort": "-base-price", "filter[owner]": user, "include": "owner"}
    listing = demo.call("GET", "/listings/", **query)["data"][0]

    demo.step("Prices set and pushing switched on")
    base_price = listing["attributes"]["base-price"] + 5
    activation = resource(
        "listing-activations", **{"enabled": True, "base-price": base_price, "min-price": max(base_price // 2, 5)}
    )
    activation["data"]["id"] = listing["id"]
    demo.call("PATCH", f"/listings/{listing['id']}/activation/", activation)

    demo.step("The listing read from its channel again")
    demo.call("POST", f"/listings/{listing['id']}/refresh/")
    wait_for_sync(demo, f"/listings/{listing['id']}/")

    demo.step("Listings that are synced and active")
    query = {"filter[enabled]": "true", "fields[listings]": "title,base-price,enabled"}
    demo.call("GET", "/listings/", **query)

    demo.step("The calendar: prices in minor units, with what moved them")
    one: dict[str, Any] = {"page[size]": 1}
    demo.call("GET", f"/listings/{listing['id']}/calendar/", **one)

    demo.step("The price of the first night, at the channel itself")
    night = wait_until_posted(demo, listing["id"])
    print(f"our calendar: {json.dumps(night)}")
    shown = listing["attributes"]["channel-listings"][0]["channel-id"]
    at_channel = price_at_channel(
        channel, sandbox, lambda request: show(send_in_turn(sandbox, request)), credentials, shown,
        date.fromisoformat(night["date"]),
    )  # fmt: skip
    posted = night["price-posted"] / 100  # the demo's listings are priced in euros
    if abs(posted - at_channel) > 0.01:
        raise SystemExit(f"{channel} says {at_channel:.2f}, not the {posted:.2f} that was pushed.")
    print(f"\nDone: synced, active, and {channel} sells the night of {night['date']} at {at_channel:.2f}, as pushed.")


def main() -> int:
    try:
        port = read_port(os.environ.get("PORT", ""))
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    base_url, sandbox_url = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}"
    channel = os.environ.get("CHANNEL") or "hostaway"
    sandbox = httpx.Client(base_url=sandbox_url, timeout=60, trust_env=False)
    try:
        accounts = {name: each["credentials"] for name, each in sandbox.get("/").json()["channels"].items()}
    except (httpx.HTTPError, ValueError, KeyError):
        print(f"No sandbox answers at {sandbox_url}; `make serve` in another terminal first.", file=sys.stderr)
        return 1
    if channel not in accounts:
        print(f"CHANNEL must be one of {', '.join(accounts)}, not {channel!r}.", file=sys.stderr)
        return 1
    try:
        onboard(base_url, sandbox, channel, accounts[channel][0])
    except httpx.TransportError as error:
        print(f"The server went away: {error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
