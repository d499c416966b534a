"""The requests of the load: which, how often, and what the ledger notes of them."""

import random
import uuid
from collections.abc import Callable
from typing import Any

from reliability.ledger import Ledger, happened
from reliability.partners import Caller, Partner, resource

DOCUMENTED = frozenset({200, 201, 202, 204, 304, 409, 422, 429, 502, 503})
"""The statuses that the load may meet. Every other one, and no answer at all, breaks a promise."""


class Sender:
    """Sends the requests of one application over one connection."""

    def __init__(self, url: str, partner: Partner, ledger: Ledger, seed: int) -> None:
        self._caller = Caller(url, partner.token)
        self._partner = partner
        self._ledger = ledger
        self._chance = random.Random(seed)
        self._listings = sorted(partner.listings)

    def send(self) -> tuple[str, int | None]:
        """Send one request, chosen at random by its weight. Returns its name and the status of its answer."""
        (operation,) = self._chance.choices(OPERATIONS, WEIGHTS)
        return operation.__name__, operation(self, self._chance.choice(self._listings))

    def list_listings(self, listing: str) -> int | None:
        return self._caller.call("GET", "/listings/?page[size]=3&include=owner")[0]

    def get_listing(self, listing: str) -> int | None:
        with self._ledger.reading(listing, "base price") as found:
            status, document = self._caller.call("GET", f"/listings/{listing}/")
            if status == 200:
                found.append(document["data"]["attributes"]["base-price"])
        return status

    def get_calendar(self, listing: str) -> int | None:
        return self._caller.call("GET", f"/listings/{listing}/calendar/?page[size]=30")[0]

    def get_customizations(self, listing: str) -> int | None:
        return self._caller.call("GET", f"/listings/{listing}/customizations/")[0]

    def list_users(self, listing: str) -> int | None:
        return self._caller.call("GET", "/users/?page[size]=10")[0]

    def get_account(self, listing: str) -> int | None:
        return self._caller.call("GET", f"/users/{self._partner.user}/accounts/{self._partner.account}/")[0]

    def patch_activation(self, listing: str) -> int | None:
        price = self._chance.randrange(60, 400)
        document = resource("listing-activations", listing, enabled=True, base_price=price)
        return self._change(listing, "base price", price, f"/listings/{listing}/activation/", document)

    def patch_min_price(self, listing: str) -> int | None:
        price = self._chance.randrange(10, 50)
        document = resource("min-max-price-customizations", listing, min_price=price)
        path = f"/listings/{listing}/customizations/min-max-prices/"
        return self._change(listing, "min price", price, path, document)

    def patch_min_stay(self, listing: str) -> int | None:
        nights = self._chance.randrange(1, 8)
        document = resource("min-stay-customizations", listing, min_stay=nights)
        return self._change(listing, "min stay", nights, f"/listings/{listing}/customizations/min-stays/", document)

    def _change(self, listing: str, kind: str, value: float, path: str, document: Any) -> int | None:
        known = self._ledger.value(listing, kind)
        with known.writing:
            status, _ = self._caller.call("PATCH", path, document)
            known.wrote(value, status)
            known.writes += 1
        self._ledger.count(status)
        return status

    def create_user(self, listing: str) -> int | None:
        email = f"made-{uuid.UUID(int=self._chance.getrandbits(128))}@example.com"
        document = resource("users", first_name="Grace", last_name="Host", email=email)
        status, answer = self._caller.call("POST", "/users/", document)
        self._ledger.emails[self._partner.name][email] = happened(status)
        self._ledger.count(status)
        if status == 201 and self._chance.random() < 0.3:
            deleted, _ = self._caller.call("DELETE", f"/users/{answer['data']['id']}/")
            exists = happened(deleted)
            self._ledger.emails[self._partner.name][email] = None if exists is None else not exists
            self._ledger.count(deleted)
        return status

    def refresh_account(self, listing: str) -> int | None:
        path = f"/users/{self._partner.user}/accounts/{self._partner.account}/refresh/"
        status, _ = self._caller.call("POST", path)
        self._ledger.refreshes[self._partner.account].append(happened(status))
        self._ledger.count(status)
        return status

    def refresh_listing(self, listing: str) -> int | None:
        return self._caller.call("POST", f"/listings/{listing}/refresh/")[0]

    def connect_refused(self, listing: str) -> int | None:
        """Credentials that the channel refuses."""
        credentials = {"client_id": "10003", "client_secret": "wrong"}
        document = resource("accounts", channel="hostaway", credentials=credentials)
        return self._caller.call("POST", f"/users/{self._partner.user}/accounts/", document)[0]


MIX: dict[Callable[[Sender, str], int | None], float] = {
    Sender.list_listings: 28,
    Sender.get_listing: 20,
    Sender.get_calendar: 14,
    Sender.get_customizations: 6,
    Sender.list_users: 5,
    Sender.get_account: 5,
    Sender.patch_activation: 8,
    Sender.patch_min_price: 5,
    Sender.patch_min_stay: 4,
    Sender.create_user: 4,
    Sender.refresh_account: 0.5,
    Sender.refresh_listing: 0.4,
    Sender.connect_refused: 0.1,
}
OPERATIONS, WEIGHTS = list(MIX), list(MIX.values())
