"""Switches for behaviour that the documentation does not define: `/spotahome/_switches`.

{"overlaps": "accept" | "refuse",          whether S8 accepts an occupancy that overlaps another one
 "unknown": "refuse" | "empty",            the answer of S20, S24 and S38 to an unknown id: 500, or an empty array
 "bad_body_status": 400 | 422 | 500,       the status of a bad body if the operation documents none
 "refuse": {"S4": 404},                    operations that always fail, with their status
 "deaf": ["S4"],                           operations that answer with success and do nothing
 "bulk_price_errors": {"400030001": "…"}}  listings that S5 does not change, with the error that it returns
"""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.json_response import json_response
from sandbox.spotahome.bodies import Check, Member, Wrong, list_of, object_of, one_of, optional, text
from sandbox.spotahome.problems import TITLES, Problem
from sandbox.state import Sandbox

SWITCHES = "spotahome switches"
"""Kind of the document that holds the switches."""
DEFAULTS: dict[str, Any] = {
    "overlaps": "accept",
    "unknown": "refuse",
    "bad_body_status": 400,
    "refuse": {},
    "deaf": [],
    "bulk_price_errors": {},
}


class Switches:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def route(self) -> Route:
        return Route("/_switches", self.answer, methods=["GET", "POST", "DELETE"])

    def now(self) -> dict[str, Any]:
        """The present values of all switches."""
        document = self._sandbox.store.get(SWITCHES, "all", at=self._sandbox.clock.now())
        return DEFAULTS | (document.body or {} if document else {})

    async def answer(self, request: Request) -> Response:
        """POST changes the switches in its body; DELETE resets all of them."""
        if request.method != "GET":
            changed = {} if request.method == "DELETE" else self.now() | _read(await request.body())
            self._sandbox.store.put(SWITCHES, "all", changed, at=self._sandbox.clock.now(), portfolio=0)
        return json_response(self.now())


def _map_of(check: Check) -> Check:
    def check_map(value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Wrong("notObject", "An object is expected")
        return {name: check(item) for name, item in value.items()}

    return check_map


def _status(value: object) -> int:
    if not isinstance(value, int) or value not in TITLES:
        raise Wrong("notInArray", f"One of {', '.join(map(str, TITLES))} is expected")
    return value


MEMBERS: dict[str, Member] = {
    "overlaps": optional(one_of("accept", "refuse")),
    "unknown": optional(one_of("refuse", "empty")),
    "bad_body_status": optional(_status),
    "refuse": optional(_map_of(_status)),
    "deaf": optional(list_of(text)),
    "bulk_price_errors": optional(_map_of(text)),
}


def _read(body: bytes) -> dict[str, Any]:
    try:
        switches: dict[str, Any] = object_of(MEMBERS, closed=True)(orjson.loads(body))
    except (orjson.JSONDecodeError, Wrong):
        raise Problem(400) from None
    return switches
