"""`make demo`: onboards one channel account at a running `make serve` as a partner would, and shows every request."""

import json
import os
import sys
import time
from datetime import date
from typing import Any

import httpx

from devtools.client.output import console
from devtools.client.syncs import sync_words
from devtools.demo_channels import price_at_channel
from devtools.event_receiver import EventReceiver, event_receiver
from devtools.partner_client import PartnerClient, resource, show, show_title
from devtools.progress import bar
from devtools.start_conditions import HOST, CannotStart, read_port

SYNC_TIMEOUT_SECONDS = 300
PUSH_TIMEOUT_SECONDS = 60
EVENT_TIMEOUT_SECONDS = 30
# What the demo causes, whatever the channel.
EXPECTED_EVENTS = {"account.created", "listing.created", "listing.base_price_changed", "listing.refreshed"}
# Switches of the sandbox that add dates to the bookings of channels whose documented bookings have none.
DATES_OF_STAYS = {"coliving": {"stay_dates": True}}


def wait_for_sync(api: PartnerClient, path: str) -> None:
    """Polls an account or a listing until its `sync-status` is completed."""
    shown, deadline = None, time.monotonic() + SYNC_TIMEOUT_SECONDS
    with bar(console(sys.stdout), "Syncing") as tell:
        while time.monotonic() < deadline:
            attributes = api.call("GET", path, quiet=True)["data"]["attributes"]
            status = attributes["sync-status"]
            if status != shown:
                print(f"> GET {path}\n< 200 OK  sync-status: {json.dumps(status)}")
                shown = status
            tell(sync_words(status["state"], attributes))
            if status["state"] == "completed":
                return
            if status["state"] == "unknown":
                raise SystemExit("The sync failed. The worker's log names the reason.")
            time.sleep(0.5)
    raise SystemExit("The sync did not finish in time. The worker's log shows its current job.")


def wait_until_posted(api: PartnerClient, listing: str) -> dict[str, Any]:
    """Polls the first night until the channel has confirmed its price, and returns the night's attributes."""
    query = {"page[size]": 1, "fields[calendar-entries]": "date,availability,price,price-posted"}
    deadline = time.monotonic() + PUSH_TIMEOUT_SECONDS
    with bar(console(sys.stdout), "Pushing"):
        while time.monotonic() < deadline:
            (entry,) = api.call("GET", f"/listings/{listing}/calendar/", quiet=True, **query)["data"]
            if entry["attributes"]["price-posted"] is not None:
                attributes: dict[str, Any] = entry["attributes"]
                return attributes
            time.sleep(0.5)
    raise SystemExit("No price was pushed in time. The worker's log names the reason.")


def send_in_turn(channel: httpx.Client, request: httpx.Request) -> httpx.Response:
    """Sends the request, and repeats it while the channel answers 429.

    The channel's limit also counts the worker's requests, which come from the same address.
    """
    deadline = time.monotonic() + PUSH_TIMEOUT_SECONDS
    while (response := channel.send(request)).status_code == 429 and time.monotonic() < deadline:
        time.sleep(1)
    return response


def occupancy_is_unknown(api: PartnerClient, path: str) -> bool:
    status = api.call("GET", path, quiet=True)["data"]["attributes"]["sync-status"]
    return status["occupancy-unknown-since"] is not None


def tell_dates(api: PartnerClient, sandbox: httpx.Client, channel: str, listing: str) -> None:
    """Shows what the API says about bookings without dates, lets the sandbox add dates, and reads them."""
    show_title("The occupancy is unknown: as documented, the channel's bookings have no dates")
    shown: dict[str, Any] = {"fields[listings]": "title,sync-status"}
    api.call("GET", f"/listings/{listing}/", **shown)
    print(f"\nNo night counts as free, and the bookings make no market. Some accounts of {channel} may have dates.")

    show_title("Let the sandbox add dates to bookings, from now on, and read the listing again")
    show(sandbox.send(sandbox.build_request("POST", f"/{channel}/_switches", json=DATES_OF_STAYS[channel])))
    api.call("POST", f"/listings/{listing}/refresh/")
    wait_for_sync(api, f"/listings/{listing}/")


def register(api: PartnerClient, receiver: EventReceiver) -> str:
    """Create a webhook endpoint for the receiver, and return its id."""
    document = resource("webhook-endpoints", url=receiver.url, description="make demo")
    created: dict[str, Any] = api.call("POST", "/webhook-endpoints/", document)["data"]
    receiver.secret = created["attributes"]["secret"]
    return str(created["id"])


def show_events(receiver: EventReceiver) -> None:
    """Show the events that have arrived. Those of one type are shown once."""
    if not receiver.wait_for(EXPECTED_EVENTS, EVENT_TIMEOUT_SECONDS):
        missing = ", ".join(sorted(EXPECTED_EVENTS - receiver.types()))
        raise SystemExit(f"These events did not arrive in time: {missing}. The worker's log names the reason.")
    shown: set[str] = set()
    for webhook_id, event in list(receiver.events.items()):
        if (kind := event["meta"]["type"]) not in shown:
            shown.add(kind)
            print(f"< POST {receiver.url}  webhook-id: {webhook_id}, signature verified")
            print(json.dumps(event, indent=2, ensure_ascii=False))
    print(f"\n{len(receiver.events)} events have arrived, and {receiver.refused} requests had no valid signature.")


