"""What becomes known of each request to the server: for logs, metrics and traces."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponseBase

logger = logging.getLogger(__name__)

RECEIVED = "partners.received"  # in the WSGI environment: when the whole request had arrived, of time.monotonic()
OTHER = "other"  # the operation of URLs that do not exist
METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})


@dataclass(slots=True)
class Asked:
    """A request, and its answer when it has ended. Only `address` and the application tell who it was.

    `operation` is an operation id of the schema, or the name of a URL outside of it. `route` is the URL's pattern, so
    it holds no id. Both are known at the end only. `waited` and `seconds` are the times until the request got a thread,
    and until its answer was ready, both since it had arrived. `bytes` is the size of the body.
    """

    request: HttpRequest
    method: str
    waited: float
    operation: str = OTHER
    route: str = ""
    status: int = 0
    seconds: float = 0.0
    bytes: int = 0
    notes: dict[str, Any] = field(default_factory=dict)  # of observers

    @property
    def application_id(self) -> int | None:
        found: int | None = getattr(getattr(self.request, "auth", None), "application_id", None)
        return found


class Observer:
    """Is told of requests in the thread that answers them. Its errors are logged and change nothing."""

    def begins(self, asked: Asked) -> None:
        """A thread begins to answer."""

    def ended(self, asked: Asked) -> None:
        """The answer is ready to be sent."""


observers: list[Observer] = []


class ObservedRequestsMiddleware:
    """Tells the observers of each request. Settings load it only if there are any."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.monotonic()
        received = request.META.get(RECEIVED, began)
        method = request.method or ""
        asked = Asked(request, method if method in METHODS else OTHER.upper(), began - received)
        _tell("begins", asked)
        try:
            response = self.get_response(request)
            asked.status, asked.bytes = response.status_code, _size(response)
        finally:
            asked.operation, asked.route = _named(request)
            asked.seconds = time.monotonic() - received
            _tell("ended", asked)
        return response


def _tell(what: str, asked: Asked) -> None:
    for observer in observers:
        try:
            getattr(observer, what)(asked)
        except Exception:
            logger.exception("%s failed to observe a request", type(observer).__name__)


def _named(request: HttpRequest) -> tuple[str, str]:
    match = request.resolver_match
    if match is None:  # no such URL, or an answer that needs no thread (partners/serving/answers.py)
        return ("healthz" if request.path == "/healthz" else OTHER), ""
    operations: Mapping[str, Any] = getattr(getattr(match.func, "cls", None), "operations", {})
    operation = operations.get("GET" if request.method == "HEAD" else request.method or "")
    return (operation.id if operation else match.url_name or OTHER), f"/{match.route}"


def _size(response: HttpResponseBase) -> int:
    if response.streaming:
        return int(response.headers.get("Content-Length") or 0)
    return len(response.content)  # type: ignore[attr-defined]
