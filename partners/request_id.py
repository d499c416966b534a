"""Request ids. django-guid gives each request one; this module decides which ids of callers it may use.

The id is in the answer's `X-Request-ID` header, in error documents and, as `request_id`, in every log record.
"""

import logging
import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django_guid import get_guid
from django_guid.middleware import guid_middleware

from audit.actor import nobody_yet

_HEADER = "HTTP_X_REQUEST_ID"
_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,128}")


class RequestIdMiddleware:
    """django-guid's middleware, which never sees an id that would be unsafe in a log or a header: it makes a new one.

    It is the outermost middleware, so that every answer and every log line of a request has the id. For the same reason
    it forgets here who acted in the thread's previous request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response: Callable[[HttpRequest], HttpResponseBase] = guid_middleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _ACCEPTED.fullmatch(request.META.get(_HEADER, "")):
            request.META.pop(_HEADER, None)
        with nobody_yet():
            return self.get_response(request)


class RequestIdFilter(logging.Filter):
    """Sets `request_id` of each log record. Outside requests it is `-`."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = get_guid() or "-"
        return True
