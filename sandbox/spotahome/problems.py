"""Spotahome's error bodies: `{"detail", "status", "title", "type"}`, also for refusals by the framework."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from sandbox.channel import Refusal
from sandbox.json_response import json_response

TYPE = "http://www.w3.org/Protocols/rfc2616/rfc2616-sec10.html"
TYPE_OF_422 = "`http://www.w3.org/Protocols/rfc2616/rfc2616"
"""The documentation has this value, with the stray backtick and without the end."""
Messages = Mapping[str, Mapping[str, str]]
"""Maps the name of a member to the names of broken rules with their messages."""

TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    500: "Internal Server Error",
}
DETAILS = {
    400: "The request could not be understood by the server due to malformed syntax",
    401: "Unauthorized user",
    403: "Forbidden access",
    404: "The resource was not found",
    405: "The method is not allowed for this resource",
    409: "The request could not be completed due to a conflict with the current state of the resource",
    422: "The request was well formed but was unable to be followed due to semantic errors",
    429: "Too many requests",
    500: "Internal Server Error",
}
STATUS_OF_REFUSAL = {
    Refusal.EXPIRED_TOKEN: 401,
    Refusal.NO_SUCH_PATH: 404,
    Refusal.WRONG_METHOD: 405,
    Refusal.RATE_LIMITED: 429,
    Refusal.SERVER_ERROR: 500,
}


class Problem(Exception):
    """An operation is refused with this status. `messages` are shown only with 422."""

    def __init__(self, status: int, messages: Messages | None = None) -> None:
        super().__init__(DETAILS[status])
        self.status = status
        self.messages = messages


def problem_response(status: int, messages: Messages | None = None) -> Response:
    body: dict[str, object] = {"detail": DETAILS[status], "status": status, "title": TITLES[status], "type": TYPE}
    if status == 422:
        body |= {"type": TYPE_OF_422, "validationMessages": messages or {}}
    return json_response(body, status)


async def answer_problem(request: Request, problem: Problem) -> Response:
    return problem_response(problem.status, problem.messages)


def refuse(refusal: Refusal) -> Response:
    return problem_response(STATUS_OF_REFUSAL[refusal])
