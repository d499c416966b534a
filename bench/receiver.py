"""A receiver of events: an ASGI application that remembers when each delivery arrived.

GET returns a list of pairs: `webhook-id`, and seconds since 1970.
"""

import time
from typing import Any

import orjson

_arrived: list[tuple[str, float]] = []


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    arrived = time.time()
    while (await receive()).get("more_body"):
        pass
    body = b""
    if scope["method"] == "POST":
        headers = dict(scope["headers"])
        _arrived.append((headers[b"webhook-id"].decode(), arrived))
    else:
        body = orjson.dumps(_arrived)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})
