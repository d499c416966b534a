"""The headers of rate limits."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from throttling.ratelimit import count_application, look_at_address
from throttling.window import WINDOW_SECONDS, Window


class RateLimitMiddleware:
    """Sets the limit's headers on every answer.

    It also counts requests that no throttle counted because they were refused before, although their token is valid.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        window: Window | None = getattr(request, "rate_limit_window", None)
        if window is None:
            access = getattr(request, "auth", None)
            window = count_application(request, access) if access else look_at_address(request)
        set_headers(response, window)
        return response


def set_headers(response: HttpResponseBase, window: Window) -> None:
    """The widespread headers, and those of draft-ietf-httpapi-ratelimit-headers, which are structured fields."""
    response.headers["X-RateLimit-Limit"] = str(window.limit)
    response.headers["X-RateLimit-Remaining"] = str(window.remaining)
    response.headers["X-RateLimit-Reset"] = str(window.reset)
    response.headers["RateLimit-Policy"] = f'"{window.policy}";q={window.limit};w={WINDOW_SECONDS}'
    response.headers["RateLimit"] = f'"{window.policy}";r={window.remaining};t={window.reset}'
