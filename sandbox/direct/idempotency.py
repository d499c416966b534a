"""Idempotency keys: a write that is sent twice with the same key is done once, and gets the same answer again."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.direct.errors import Refused
from sandbox.direct.signatures import IDEMPOTENCY_HEADER
from sandbox.json_response import json_response
from sandbox.state import Sandbox

REMEMBERED = "direct idempotency key"
REMEMBERED_SECONDS = 24 * 3600


class Idempotency:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def once(self, portfolio: int, request: Request, write: Callable[[], Awaitable[dict[str, Any]]]) -> Response:
        """The answer to a request. `write` is called once for each key; refusals are not remembered. Raises Refused."""
        key = request.headers.get(IDEMPOTENCY_HEADER, "")
        if not 1 <= len(key) <= 255:
            raise Refused(400, "invalid", f"{IDEMPOTENCY_HEADER} is a text of 1 to 255 letters.")
        asked = hashlib.sha256(request.url.path.encode() + b"\n" + await request.body()).hexdigest()
        now, name = self._sandbox.clock.now(), f"{portfolio}/{key}"
        known = self._sandbox.store.get(REMEMBERED, name, at=now)
        if known is not None and known.body is not None and known.at > now - REMEMBERED_SECONDS:
            if known.body["asked"] != asked:
                raise Refused(409, "idempotency_key_reused", "This key came with another request before.")
            return json_response(known.body["answer"])
        answer = await write()
        remembered = {"asked": asked, "answer": answer}
        self._sandbox.store.put(REMEMBERED, name, remembered, at=now, portfolio=portfolio)
        return json_response(answer)
