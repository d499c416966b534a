"""Every error as a JSON:API document: one place for status, title, source, code and meta (contract, *Errors*)."""

import logging
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import islice
from math import ceil
from typing import Any

from django.core.exceptions import BadRequest, DisallowedHost, PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from jsonapi.error_codes import about
from jsonapi.media_types import JSON, JSON_API
from jsonapi.naming import dasherize
from jsonapi.outages import Outage
from jsonapi.refusals import InvalidValues, Refusal, pointer_to

log = logging.getLogger(__name__)

Problem = dict[str, Any]

DATABASE = Outage("The database", "requests are answered with 503")
RETRY_AFTER = 5  # seconds

# The most errors in one answer. A body of two megabytes can contain many more.
MOST_PROBLEMS = 100
MALFORMED = "The request is malformed."
UNKNOWN_HOST = "The Host header names no host that this server answers for."
TITLES = {413: "Content Too Large", 422: "Unprocessable Entity"}  # Python's phrases differ between its versions


class BadParameters(exceptions.APIException):
    """Invalid query parameters: `problems` maps each name to the description of its problem.

    `further` holds the `links` and `meta` of the errors that have some, by the same names.
    """

    status_code = 400

    def __init__(self, problems: Mapping[str, str], further: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = dict(problems)
        self.further = dict(further or {})


class BadDocument(exceptions.APIException):
    """A request body that is not the expected document; `pointer` names the wrong part, and `code` the broken rule."""

    status_code = 400

    def __init__(self, detail: str, pointer: str | None = None, status: int = 400, *, code: str | None = None) -> None:
        super().__init__(detail)
        self.pointer = pointer
        self.status_code = status
        self.rule = code


class Answered(exceptions.APIException):
    """A finished answer with errors, which another request of this server got."""

    def __init__(self, status: int, problems: Sequence[Problem], headers: Mapping[str, str]) -> None:
        super().__init__("; ".join(str(each["detail"]) for each in problems))
        self.status_code = status
        self.problems = problems
        self.headers = dict(headers)


def problem(
    status: int,
    detail: str,
    *,
    source: Mapping[str, Any] | None = None,
    code: str | None = None,
    meta: Mapping[str, Any] | None = None,
    links: Mapping[str, str] | None = None,
) -> Problem:
    """One member of `errors`. Without a `source`, the error has a null pointer.

    `code` names the kind of error; jsonapi.error_codes explains it to the reader of `links.about`.
    """
    entry: Problem = {
        "status": str(int(status)),
        "title": TITLES.get(status) or HTTPStatus(status).phrase,
        "detail": str(detail),
        "source": dict(source) if source else {"pointer": None},
    }
    entry["links"] = {"about": about(status, code, meta)}
    if code:
        entry["code"] = code
    if meta:
        entry["meta"] = dict(meta)
    if links:
        entry["links"] |= links
    return entry


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response:
    """DRF's hook, which answers every exception of a view.

    An unknown exception is a 500, or a 503 if the database does not answer. Only the request id is disclosed.
    """
    from rest_framework.views import set_rollback  # DRF's views load our parsers, which need this module

    set_rollback()
    request = context.get("request")
    headers: dict[str, str] = {}
    if isinstance(exc, Http404):
        exc = exceptions.NotFound(str(exc) or "Not found")
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    elif isinstance(exc, DisallowedHost):
        exc = exceptions.ParseError(UNKNOWN_HOST)
    elif isinstance(exc, BadRequest | SuspiciousOperation):  # such as too many parameters
        exc = exceptions.ParseError(MALFORMED)

    if isinstance(exc, Refusal):
        status, problems = exc.status, list(islice(_refusal_problems(exc), MOST_PROBLEMS))
        headers = _wait_header(exc.retry_after)
    elif isinstance(exc, exceptions.APIException):
        status, problems = exc.status_code, list(islice(_api_problems(exc), MOST_PROBLEMS))
        headers = _headers(exc)
    else:
        ours = our_fault(request, exc)
        if int(ours["status"]) != 503:
            log.error("Unhandled exception", exc_info=exc)
        status, problems = int(ours["status"]), [ours]
        headers = _retry_headers(status)
    response = Response({"errors": problems}, status=status, headers=headers)
    response.exception = True
    return response


def _refusal_problems(exc: Refusal) -> Iterator[Problem]:
    if isinstance(exc, InvalidValues):
        for pointer, code, detail in exc.problems:
            yield problem(exc.status, detail, source={"pointer": pointer}, code=code)
    else:
        yield problem(exc.status, str(exc), source=_refusal_source(exc), code=exc.code, meta=exc.meta)


def _refusal_source(exc: Refusal) -> dict[str, Any]:
    if exc.header:
        return {"header": exc.header}
    return {"parameter": exc.parameter} if exc.parameter else {"pointer": exc.pointer}


def _api_problems(exc: exceptions.APIException) -> Iterator[Problem]:
    if isinstance(exc, BadParameters):
        for parameter, detail in exc.problems.items():
            further = {"code": "parameter_invalid", **exc.further.get(parameter, {})}
            yield problem(exc.status_code, detail, source={"parameter": parameter}, **further)
    elif isinstance(exc, BadDocument):
        yield problem(exc.status_code, str(exc.detail), source={"pointer": exc.pointer}, code=exc.rule)
    elif isinstance(exc, Answered):
        yield from exc.problems
    elif isinstance(exc, exceptions.ValidationError):
        yield from _validation_problems(exc.detail, pointer_to())
    elif isinstance(exc, exceptions.Throttled):
        yield problem(exc.status_code, str(exc.detail))
    else:
        yield problem(exc.status_code, str(exc.detail), source=getattr(exc, "source", None))


def _validation_problems(detail: Any, pointer: str) -> Iterator[Problem]:
    """Turns a serializer's errors, nested to any depth, into one problem for each message."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            here = pointer if name == "non_field_errors" else pointer_to(dasherize(str(name)), base=pointer)
            yield from _validation_problems(inner, here)
    elif isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        for index, inner in enumerate(detail):
            yield from _validation_problems(inner, f"{pointer}/{index}")
    elif isinstance(detail, list):
        for item in detail:
            yield from _validation_problems(item, pointer)
    elif detail:
        yield problem(400, str(detail), source={"pointer": pointer}, code=getattr(detail, "code", "invalid"))


def _headers(exc: Any) -> dict[str, str]:
    headers = dict(getattr(exc, "headers", {}))
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = str(exc.auth_header)
    return headers | _wait_header(getattr(exc, "wait", None))


def _wait_header(seconds: float | None) -> dict[str, str]:
    return {"Retry-After": str(ceil(seconds))} if seconds else {}


def is_database_away(exc: BaseException | None) -> bool:
    """Whether the database is unreachable, restarts, or rolled back for another transaction. Nothing was committed."""
    if not isinstance(exc, OperationalError | InterfaceError):
        return False
    # SQLite reports errors in statements, such as a missing column, in the same class.
    return getattr(exc.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR


def our_fault(request: Any, exc: BaseException | None) -> Problem:
    """The problem for a failure of this server: 503, counted as an outage, if the database is away, else 500."""
    request = getattr(request, "_request", request)
    meta = {"request-id": getattr(request, "correlation_id", None)}
    if exc is not None and is_database_away(exc):
        DATABASE.failed(exc)
        if request is not None:
            request.is_outage = True  # the log has one line for the outage, and none for this request
        return problem(503, "The database does not answer at the moment.", meta=meta)
    return problem(500, "Something went wrong on our side.", meta=meta)


def _retry_headers(status: int) -> dict[str, str]:
    return {"Retry-After": str(RETRY_AFTER)} if status == 503 else {}


def error_document(status: int, entry: Problem, request: HttpRequest | None = None) -> JsonResponse:
    """For answers outside DRF's views. The content type is application/json if the request prefers it."""
    content_type = request.get_preferred_type([JSON_API, JSON]) if request else None
    response = JsonResponse({"errors": [entry]}, status=status, content_type=content_type or JSON_API)
    response["Vary"] = "Accept"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Django's handler400: a request that never reached a view."""
    detail = UNKNOWN_HOST if isinstance(exception, DisallowedHost) else MALFORMED
    return error_document(400, problem(400, detail), request)


def not_found(request: HttpRequest, exception: Exception) -> JsonResponse:
    """Django's handler404: an unknown URL."""
    return error_document(404, problem(404, f"{request.path} not found"), request)


def server_error(request: HttpRequest) -> JsonResponse:
    """Django's handler500: an exception outside DRF's views; Django logs it."""
    ours = our_fault(request, sys.exc_info()[1])
    response = error_document(int(ours["status"]), ours, request)
    for name, value in _retry_headers(response.status_code).items():
        response[name] = value
    return response
