"""Deliveries of changed reservations to the registered webhooks, with a log.

The documentation does not define the payload. Ours has the reservation in the form of `GET /reservations/{id}`.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from sandbox.hostaway.account import Account
from sandbox.hostaway.arguments import instant_text
from sandbox.hostaway.reservations import render
from sandbox.hostaway.tokens import PORTFOLIO_IDS
from sandbox.state import Sandbox
from sandbox.world.portfolios import PORTFOLIOS
from sandbox.world.stays import Stay

WEBHOOK, LOG = "hostaway webhook", "hostaway webhook log"
"""Kinds of the documents that hold webhooks and the log of deliveries."""
POLL_SECONDS = 0.5
TIMEOUT_SECONDS = 20
RETRY_AFTER_SECONDS = (60, 240, 960)
"""Seconds of the sandbox's clock before each retry."""
BODY_KEPT = 1000
"""The log keeps this many characters of an answer."""


@dataclass(slots=True)
class Delivery:
    """One event for one webhook. `due_at` in unix seconds."""

    account: Account
    webhook: dict[str, Any]
    stay: Stay
    payload: dict[str, Any]
    due_at: int
    attempts: int = 0


class Deliveries:
    """A background task that runs as long as the sandbox. Deliveries that wait for a retry at its end are lost.

    Retries follow the sandbox's clock, so advancing the clock triggers them.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._under_way: set[asyncio.Task[None]] = set()
        self._start_again()

    def _start_again(self) -> None:
        self._resets = self._sandbox.resets
        self._waiting: list[Delivery] = []
        self._delivered_until: dict[int, int] = {}
        self._delivered: dict[int, set[tuple[int, str]]] = {}
        """By account: id and status of the reservations that were delivered at the instant in `_delivered_until`."""

    async def run(self) -> None:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as http:
            while True:
                await asyncio.sleep(POLL_SECONDS)
                self._sandbox.follow_clock()
                if self._resets != self._sandbox.resets:
                    self._start_again()
                for portfolio in PORTFOLIO_IDS:
                    await self._poll(Account(self._sandbox, PORTFOLIOS[portfolio]))
                self._send_due(http)

    async def _poll(self, account: Account) -> None:
        documents = account.sandbox.store.latest(WEBHOOK, account.id, at=account.now)
        webhooks = [document.body for document in documents if document.body and document.body["isEnabled"]]
        if not webhooks:
            self._delivered_until.pop(account.id, None)
            return
        await account.settle()
        for stay in self._changed_stays(account, min(document.at for document in documents)):
            payload = _payload(account, stay)
            self._waiting += [Delivery(account, webhook, stay, payload, account.now) for webhook in webhooks]

    def _changed_stays(self, account: Account, registered_at: int) -> list[Stay]:
        """The reservations that changed since the last poll or, at first, since the first webhook was registered."""
        now = account.now
        since = min(self._delivered_until.get(account.id, registered_at), now)
        delivered = self._delivered.get(account.id, set()) if account.id in self._delivered_until else set()
        changed = account.sandbox.world.stays(
            account.id,
            at=now,
            where="changed_at BETWEEN ? AND ?",
            values=[since, now],
            rest="ORDER BY changed_at, id",
        )
        self._delivered_until[account.id] = now
        self._delivered[account.id] = {_version(stay) for stay in changed if stay.changed_at == now}
        return [stay for stay in changed if stay.changed_at > since or _version(stay) not in delivered]

    def _send_due(self, http: httpx.AsyncClient) -> None:
        now = self._sandbox.clock.now()
        due = [delivery for delivery in self._waiting if delivery.due_at <= now]
        self._waiting = [delivery for delivery in self._waiting if delivery.due_at > now]
        for delivery in due:
            task = asyncio.create_task(self._attempt(delivery, http))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _attempt(self, delivery: Delivery, http: httpx.AsyncClient) -> None:
        resets = self._resets
        status, text = await _post(http, delivery)
        if resets != self._sandbox.resets:
            return
        self._log(delivery, status, text)
        again = status is None or status == 429 or status >= 500
        if again and delivery.attempts < len(RETRY_AFTER_SECONDS):
            delivery.due_at = self._sandbox.clock.now() + RETRY_AFTER_SECONDS[delivery.attempts]
            delivery.attempts += 1
            self._waiting.append(delivery)

    def _log(self, delivery: Delivery, status: int | None, text: str) -> None:
        store, account = self._sandbox.store, delivery.account
        entry = {
            "id": store.count(LOG) + 1,
            "accountId": account.id,
            "listingMapId": delivery.stay.listing,
            "object": "reservation",
            "objectId": delivery.stay.id,
            "event": delivery.payload["event"],
            "webhookNotificationSettingId": delivery.webhook["id"],
            "responseStatus": status,
            "responseBody": text[:BODY_KEPT],
            "insertedOn": instant_text(account.now),
        }
        store.put(LOG, entry["id"], entry, at=account.now, portfolio=account.id)


def _version(stay: Stay) -> tuple[int, str]:
    return stay.id, stay.status


def _payload(account: Account, stay: Stay) -> dict[str, Any]:
    event = "reservation.created" if stay.changed_at == stay.booked_at else "reservation.updated"
    data = render(account, stay, resources=False, policy=True)
    return {"event": event, "object": "reservation", "accountId": account.id, "data": data}


async def _post(http: httpx.AsyncClient, delivery: Delivery) -> tuple[int | None, str]:
    """Status and text of the answer. Without an answer, the status is None and the text is the error."""
    webhook = delivery.webhook
    auth = httpx.BasicAuth(webhook["login"], webhook["password"] or "") if webhook["login"] else httpx.Auth()
    body, headers = orjson.dumps(delivery.payload), {"Content-Type": "application/json"}
    try:
        answer = await http.post(webhook["url"], content=body, headers=headers, auth=auth)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return None, f"{type(error).__name__}: {error}"
    return answer.status_code, answer.text
