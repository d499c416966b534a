"""The routes: they turn a request into a call of an operation, and the result into an answer."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.json_response import json_response
from sandbox.spotahome.ads import Ads
from sandbox.spotahome.bodies import anything, checked
from sandbox.spotahome.landlords import landlord_of_token
from sandbox.spotahome.operations import BASE, Authorization, Call, Operation
from sandbox.spotahome.problems import Problem, problem_response
from sandbox.spotahome.switches import Switches
from sandbox.state import Sandbox

DOUBLED = "/api/"
"""Some documented paths begin with the base's `/api` a second time. They are also served without it."""


def routes_of(operations: Sequence[Operation], sandbox: Sandbox, switches: Switches) -> list[BaseRoute]:
    """The routes of all operations below `/api`. Literal paths come before paths with an id in the same place."""
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
    kind = operation.authorization
    landlord = None if kind is Authorization.IGNORED else landlord_of_token(sent)
    if landlord is None and (kind is Authorization.REQUIRED or (kind is Authorization.OPTIONAL and sent)):
        raise Problem(401)
    return Ads(sandbox, landlord, requester=request.headers.get("requester", ""))


async def _json(request: Request) -> Any:
    try:
        return orjson.loads(await request.body() or b"null")
    except orjson.JSONDecodeError:
        raise Problem(400) from None
