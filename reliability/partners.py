"""The applications of a house, each with users, one synced account, and listings that are enabled."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from jsonapi.media_types import JSON_API
from reliability.house import House, until

# The channel and the number of the sandbox's account of each application. No two push to the same listings. The first
# application is the noisy one: it sends as many requests as all others together.
ACCOUNTS = (("direct", 0), ("hostaway", 0), ("spotahome", 0), ("direct", 1), ("hostaway", 1), ("spotahome", 1))
LISTINGS = 3  # of each application, so that all do the same work
SYNC_SECONDS = 600
TIMEOUT_SECONDS = 30
REUSED_SECONDS = 10  # servers close connections that are idle for longer


class Caller:
    """One connection to the API with a token. It does not repeat requests, because the ledger counts each of them."""

    def __init__(self, url: str, token: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=TIMEOUT_SECONDS)
        self._used_at = time.monotonic()
        self._headers = {"Authorization": f"Bearer {token}", "Accept": JSON_API, "Content-Type": JSON_API}

    def call(self, method: str, path: str, body: Any = None) -> tuple[int | None, Any]:
        """Return the status and the document. The status is None if no complete answer came."""
        if time.monotonic() > self._used_at + REUSED_SECONDS:
            self._connection.close()
        try:
            content = json.dumps(body) if body else None
            self._connection.request(method, quote(f"/api/v1{path}", safe="/?=&"), content, self._headers)
            response = self._connection.getresponse()
            content_read = response.read()
            return response.status, json.loads(content_read) if content_read else None
        except (OSError, HTTPException, ValueError):
            self._connection.close()
            return None, None
        finally:
            self._used_at = time.monotonic()

    def get(self, path: str) -> Any:
        """The document of an answer that must be good. Raises AssertionError otherwise."""
        status, document = self.call("GET", path)
        assert status == 200, f"GET {path}: {status} {document}"
        return document

    def post(self, path: str, type_: str, **attributes: Any) -> Any:
        """The new resource of an answer that must be good. Raises AssertionError otherwise."""
        status, document = self.call("POST", path, resource(type_, **attributes))
        assert status == 201, f"POST {path}: {status} {document}"
        return document["data"]

    def pages(self, path: str) -> list[Any]:
        """All resources of a list."""
        found, page = [], 1
        while True:
            document = self.get(f"{path}{'&' if '?' in path else '?'}page[size]=100&page[number]={page}")
            found += document["data"]
            if page >= document["meta"]["pagination"]["pages"]:
                return found
            page += 1


@dataclass
class Partner:
    """An application. `listings` maps ids to the listing's id at the channel."""

    name: str
    client_id: str
    secret: str
    channel: str
    credentials: Mapping[str, Any]
    token: str = ""
    user: str = ""
    account: str = ""
    listings: dict[str, str] = field(default_factory=dict)


def resource(type_: str, id_: str | None = None, **attributes: Any) -> dict[str, Any]:
    """A JSON:API document. Members of `attributes` have underscores for the dashes."""
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    return {"data": {"type": type_, **({"id": id_} if id_ else {}), "attributes": named}}


def onboard(house: House, accounts: Sequence[tuple[str, int]] = ACCOUNTS) -> list[Partner]:
    """Create the applications and wait until their first syncs are completed and the first prices are pushed."""
    channels = httpx.get(house.sandbox_url, trust_env=False).json()["channels"]
    partners = []
    for number, (channel, account) in enumerate(accounts):
        name = f"partner {number + 1}"
        printed = house.manage("create_application", "--name", name, "--rate-limit", "1000000").split()
        credentials = channels[channel]["credentials"][account]
        partners.append(Partner(name, printed[1], printed[3], channel, credentials))
    for partner in partners:
        partner.token = token_of(house, partner)
        caller = Caller(house.url, partner.token)
        address = f"owner@{partner.name.replace(' ', '-')}.example"
        partner.user = caller.post("/users/", "users", first_name="Ada", last_name="Host", email=address)["id"]
        credentials = {"channel": partner.channel, "credentials": dict(partner.credentials)}
        partner.account = caller.post(f"/users/{partner.user}/accounts/", "accounts", **credentials)["id"]
    for partner in partners:
        caller, path = Caller(house.url, partner.token), f"/users/{partner.user}/accounts/{partner.account}/"
        until(
            lambda: caller.get(path)["data"]["attributes"]["sync-status"]["state"] == "completed",  # noqa: B023
            f"the account of {partner.name} is synced",
            seconds=SYNC_SECONDS,
        )
        _enable(caller, partner)
    return partners


def _enable(caller: Caller, partner: Partner) -> None:
    priced = [each for each in caller.pages("/listings/?sort=title") if each["attributes"]["in-active-market"]]
    for listing in priced[:LISTINGS]:
        id_ = listing["id"]
        document = resource("listing-activations", id_, enabled=True, base_price=100, min_price=50)
        status, answer = caller.call("PATCH", f"/listings/{id_}/activation/", document)
        assert status == 200, f"Enabling listing {id_}: {status} {answer}"
        partner.listings[id_] = listing["attributes"]["channel-listings"][0]["channel-id"]

    assert partner.listings, f"No listing of {partner.name} is in an active market."


def token_of(house: House, partner: Partner) -> str:
    form = {"grant_type": "client_credentials", "client_id": partner.client_id, "client_secret": partner.secret}
    answer = httpx.post(f"{house.url}/o/token/", data=form, timeout=TIMEOUT_SECONDS, trust_env=False)
    return str(answer.raise_for_status().json()["access_token"])
