"""Unified webhooks: their registration, and the log of deliveries."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.hostaway.account import Account, Accounts
from sandbox.hostaway.arguments import flag, json_object, required, text, whole
from sandbox.hostaway.deliveries import LOG, WEBHOOK
from sandbox.hostaway.envelope import Fail, page, success
from sandbox.hostaway.paging import read_page


class Webhooks:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def routes(self) -> list[BaseRoute]:
        path = "/v1/webhooks/unifiedWebhooks"
        return [
            Route(path, self.list, methods=["GET"]),
            Route(path, self.create, methods=["POST"]),
            Route(f"{path}/{{webhook_id:id}}", self.retrieve, methods=["GET"]),
            Route(f"{path}/{{webhook_id:id}}", self.update, methods=["PUT"]),
            Route(f"{path}/{{webhook_id:id}}", self.delete, methods=["DELETE"]),
            Route("/v1/unifiedWebhookLogs", self.log, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        account = self._accounts.of(request)
        documents = account.sandbox.store.latest(WEBHOOK, account.id, at=account.now)
        return success([document.body for document in documents if document.body is not None])

    async def create(self, request: Request) -> Response:
        account, body = self._accounts.of(request), await json_object(request)
        webhook_id = account.sandbox.store.count(WEBHOOK) + 1
        defaults = {"isEnabled": 1, "login": None, "password": None, "alertingEmailAddress": account.portfolio.email}
        webhook = {"id": webhook_id, "url": None} | defaults | _read(body)
        required(webhook["url"], "url")
        return self._save(account, webhook)

    async def retrieve(self, request: Request) -> Response:
        return success(_webhook(self._accounts.of(request), request))

    async def update(self, request: Request) -> Response:
        account, body = self._accounts.of(request), await json_object(request)
        return self._save(account, _webhook(account, request) | _read(body))

    async def delete(self, request: Request) -> Response:
        account = self._accounts.of(request)
        webhook = _webhook(account, request)
        account.sandbox.store.put(WEBHOOK, webhook["id"], None, at=account.now, portfolio=account.id)
        return success([])

    async def log(self, request: Request) -> Response:
        """All attempts of deliveries, latest first."""
        account, query = self._accounts.of(request), request.query_params
        wanted = {
            "webhookNotificationSettingId": whole(query, "unifiedWebhookId"),
            "listingMapId": whole(query, "listingMapId"),
        }
        entries = [
            document.body
            for document in account.sandbox.store.latest(LOG, account.id, at=account.now)
            if document.body is not None and all(value in (None, document.body[name]) for name, value in wanted.items())
        ]
        entries.sort(key=lambda entry: -entry["id"])
        limit, offset = read_page(query)
        return page(entries[offset : offset + limit], count=len(entries), limit=limit, offset=offset)

    @staticmethod
    def _save(account: Account, webhook: dict[str, Any]) -> Response:
        account.sandbox.store.put(WEBHOOK, webhook["id"], webhook, at=account.now, portfolio=account.id)
        return success(webhook)


def _webhook(account: Account, request: Request) -> dict[str, Any]:
    webhook_id = request.path_params["webhook_id"]
    document = account.sandbox.store.get(WEBHOOK, webhook_id, at=account.now)
    if document is None or document.body is None or document.portfolio != account.id:
        raise Fail(404, f"Webhook {webhook_id} not found.")
    return document.body


def _read(body: dict[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = {name: text(body, name) for name in ("url", "login", "password", "alertingEmailAddress")}
    enabled = flag(body, "isEnabled")
    read["isEnabled"] = None if enabled is None else int(enabled)
    if read["url"] is not None and not read["url"].startswith(("http://", "https://")):
        raise Fail(400, "url must begin with http:// or https://.")
    return {name: value for name, value in read.items() if value is not None}
