"""What was written, and what the server said to it: afterwards nothing may be lost, doubled or made up.

A write has one of three outcomes. A 2xx answer means that it happened. Any other answer means that nothing was changed
(docs/errors.md). Without an answer, both are possible.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx

from devtools.demo_channels import price_at_channel
from pricing.money import minor_units_per_unit
from reliability.house import House, until
from reliability.partners import Caller, Partner, token_of

SETTLE_SECONDS = 600
NIGHTS_COMPARED = (1, 30, 200)  # days from today


def happened(status: int | None) -> bool | None:
    """Whether a write with this answer happened; None if it is unknown."""
    return None if status is None else 200 <= status < 300 or status == 304


@dataclass
class Value:
    """A value of a listing. One request at a time writes it, so that its history is a line."""

    possible: set[float]
    writing: threading.Lock = field(default_factory=threading.Lock)
    writes: int = 0

    def wrote(self, value: float, status: int | None) -> None:
        match happened(status):
            case True:
                self.possible = {value}
            case None:
                self.possible |= {value}


class Ledger:
    def __init__(self, partners: list[Partner]) -> None:
        self._partners = partners
        self._lock = threading.Lock()
        self._values: dict[tuple[str, str], Value] = {}  # by listing and kind
        self.emails: dict[str, dict[str, bool | None]] = {partner.name: {} for partner in partners}
        self.refreshes: dict[str, list[bool | None]] = {partner.account: [] for partner in partners}
        self.stale: list[str] = []
        self.writes: Counter[str] = Counter()

    def value(self, listing: str, kind: str) -> Value:
        with self._lock:
            return self._values.setdefault((listing, kind), Value(set()))

    @contextmanager
    def reading(self, listing: str, kind: str) -> Iterator[list[float]]:
        """The caller puts what it reads into the list. A value that no write explains is stale."""
        value, found = self.value(listing, kind), list[float]()
        before, possible, busy = value.writes, set(value.possible), value.writing.locked()
        yield found
        # A write that has begun meanwhile may be visible before its answer comes.
        busy = busy or value.writing.locked() or value.writes != before
        if found and possible and not busy and found[0] not in possible:
            self.stale.append(f"listing {listing}: {kind} was read as {found[0]}, was written as {possible}")

    def count(self, status: int | None) -> None:
        with self._lock:
            self.writes[{True: "done", False: "refused", None: "no answer"}[happened(status)]] += 1

    def faults(self, house: House) -> list[str]:
        """Wait until the background work is done; then compare everything. An empty list means that all is right."""
        house.behave()
        try:
            until(lambda: not _unfinished(house), "the background work is done", seconds=SETTLE_SECONDS)
        except TimeoutError as error:
            return [f"{error} Left: {_unfinished(house)}"]
        found = list(self.stale)
        for partner in self._partners:
            partner.token = token_of(house, partner)
            caller = Caller(house.url, partner.token)
            found += self._users(house, partner, caller)
            found += self._jobs(house, partner)
            for listing in partner.listings:
                found += self._listing(house, listing, caller)
                found += _prices(house, partner, listing, caller)
        return found

    def _users(self, house: House, partner: Partner, caller: Caller) -> list[str]:
        """Every user who was created is there once, in the API and in the database, and nobody else is."""
        application = house.rows("SELECT application_id FROM users_user WHERE id = %s", int(partner.user))[0][0]
        query = "SELECT email FROM users_user WHERE application_id = %s AND deleted_at IS NULL AND email LIKE 'made-%%'"
        stored = Counter(email for (email,) in house.rows(query, application))
        shown = Counter(user["attributes"]["email"] for user in caller.pages("/users/"))
        found = []
        for email, exists in self.emails[partner.name].items():
            wanted = (0, 1) if exists is None else (int(exists),)
            if stored[email] not in wanted or shown[email] != stored[email]:
                found.append(f"{email} should exist {wanted} times, is stored {stored[email]} and shown {shown[email]}")
        made_up = stored.keys() - self.emails[partner.name].keys()
        return found + [f"{email} was never created" for email in made_up]

    def _jobs(self, house: House, partner: Partner) -> list[str]:
        """Every refresh that was accepted has its own sync, besides the first one; no other refresh has."""
        account = "CAST(arguments ->> 'account_id' AS text) = %s"
        query = f"SELECT count(*) FROM jobs_job WHERE kind = 'sync_account' AND {account}"
        syncs = house.rows(query, partner.account)[0][0] - 1
        accepted = self.refreshes[partner.account].count(True)
        if accepted <= syncs <= accepted + self.refreshes[partner.account].count(None):
            return []
        return [f"{partner.name}: {accepted} refreshes were accepted, {syncs} were queued"]

    def _listing(self, house: House, listing: str, caller: Caller) -> list[str]:
        shown = caller.get(f"/listings/{listing}/")["data"]["attributes"]
        stays = caller.get(f"/listings/{listing}/customizations/min-stays/")["data"]["attributes"]
        columns = "SELECT base_price, min_price FROM listings_listing WHERE id = %s"
        ((base_price, min_price),) = house.rows(columns, int(listing))
        read = {
            "base price": (shown["base-price"], base_price),
            "min price": (shown["min-price"], min_price),
            "min stay": (stays["min-stay"],),
        }
        found = []
        for kind, values in read.items():
            possible = self.value(listing, kind).possible
            if possible and not set(values) <= possible:
                found.append(f"listing {listing}: {kind} is {values}, was written as {possible}")
        return found


def _unfinished(house: House) -> list[Any]:
    """The jobs of the partners that are queued or running."""
    kinds = "kind IN ('sync_account', 'refresh_listing', 'push_listing')"
    return house.rows(
        f"SELECT kind, state, failures, error FROM jobs_job WHERE state IN ('queued', 'running') AND {kinds}"
    )


def _prices(house: House, partner: Partner, listing: str, caller: Caller) -> list[str]:
    """The channel has confirmed the price of every night, and has it."""
    found = []
    nights = {
        night["attributes"]["date"]: night["attributes"] for night in caller.pages(f"/listings/{listing}/calendar/")
    }
    unsent = [day for day, night in nights.items() if night["price"] != night["price-posted"]]
    per_unit = minor_units_per_unit(caller.get(f"/listings/{listing}/")["data"]["attributes"]["currency"])
    # The API shows one night more than channels have.
    if len(unsent) > 1:
        found.append(f"listing {listing} ({partner.channel}): {len(unsent)} nights have not reached the channel")
    with httpx.Client(base_url=house.sandbox_url, trust_env=False, timeout=30) as sandbox:
        for ahead in NIGHTS_COMPARED:
            day = date.today() + timedelta(days=ahead)  # noqa: DTZ011  any day that is near will do
            posted = nights[day.isoformat()]["price-posted"]
            known = partner.listings[listing]
            has = price_at_channel(
                partner.channel, sandbox, lambda request: sandbox.send(request).raise_for_status().json(),
                partner.credentials, known, day,
            )  # fmt: skip
            if posted is None or abs(posted / per_unit - has) > 0.011:
                found.append(
                    f"listing {listing} ({partner.channel}): {day} was posted as {posted}, the channel has {has}"
                )
    return found
