"""The headers of responses in the published schema."""

from typing import Any


def _header(type_: str, description: str, **more: Any) -> dict[str, Any]:
    return {"description": description, "required": True, "schema": {"type": type_, **more}}


# `components.headers` of the document.
HEADERS: dict[str, dict[str, Any]] = {
    "X-Request-ID": _header(
        "string",
        "The id of the request in the server's log; the id that you sent, if it was acceptable.",
        pattern="^[\\w.-]{1,128}$",
    ),
    "X-RateLimit-Limit": _header("integer", "Requests allowed in a minute.", minimum=1),
    "X-RateLimit-Remaining": _header("integer", "Requests left in this minute.", minimum=0),
    "X-RateLimit-Reset": _header("integer", "Seconds until the next minute begins.", minimum=1, maximum=60),
    "Retry-After": _header("integer", "Seconds to wait before the next request.", minimum=1, maximum=60),
    "WWW-Authenticate": _header("string", "The challenge: `Bearer`, with an error if the token is the cause."),
    "Location": _header("string", "The URL of the resource created.", format="uri"),
}
ALWAYS = ("X-Request-ID", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
BY_STATUS = {201: ("Location",), 401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}


def headers_of(status: int) -> dict[str, dict[str, str]]:
    """The headers of a response with this status, by reference."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*ALWAYS, *BY_STATUS.get(status, ()))}
