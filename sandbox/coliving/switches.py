"""Switches for behaviour that the documentation does not define: `GET`, `POST` and `DELETE /coliving/_switches`.

{"stay_dates": false,     whether bookings have `check_in`, `check_out` and `room_type_id`
 "error_details": true,   whether refusals of batches have `details`
 "deaf": false}           whether writes answer with success and do nothing

The documented samples of bookings have no dates and no room type, so a client cannot know which nights they occupy. The
imitation is as documented, unless `stay_dates` is switched on.
"""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.coliving.envelope import Failure
from sandbox.json_response import json_response
from sandbox.state import Sandbox

SWITCHES = "coliving switches"
"""Kind of the document that holds the switches."""
DEFAULTS = {"stay_dates": False, "error_details": True, "deaf": False}


class Switches:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def route(self) -> Route:
        return Route("/_switches", self.answer, methods=["GET", "POST", "DELETE"])

    def now(self) -> dict[str, bool]:
        document = self._sandbox.store.get(SWITCHES, "all", at=self._sandbox.clock.now())
        return DEFAULTS | (document.body or {} if document else {})

    async def answer(self, request: Request) -> Response:
        """POST changes the switches in its body; DELETE resets all of them."""
        if request.method != "GET":
            changed = {} if request.method == "DELETE" else self.now() | await _switches(request)
            self._sandbox.store.put(SWITCHES, "all", changed, at=self._sandbox.clock.now(), portfolio=0)
        return json_response(self.now())


async def _switches(request: Request) -> dict[str, bool]:
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict) or not all(name in DEFAULTS and isinstance(on, bool) for name, on in body.items()):
        raise Failure(400, f"Send a JSON object with true or false for any of {', '.join(DEFAULTS)}.")
    return body
