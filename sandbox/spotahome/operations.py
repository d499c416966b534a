"""The routing table's rows: an operation as it is documented, and how a request becomes a call of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.channel import Sandbox
from sandbox.json_response import json_response
from sandbox.spotahome.ads import Ads
from sandbox.spotahome.bodies import Check, anything, checked
from sandbox.spotahome.landlords import landlord_of_token
from sandbox.spotahome.problems import Problem, problem_response
from sandbox.spotahome.switches import Switches

BASE = "/api"
DOUBLED = "/api/"
"""Some paths are documented with the base's `/api` once more; they are served without it as well."""
STANDS_IN = {403: (404,), 404: (403, 400, 500), 409: (400,), 400: (422,), 422: (400,)}
"""What an operation answers with instead of a status that is not documented for it, in this order."""


class Token(Enum):
    """What the documentation shows of an operation's `Authorization`."""

    NEEDED = auto()
    CHECKED_WHEN_SENT = auto()
    IGNORED = auto()


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has been let in: path and query parameters, the checked body."""

    ads: Ads
    path: Mapping[str, Any]
    query: Mapping[str, str]
    body: Any
    switches: Mapping[str, Any]
    request: Request

    @property
    def id(self) -> Any:
        """The path's only, or first, id."""
        return next(iter(self.path.values()))


@dataclass(frozen=True, slots=True)
class Operation:
    """`answer` returns the document of a 200, and nothing for 202 and 204; it raises Problem."""

    number: str
    method: str
    path: str
    """As documented; `{name:id}` where the id is declared a number."""
    answer: Callable[[Call], Any]
    success: int
    failures: frozenset[int]
    """The documented ones."""
    body: Check = anything
    token: Token = field(default=Token.NEEDED)

    @property
    def literal_first(self) -> tuple[bool, ...]:
        """Sorts `/listings/price` before `/listings/{listingId}`."""
        return tuple(segment.startswith("{") for segment in self.path.split("/"))

    def documented(self, problem: Problem, bad_body_status: int) -> int:
        """The status that stands for a problem on this operation."""
        if problem.status == 401 or problem.status in self.failures:
            return problem.status
        standing_in = next((status for status in STANDS_IN[problem.status] if status in self.failures), None)
        return standing_in or bad_body_status


def routes_of(operations: Sequence[Operation], sandbox: Sandbox, switches: Switches) -> list[BaseRoute]:
    """Below `/api`, literal paths before those with an id in the same place."""
    routes: list[BaseRoute] = []
    for operation in sorted(operations, key=lambda operation: operation.literal_first):
        endpoint = _endpoint(operation, sandbox, switches)
        paths = [operation.path]
        if operation.path.startswith(DOUBLED):
            paths.append(operation.path.removeprefix(BASE))
        routes += [Route(BASE + path, endpoint, methods=[operation.method]) for path in paths]
    return routes


def _endpoint(operation: Operation, sandbox: Sandbox, switches: Switches) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        chosen = switches.now()
        try:
            call = Call(
                ads=_ads(operation, sandbox, request),
                path=request.path_params,
                query=request.query_params,
                body=checked(operation.body, await _json(request)) if operation.body is not anything else None,
                switches=chosen,
                request=request,
            )
            if operation.number in chosen["refuse"]:
                return problem_response(chosen["refuse"][operation.number])
            document = None if operation.number in chosen["deaf"] else operation.answer(call)
        except Problem as problem:
            return problem_response(operation.documented(problem, chosen["bad_body_status"]), problem.messages)
        return json_response(document) if operation.success == 200 else Response(status_code=operation.success)

    return endpoint


def _ads(operation: Operation, sandbox: Sandbox, request: Request) -> Ads:
    sent = request.headers.get("authorization", "")
    landlord = None if operation.token is Token.IGNORED else landlord_of_token(sent)
    if landlord is None and (operation.token is Token.NEEDED or (operation.token is Token.CHECKED_WHEN_SENT and sent)):
        raise Problem(401)
    return Ads(sandbox, landlord, requester=request.headers.get("requester", ""))


async def _json(request: Request) -> Any:
    try:
        return orjson.loads(await request.body() or b"null")
    except orjson.JSONDecodeError:
        raise Problem(400) from None
