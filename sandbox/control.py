"""`/_control/…`: control of the clock, faults, limits and request log over HTTP. It is not part of any channel."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from sandbox.bookings import bookings_of_today
from sandbox.clock import InstantOutOfRange
from sandbox.faults import BadFault
from sandbox.json_response import json_response
from sandbox.same_site import Endpoint, from_this_site
from sandbox.state import Sandbox


class BadControl(ValueError):
    """The body of a control request is invalid; the text says why."""


class Control:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> Mount:
        endpoints: list[tuple[str, Endpoint, list[str]]] = [
            ("/clock", self.clock, ["GET", "POST"]),
            ("/faults", self.faults, ["GET", "POST", "DELETE"]),
            ("/faults/{fault_id:id}", self.remove_fault, ["DELETE"]),
            ("/limits", self.limits, ["GET", "POST"]),
            ("/requests", self.requests, ["GET", "DELETE"]),
            ("/bookings", self.bookings, ["GET"]),
            ("/reset", self.reset, ["POST"]),
        ]
        return Mount(
            "/_control",
            routes=[
                Route(path + slash, from_this_site(endpoint), methods=methods)
                for path, endpoint, methods in endpoints
                for slash in ("", "/")
            ],
        )

    async def clock(self, request: Request) -> Response:
        """POST takes exactly one of `set`, `start` (ISO 8601 with a time zone), `advance` (seconds), `stop`, `run` and
        `real` (true).
        """
        clock = self._sandbox.clock
        if request.method == "POST":
            match await _body(request):
                case {"set": str(text), **rest} if not rest:
                    clock.set(_instant(text))
                case {"start": str(text), **rest} if not rest:
                    clock.start_from(_instant(text))
                case {"advance": int(seconds), **rest} if not rest:
                    clock.advance(seconds)
                case {"stop": True, **rest} if not rest:
                    clock.stop()
                case {"run": True, **rest} if not rest:
                    clock.run()
                case {"real": True, **rest} if not rest:
                    clock.real()
                case _:
                    raise BadControl('Send {"set": "2026-03-01T12:00:00Z"}, {"advance": 86400} or {"real": true}.')
            # A day that passes in a moment must not be as slow as the windows of seconds.
            self._sandbox.limiter.forget()
        now = datetime.fromtimestamp(clock.now(), UTC).isoformat()
        return json_response({"now": now, "stopped": clock.stopped, "moved": clock.moved})

    async def faults(self, request: Request) -> Response:
        faults = self._sandbox.faults
        if request.method == "POST":
            return json_response(asdict(faults.add(await _body(request))), 201)
        if request.method == "DELETE":
            faults.clear()
        return json_response({"faults": [asdict(fault) for fault in faults.active()]})

    async def remove_fault(self, request: Request) -> Response:
        if not self._sandbox.faults.remove(request.path_params["fault_id"]):
            return json_response({"error": "There is no such fault."}, 404)
        return Response(status_code=204)

    async def limits(self, request: Request) -> Response:
        limiter = self._sandbox.limiter
        if request.method == "POST":
            match await _body(request):
                case {"enabled": bool(enabled), **rest} if not rest:
                    limiter.enabled = enabled
                    limiter.forget()
                case _:
                    raise BadControl('Send {"enabled": true} or {"enabled": false}.')
        return json_response({"enabled": limiter.enabled})

    async def requests(self, request: Request) -> Response:
        """`?channel=`, `?method=` and `?path=` (its beginning) filter the list. Oldest first.

        `?after=` leaves out the requests up to that number, which is `latest` of an earlier answer.
        """
        if request.method == "DELETE":
            self._sandbox.log.clear()
        wanted = {name: request.query_params.get(name, "") for name in ("channel", "method", "path")}
        log, after = self._sandbox.log, request.query_params.get("after", "0")
        if not (after.isascii() and after.isdigit() and len(after) < 19):
            raise BadControl("after must be a whole number.")
        found = log.matching(**wanted, after=int(after))
        return json_response({"count": len(found), "latest": log.latest, "requests": found})

    async def bookings(self, request: Request) -> Response:
        """The bookings since midnight (UTC), latest first (sandbox/bookings.py)."""
        return json_response({"bookings": await bookings_of_today(self._sandbox)})

    async def reset(self, request: Request) -> Response:
        self._sandbox.reset()
        return Response(status_code=204)


async def bad_control(request: Request, error: Exception) -> Response:
    return json_response({"error": str(error)}, 400)


BAD_CONTROL = (BadControl, BadFault, InstantOutOfRange)


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise BadControl(f"The body is not valid JSON: {error}") from error
    if not isinstance(body, dict):
        raise BadControl("The body must be a JSON object.")
    return body


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadControl(f"This is not an ISO 8601 instant: {text}") from error
    if instant.tzinfo is None:
        raise BadControl("The instant needs a time zone, such as Z.")
    return instant
