"""Answers that need no thread: liveness, and refusals of requests that no view sees."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from jsonapi.errors import error_document, our_fault, problem
from partners.health import healthz
from partners.hosts import HostMiddleware
from partners.observability.requests import ObservedRequestsMiddleware
from partners.readable_headers import make_readable
from partners.request_id import RequestIdMiddleware
from throttling.middleware import set_headers
from throttling.window import untouched

Environ = dict[str, Any]
View = Callable[[HttpRequest], HttpResponseBase]

LIVENESS = "/healthz"
OAUTH = "/o/"  # errors of these paths have the format of OAuth 2.0 (RFC 6749, section 5.2)
OAUTH_CODES = {500: "server_error", 503: "temporarily_unavailable"}


def alive(environ: Environ) -> HttpResponse:
    """The answer of the liveness check, which waits for nothing: no thread, no database, no counter."""
    return _answer(environ, healthz)


def refused(environ: Environ, status: int, detail: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """The error for a request that was not carried out, in the format of its path."""

    def refuse(request: HttpRequest) -> HttpResponse:
        response = _error(request, status, detail)
        for name, value in (headers or {}).items():
            response[name] = value
        return response

    return _answer(environ, refuse)


def too_slow(seconds: float) -> str:
    """The detail of a 408."""
    return f"The body did not arrive within {seconds:g} seconds."


def _error(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    if not request.path.startswith(OAUTH):
        entry = our_fault(request, None) if status == 500 else problem(status, detail)
        return error_document(status, entry, request)
    body = {"error": OAUTH_CODES.get(status, "invalid_request"), "error_description": detail}
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


def _answer(environ: Environ, view: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    make_readable(environ)
    checked = cast(View, convert_exception_to_response(HostMiddleware(view)))
    seen = ObservedRequestsMiddleware(checked) if settings.ENVIRONMENT.observes_requests else checked
    response = cast(HttpResponse, RequestIdMiddleware(seen)(WSGIRequest(environ)))
    # The counters are elsewhere, and asking for them could wait.
    set_headers(response, untouched(settings.ENVIRONMENT.anonymous_rate_limit_per_minute))
    return response