def onboard(base_url: str, sandbox: httpx.Client, channel: str, credentials: dict[str, Any]) -> None:
    api, of_application = PartnerClient(base_url), PartnerClient(base_url)

    show_title("Get an app-level token, for all users of the application")
    api.get_token()
    of_application.token = api.token

    with event_receiver() as receiver:
        show_title("Register a small receiver of events, which this program runs")
        endpoint = register(of_application, receiver)
        try:
            onboard_user(api, sandbox, channel, credentials)
            show_title("The events that have arrived meanwhile, the first of each type")
            show_events(receiver)
        finally:
            of_application.call("DELETE", f"/webhook-endpoints/{endpoint}/", quiet=True)
    print("\nDone.")


def onboard_user(api: PartnerClient, sandbox: httpx.Client, channel: str, credentials: dict[str, Any]) -> None:
    show_title("Create a user")
    email = f"host-{int(time.time() * 1000)}@example.com"
    attributes = {"first-name": "Robin", "last-name": "Host", "email": email}
    user = api.call("POST", "/users/", resource("users", **attributes))["data"]["id"]

    show_title(f"Connect the user's {channel} account")
    document = resource("accounts", channel=channel, credentials=credentials)
    account = api.call("POST", f"/users/{user}/accounts/", document)["data"]["id"]

    show_title("Get a user-scoped token, for the resources of this user only")
    api.get_token(user_id=user)

    show_title("Wait for the first sync, which runs in the background")
    wait_for_sync(api, f"/users/{user}/accounts/{account}/")

    show_title("Read a page of listings, sorted and filtered, with their owner")
    query: dict[str, Any] = {"page[size]": 2, "sort": "-base-price", "filter[owner]": user, "include": "owner"}
    listing = api.call("GET", "/listings/", **query)["data"][0]

    if channel in DATES_OF_STAYS and occupancy_is_unknown(api, f"/users/{user}/accounts/{account}/"):
        tell_dates(api, sandbox, channel, listing["id"])

    show_title("Set prices and switch pushing on")
    base_price = listing["attributes"]["base-price"] + 5
    activation = resource(
        "listing-activations", **{"enabled": True, "base-price": base_price, "min-price": max(base_price // 2, 5)}
    )
    activation["data"]["id"] = listing["id"]
    api.call("PATCH", f"/listings/{listing['id']}/activation/", activation)

    show_title("Read the listing from its channel again")
    api.call("POST", f"/listings/{listing['id']}/refresh/")
    wait_for_sync(api, f"/listings/{listing['id']}/")

    show_title("Read the active listings")
    query = {"filter[enabled]": "true", "fields[listings]": "title,base-price,enabled"}
    api.call("GET", "/listings/", **query)

    show_title("Read the calendar: prices in minor units, with their reasons")
    one: dict[str, Any] = {"page[size]": 1}
    api.call("GET", f"/listings/{listing['id']}/calendar/", **one)

    show_title("Compare the price of the first night with the channel's")
    night = wait_until_posted(api, listing["id"])
    print(f"Our calendar: {json.dumps(night)}")
    shown = listing["attributes"]["channel-listings"][0]["channel-id"]
    at_channel = price_at_channel(
        channel, sandbox, lambda request: show(send_in_turn(sandbox, request)), credentials, shown,
        date.fromisoformat(night["date"]),
    )  # fmt: skip
    posted = night["price-posted"] / 100  # the demo's listings are priced in euros
    if abs(posted - at_channel) > 0.01:
        raise SystemExit(f"{channel} has {at_channel:.2f} instead of the pushed price of {posted:.2f}.")
    print(f"\nThe listing is synced and active. {channel} has the pushed price: {posted:.2f} on {night['date']}.")


def main() -> int:
    try:
        port = read_port(os.environ.get("PORT", ""))
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    base_url, sandbox_url = f"http://{HOST}:{port}", f"http://{HOST}:{port + 1}"
    channel = os.environ.get("CHANNEL") or "hostaway"
    sandbox = httpx.Client(base_url=sandbox_url, timeout=60, trust_env=False)
    try:
        accounts = {name: each["credentials"] for name, each in sandbox.get("/").json()["channels"].items()}
    except (httpx.HTTPError, ValueError, KeyError):
        print(f"No sandbox answers at {sandbox_url}. Run `make serve` in another terminal first.", file=sys.stderr)
        return 1
    if channel not in accounts:
        print(f"CHANNEL must be one of {', '.join(accounts)}, not {channel!r}.", file=sys.stderr)
        return 1
    try:
        onboard(base_url, sandbox, channel, accounts[channel][0])
    except httpx.TransportError as error:
        print(f"The server does not answer any more: {error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
