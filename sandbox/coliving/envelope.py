"""Coliving's answers: `{"success": true, …}` and `{"success": false, "error": …}`."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.channel import Refusal
from sandbox.json_response import json_response

RETRY_AFTER_SECONDS = 1


class Failure(Exception):
    """A request is refused with this status and error. `details` have the form of the documentation's samples."""

    def __init__(self, status: int, error: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(error)
        self.status, self.error, self.details = status, error, details


def success(data: dict[str, Any]) -> Response:
    return json_response({"success": True, "data": data})


def success_message(message: str) -> Response:
    return json_response({"success": True, "message": message})


async def answer_failure(request: Request, failure: Failure) -> Response:
    details = {} if failure.details is None else {"details": failure.details}
    return json_response({"success": False, "error": failure.error, **details}, failure.status)


def refuse(refusal: Refusal) -> Response:
    match refusal:
        case Refusal.EXPIRED_TOKEN:
            return _error(401, "Invalid API Key")
        case Refusal.RATE_LIMITED:
            return _error(429, "Rate limit exceeded", retry_after=RETRY_AFTER_SECONDS)
        case Refusal.NO_SUCH_PATH:
            return _error(404, "Not found")
        case Refusal.WRONG_METHOD:
            return _error(405, "Method not allowed")
        case Refusal.SERVER_ERROR:
            return _error(500, "Internal server error")


def _error(status: int, error: str, **members: Any) -> Response:
    return json_response({"success": False, "error": error, **members}, status)
