"""The headers of responses in the published schema."""

from typing import Any


def _header(type_: str, description: str, *, required: bool = True, **more: Any) -> dict[str, Any]:
    return {"description": description, "required": required, "schema": {"type": type_, **more}}


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
    "RateLimit-Policy": _header(
        "string",
        "The limit that applies, as in the IETF's draft: its name (`application`, `operation` or `address`), the quota "
        "`q` in requests, and the window `w` in seconds.",
        pattern='^"(application|operation|address)";q=[0-9]+;w=60$',
    ),
    "RateLimit": _header(
        "string",
        "What is left of this limit: `r` requests, until the window ends in `t` seconds.",
        pattern='^"(application|operation|address)";r=[0-9]+;t=[0-9]+$',
    ),
    "Retry-After": _header("integer", "Seconds to wait before the next request.", minimum=1, maximum=60),
    "WWW-Authenticate": _header("string", "The challenge: `Bearer`, with an error if the token is the cause."),
    "Location": _header("string", "The URL of the resource created.", format="uri"),
    "ETag": _header(
        "string",
        "The entity tag of the answer, for `If-None-Match` and `If-Match`: strong for a resource, weak for a list.",
        pattern='^(W/)?"[^"]*"$',
    ),
    "Retry-After-If-Temporary": _header(
        "integer",
        "Seconds to wait before the next request, if the conflict ends by itself: the first request with the "
        "`Idempotency-Key` is still running.",
        required=False,
        minimum=1,
        maximum=60,
    ),
    "Deprecation": _header(
        "string", "Since when the operation is deprecated, in seconds since 1970 (RFC 9745).", pattern="^@[0-9]+$"
    ),
    "Sunset": _header("string", "When the operation stops working (RFC 8594).", required=False),
    "Link": _header("string", "The page about the deprecation (RFC 8288)."),
    "Idempotency-Replayed": _header(
        "string",
        "The answer is that of an earlier request with the same `Idempotency-Key`.",
        required=False,
        enum=["true"],
    ),
}
OF_DEPRECATED = ("Deprecation", "Sunset", "Link")
ALWAYS = (
    "X-Request-ID", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "RateLimit-Policy", "RateLimit",
)  # fmt: skip
BY_STATUS = {201: ("Location",), 401: ("WWW-Authenticate",), 429: ("Retry-After",), 503: ("Retry-After",)}
CAN_BE_REPLAYED = (400, 403, 404, 409, 422)  # the errors of which POSTs with an Idempotency-Key get the first answer


def headers_of(status: int, method: str = "", *, is_deprecated: bool = False) -> dict[str, dict[str, str]]:
    """The headers of a response with this status to a request with this method, by reference."""
    names = {name: name for name in (*ALWAYS, *BY_STATUS.get(status, ()))}
    if (status == 200 and method in ("GET", "PATCH")) or (status == 304 and method == "GET"):
        names["ETag"] = "ETag"
    if status == 409:
        names["Retry-After"] = "Retry-After-If-Temporary"
    if method == "POST" or status in CAN_BE_REPLAYED:
        names["Idempotency-Replayed"] = "Idempotency-Replayed"
    if is_deprecated:
        names |= {name: name for name in OF_DEPRECATED}
    return {name: {"$ref": f"#/components/headers/{component}"} for name, component in names.items()}
