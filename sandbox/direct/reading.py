"""Reading query parameters and bodies. All functions raise Refused 400 for invalid values."""

from datetime import date
from typing import Any

import orjson
from starlette.requests import Request

from sandbox.direct.errors import Refused

LARGEST_PAGE = 500


def page_size(request: Request) -> int:
    """The parameter `limit`; larger values give LARGEST_PAGE."""
    text = request.query_params.get("limit", "100")
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) > 0):
        raise Refused(400, "invalid", "limit is a whole number from 1.")
    return min(int(text), LARGEST_PAGE)


def day(value: object, name: str) -> date:
    """A date in the form YYYY-MM-DD."""
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Refused(400, "invalid", f"{name} is a date, YYYY-MM-DD.")


async def json_body(request: Request) -> dict[str, Any]:
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise Refused(400, "invalid", "The body is not JSON.") from error
    if not isinstance(body, dict):
        raise Refused(400, "invalid", "The body is a JSON object.")
    return body


def whole(value: object, name: str, *, lowest: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= 2**53:
        raise Refused(400, "invalid", f"{name} is a whole number from {lowest}.")
    return value
