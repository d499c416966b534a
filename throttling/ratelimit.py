"""Rate limits: requests per minute of an application, of one of its operations, or of an unknown caller's address.

A window is a minute of the clock. What a request was counted in stands in `X-RateLimit-Limit`, `-Remaining` and
`-Reset` (whole seconds until the window ends) of its answer. When the counters cannot be reached requests are let
through: a limit protects the service and must not take it down.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_network
from typing import Any, Protocol, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from throttling.client_address import Address, client_address
from throttling.storage import SharedFileStorage

log = logging.getLogger(__name__)
clock = time.time

WINDOW_SECONDS = 60
REDIS_TIMEOUT_SECONDS = 0.25


class Counted(Protocol):
    """The part of a token's access that counting needs."""

    @property
    def application_id(self) -> int: ...
    @property
    def rate_limit_per_minute(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Window:
    """How much of a limit is used. `reset` is the whole seconds until it starts afresh, 1 to 60."""

    limit: int
    used: int
    reset: int

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def is_exceeded(self) -> bool:
        return self.used > self.limit


@cache
def storage() -> Storage:
    """Where counters are kept: in Redis when it is set, else in a file that all processes of the machine share.

    For every strategy of `limits` but the sliding window counter. Its methods raise limits.errors.StorageError.
    """
    environment = settings.ENVIRONMENT
    if not environment.redis_url:
        return SharedFileStorage(environment.data_dir / "rate-limits.sqlite3")
    timeouts = {
        "socket_timeout": REDIS_TIMEOUT_SECONDS,
        "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
    }
    return cast(Storage, storage_from_string(environment.redis_url, wrap_exceptions=True, **timeouts))


def count_application(request: HttpRequest, access: Counted, operation: tuple[str, int] | None = None) -> Window:
    """Counts the request against its application and, with `operation` (name, per minute), that one's limit too.

    Returns the tighter of the windows.
    """
    key = f"application:{access.application_id}"
    window = _count(key, access.rate_limit_per_minute or settings.ENVIRONMENT.rate_limit_per_minute)
    if operation and not window.is_exceeded:
        window = min(window, _count(f"{key}:{operation[0]}", operation[1]), key=_room_left)
    return _noted(request, window)


def count_address(request: HttpRequest, purpose: str = "request", amount: int = 1) -> Window:
    """Counts a request whose caller is unknown against the address it comes from, apart for each purpose."""
    limit = settings.ENVIRONMENT.anonymous_rate_limit_per_minute
    return _noted(request, _count(f"{purpose}:{_address_key(request)}", limit, amount))


def look_at_address(request: HttpRequest, purpose: str = "request") -> Window:
    """What the request's address has left, without counting it."""
    return count_address(request, purpose, amount=0)


def refuse_unknown_caller(request: HttpRequest) -> None:
    """Counts a request without valid credentials. Raises Throttled once its address has sent too many."""
    window = count_address(request)
    if window.is_exceeded:
        raise Throttled(window.reset)


class ApplicationThrottle(BaseThrottle):
    """DRF's throttle: by application for a token, by address without one.

    A view may tighten operations: `operation_rate_limits = {"POST": 10}`, requests per minute of an application.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        if request.auth is None:
            self.window = count_address(request._request)
        else:
            access = cast(Counted, request.auth)
            self.window = count_application(request._request, access, _operation(request, view))
        return not self.window.is_exceeded

    def wait(self) -> float:
        return self.window.reset


class RateLimitMiddleware:
    """Puts the limit's headers on every answer, and counts what no throttle has seen: refusals of a valid token."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        window: Window | None = getattr(request, "rate_limit_window", None)
        if window is None:
            access = getattr(request, "auth", None)
            window = count_application(request, access) if access else look_at_address(request)
        response.headers["X-RateLimit-Limit"] = str(window.limit)
        response.headers["X-RateLimit-Remaining"] = str(window.remaining)
        response.headers["X-RateLimit-Reset"] = str(window.reset)
        return response


def request_address(request: HttpRequest) -> Address | None:
    return client_address(request.META, trusted_proxies=settings.ENVIRONMENT.trusted_proxies)


def _operation(request: Request, view: Any) -> tuple[str, int] | None:
    method = "GET" if request.method in ("HEAD", "OPTIONS") else str(request.method)
    limits: Mapping[str, int] = getattr(view, "operation_rate_limits", {})
    return (f"{type(view).__qualname__}.{method}", limits[method]) if method in limits else None


def _address_key(request: HttpRequest) -> str:
    """One key for a whole IPv6 /64, which is what one caller is given."""
    address = request_address(request)
    if address is not None and address.version == 6:
        return str(ip_network((address, 64), strict=False))
    return str(address)


def _count(key: str, limit: int, amount: int = 1) -> Window:
    minute, elapsed = divmod(clock(), WINDOW_SECONDS)
    key = f"{key}:{int(minute)}"
    try:
        used = storage().incr(key, WINDOW_SECONDS, amount) if amount else storage().get(key)
    except StorageError as error:
        log.warning("Rate limits are not enforced: %s", error)
        used = amount
    return Window(limit, used, WINDOW_SECONDS - int(elapsed))


def _noted(request: HttpRequest, window: Window) -> Window:
    request.rate_limit_window = window  # type: ignore[attr-defined]
    return window


def _room_left(window: Window) -> tuple[bool, int]:
    return not window.is_exceeded, window.remaining
