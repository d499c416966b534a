"""The protocol's errors: `{"error": {"code", "message"}}`."""

from starlette.requests import Request
from starlette.responses import Response

from sandbox.channel import Refusal
from sandbox.json_response import json_response

RETRY_AFTER_SECONDS = 1
REFUSALS = {
    Refusal.EXPIRED_TOKEN: (401, "bad_signature", "The signature does not match."),
    Refusal.RATE_LIMITED: (429, "too_many_requests", "At most 100 requests in 10 seconds."),
    Refusal.NO_SUCH_PATH: (404, "not_found", "There is nothing at this path."),
    Refusal.WRONG_METHOD: (405, "wrong_method", "This method is not allowed here."),
    Refusal.SERVER_ERROR: (500, "server_error", "Something broke on our side."),
}


class Refused(Exception):
    """A request is refused with this status, code and message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


async def answer_refused(request: Request, error: Refused) -> Response:
    return _error(error.status, error.code, error.message)


def refuse(refusal: Refusal) -> Response:
    answer = _error(*REFUSALS[refusal])
    if refusal is Refusal.RATE_LIMITED:
        answer.headers["retry-after"] = str(RETRY_AFTER_SECONDS)
    return answer


def _error(status: int, code: str, message: str) -> Response:
    return json_response({"error": {"code": code, "message": message}}, status)
