"""Where the documentation leaves a choice open: `GET`, `POST` and `DELETE /coliving/_switches`.

{"stay_dates": true,      whether bookings carry `check_in`, `check_out` and `room_type_id`
 "error_details": true,   whether refused batches name the offenders in `details`
 "deaf": false}           writes answer with success and do nothing

The documentation's samples of bookings have no dates. A client cannot tell from such a booking which room it takes,
and when; so the imitation adds them. Without them it is as documented.
"""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.channel import Sandbox
from sandbox.coliving.envelope import Failure
from sandbox.json_response import json_response

SWITCHES = "coliving switches"
DEFAULTS = {"stay_dates": True, "error_details": True, "deaf": False}


class Switches:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def route(self) -> Route:
        return Route("/_switches", self.answer, methods=["GET", "POST", "DELETE"])

    def now(self) -> dict[str, bool]:
        document = self._sandbox.store.get(SWITCHES, "all", at=self._sandbox.clock.now())
        return DEFAULTS | (document.body or {} if document else {})

    async def answer(self, request: Request) -> Response:
        """POST changes the switches it names; DELETE puts all back."""
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
        raise Failure(400, f"Send an object of true and false with members of {', '.join(DEFAULTS)}.")
    return body
