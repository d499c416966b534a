"""Hostaway's answers to successful and failed requests: `{"status", "result", …}`."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from sandbox.channel import Refusal
from sandbox.json_response import json_response


class Fail(Exception):
    """A request fails with `{"status": "fail", "result": <reason>}`."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def success(result: object) -> Response:
    return json_response({"status": "success", "result": result})


def page(result: Sequence[object], *, count: int, limit: int, offset: int) -> Response:
    """One page of a list. `count` is the number of records on all pages."""
    return json_response(
        {
            "status": "success",
            "result": result,
            "limit": limit,
            "offset": offset,
            "count": count,
            "page": offset // limit + 1,
            "totalPages": -(-count // limit),
        }
    )


async def answer_fail(request: Request, fail: Fail) -> Response:
    return json_response({"status": "fail", "result": fail.reason}, fail.status)


def refuse(refusal: Refusal) -> Response:
    match refusal:
        case Refusal.RATE_LIMITED:
            text = "Rate limit exceeded: 15 requests per 10 seconds from one address, 20 for one account."
            return json_response({"status": "fail", "message": text}, 429)
        case Refusal.EXPIRED_TOKEN:
            return json_response({"status": "fail", "result": "Access denied: the token is invalid or expired."}, 403)
        case Refusal.NO_SUCH_PATH:
            return json_response({"status": "fail", "result": "Not found."}, 404)
        case Refusal.WRONG_METHOD:
            return json_response({"status": "fail", "result": "This method is not allowed here."}, 405)
        case Refusal.SERVER_ERROR:
            return json_response({"status": "fail", "result": "Internal server error."}, 500)
