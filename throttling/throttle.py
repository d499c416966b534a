"""The rate limits as a throttle of Django REST framework."""

from collections.abc import Mapping
from typing import Any, cast

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from throttling.ratelimit import LimitedApplication, count_address, count_application


class ApplicationThrottle(BaseThrottle):
    """Counts a request with a token for its application, and a request without one for its address.

    A view can set lower limits for operations: `operation_rate_limits = {"POST": 10}`, in requests per minute of an
    application.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        if request.auth is None:
            self.window = count_address(request._request)
        else:
            self.window = count_application(
                request._request, cast(LimitedApplication, request.auth), _operation(request, view)
            )
        return not self.window.is_exceeded

    def wait(self) -> float:
        return self.window.reset


def _operation(request: Request, view: Any) -> tuple[str, int] | None:
    method = "GET" if request.method in ("HEAD", "OPTIONS") else str(request.method)
    limits: Mapping[str, int] = getattr(view, "operation_rate_limits", {})
    return (f"{type(view).__qualname__}.{method}", limits[method]) if method in limits else None
