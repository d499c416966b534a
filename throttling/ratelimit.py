"""Rate limits: requests per minute of an application, of one of its operations, or of an unknown caller's address.

The window in which a request was counted appears in the answer's `X-RateLimit-Limit`, `-Remaining` and `-Reset` headers
(whole seconds until the window ends), and in `RateLimit` and `RateLimit-Policy`.
"""

from collections.abc import Sequence
from ipaddress import ip_network
from typing import Protocol

from django.conf import settings
from django.http import HttpRequest
from rest_framework.exceptions import Throttled

from throttling.client_address import request_address
from throttling.window import WINDOW_SECONDS, Window, count


class LimitedApplication(Protocol):
    """The properties of a token's application that counting needs. A `rate_limit_per_minute` of None is the default."""

    @property
    def application_id(self) -> int: ...
    @property
    def rate_limit_per_minute(self) -> int | None: ...


def count_application(
    request: HttpRequest, application: LimitedApplication, operation: tuple[str, int] | None = None
) -> Window:
    """Counts the request for its application and, with `operation` (name, limit per minute), for the operation too.

    Returns the window in which fewer requests remain.
    """
    key = f"application:{application.application_id}"
    limit = application.rate_limit_per_minute or settings.ENVIRONMENT.rate_limit_per_minute
    window = count(key, limit, policy="application")
    if operation and not window.is_exceeded:
        of_operation = count(f"{key}:{operation[0]}", operation[1], policy="operation")
        window = min(window, of_operation, key=_room_left)
    return _noted(request, window)


def requests_of(application_ids: Sequence[int]) -> tuple[dict[int, int], int]:
    """The requests of applications in the present minute, by id, and the seconds of it that have passed.

    Each takes a read of the storage. Nothing is counted.
    """
    windows = {pk: count(f"application:{pk}", 1, amount=0, policy="application") for pk in application_ids}
    reset = min((window.reset for window in windows.values()), default=WINDOW_SECONDS)
    return {pk: window.used for pk, window in windows.items()}, WINDOW_SECONDS - reset


def count_address(request: HttpRequest, purpose: str = "request", amount: int = 1, limit: int | None = None) -> Window:
    """Counts a request of an unknown caller for its address. Each purpose has its own counter, and may have a limit."""
    limit = limit or settings.ENVIRONMENT.anonymous_rate_limit_per_minute
    return _noted(request, count(f"{purpose}:{_address_key(request)}", limit, amount))


def look_at_address(request: HttpRequest, purpose: str = "request") -> Window:
    """The window of the request's address. The request is not counted."""
    return count_address(request, purpose, amount=0)


def refuse_unknown_caller(request: HttpRequest) -> None:
    """Counts a request without valid credentials. Raises Throttled once its address has sent too many."""
    window = count_address(request)
    if window.is_exceeded:
        raise Throttled(window.reset)


def _address_key(request: HttpRequest) -> str:
    """An IPv6 /64 has one key, because one caller usually has a whole /64."""
    address = request_address(request)
    if address is not None and address.version == 6:
        return str(ip_network((address, 64), strict=False))
    return str(address)


def _noted(request: HttpRequest, window: Window) -> Window:
    """Stores the window where RateLimitMiddleware finds it."""
    request.rate_limit_window = window  # type: ignore[attr-defined]
    return window


def _room_left(window: Window) -> tuple[bool, int]:
    return not window.is_exceeded, window.remaining
