"""`/financeField`: the components of a reservation's total price, which clients can override."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.hostaway.account import Account, Accounts
from sandbox.hostaway.arguments import amount, json_object, text
from sandbox.hostaway.envelope import Fail, success
from sandbox.hostaway.reservation_object import calculated_finance_fields
from sandbox.world.stays import Stay


class FinanceFields:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v1/financeField/{reservation_id:id}", self.list, methods=["GET"]),
            Route("/v1/financeField/{reservation_id:id}/{field_id:id}", self.update, methods=["PUT"]),
        ]

    async def list(self, request: Request) -> Response:
        account = self._accounts.of(request)
        return success(_finance_fields(account, account.reservation(request.path_params["reservation_id"])))

    async def update(self, request: Request) -> Response:
        account, body = self._accounts.of(request), await json_object(request)
        stay = account.reservation(request.path_params["reservation_id"])
        account.listing_to_change(stay.listing)
        fields = _finance_fields(account, stay)
        changed = next((field for field in fields if field["id"] == request.path_params["field_id"]), None)
        if changed is None:
            raise Fail(404, f"Finance field {request.path_params['field_id']} not found.")
        value = amount(body, "value", least=-1e12)
        if value is None:
            value = amount(body, "total", least=-1e12)
        if value is not None:
            changed |= {"value": value, "total": value * (changed.get("units") or 1)}
        for name in ("title", "alias"):
            if (words := text(body, name)) is not None:
                changed[name] = words
        changed["isOverriddenByUser"] = 1
        total = sum(field.get("total") or 0 for field in fields if field.get("isIncludedInTotalPrice", 1))
        kept = account.kept_of_reservation(stay) | {"financeField": fields, "totalPrice": round(total, 2)}
        account.sandbox.world.put_stay(stay, kept, at=account.now)
        return success(changed)


def _finance_fields(account: Account, stay: Stay) -> list[dict[str, Any]]:
    """The fields that a client wrote, or else the calculated ones."""
    kept = account.kept_of_reservation(stay)
    if "financeField" in kept:
        return [dict(field) for field in kept["financeField"]]
    return calculated_finance_fields(stay, account.sandbox.world.listing_as_made(stay.listing, at=account.now))
