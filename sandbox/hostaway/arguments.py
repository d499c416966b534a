"""Reading members of a query or body: Hostaway's dates, flags and numbers, in all forms of its samples.

The functions that take `values` and `name` raise Fail 400 for an invalid value, and return None for a value that is
absent, null or empty.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

import orjson
from starlette.requests import Request

from sandbox.hostaway.envelope import Fail
from sandbox.ids import NUMBER

FLAGS: dict[Any, bool] = {0: False, 1: True, "0": False, "1": True, "false": False, "true": True}
Value = TypeVar("Value")
DAY_FORMAT, INSTANT_FORMAT = "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"


async def json_body(request: Request) -> Any:
    """The body of a request; an absent body is an empty object. Raises Fail 400 if it is not JSON."""
    try:
        return orjson.loads(await request.body() or b"{}")
    except orjson.JSONDecodeError:
        raise Fail(400, "The request body is not valid JSON.") from None


async def json_object(request: Request) -> dict[str, Any]:
    """The body of a request, which must be an object. Raises Fail 400."""
    body = await json_body(request)
    if not isinstance(body, dict):
        raise Fail(400, "The request body must be a JSON object.")
    return body


def whole(values: Mapping[str, Any], name: str, *, least: int = 0, most: int = 2**53) -> int | None:
    """A whole number, or a string with one."""
    value = values.get(name)
    if value is None or value == "":
        return None
    text = str(value)
    if isinstance(value, bool) or not NUMBER.fullmatch(text.removeprefix("-")) or not least <= int(text) <= most:
        raise Fail(400, f"{name} must be a whole number from {least} to {most}.")
    return int(text)


def amount(values: Mapping[str, Any], name: str, *, least: float = 0.0) -> float | None:
    """A finite number, or a string with one."""
    value = values.get(name)
    if value is None or value == "":
        return None
    try:
        number = float("nan") if isinstance(value, bool | list | dict) else float(value)
    except (ValueError, OverflowError):
        number = float("nan")
    if not least <= number < 1e12:
        raise Fail(400, f"{name} must be a number not below {least:g}.")
    return number


def flag(values: Mapping[str, Any], name: str) -> bool | None:
    """0, 1, true or false, or a string with one of them."""
    value = values.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, list | dict) or value not in FLAGS:
        raise Fail(400, f"{name} must be 0 or 1.")
    return FLAGS[value]


def text(values: Mapping[str, Any], name: str, *, longest: int = 10_000) -> str | None:
    """A string."""
    value = values.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > longest):
        raise Fail(400, f"{name} must be a text of at most {longest} characters.")
    return value


def day(values: Mapping[str, Any], name: str) -> int | None:
    """A date `YYYY-MM-DD`, as a day ordinal."""
    value = values.get(name)
    if value is None or value == "":
        return None
    try:
        return datetime.strptime(value, DAY_FORMAT).toordinal()  # noqa: DTZ007
    except (TypeError, ValueError):
        raise Fail(400, f"{name} must be a date such as 2030-05-31.") from None


def required(value: Value | None, name: str) -> Value:
    """The value. Raises Fail 400 if it is None."""
    if value is None:
        raise Fail(400, f"{name} is required.")
    return value


def day_text(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def instant_text(instant: int) -> str:
    """Unix seconds in Hostaway's form: UTC, without a time zone."""
    return datetime.fromtimestamp(instant, UTC).strftime(INSTANT_FORMAT)
