"""Request ids. django-guid gives each request one; this module decides which ids of callers it may use.

The id is in the answer's `X-Request-ID` header, in error documents and, as `request_id`, in every log record.
"""

import logging
import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django_guid.log_filters import CorrelationId
from django_guid.middleware import guid_middleware

_HEADER = "HTTP_X_REQUEST_ID"
_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,128}")


class RequestIdMiddleware:
    """django-guid's middleware, which never sees an id that would be unsafe in a log or a header: it makes a new one.

    It is the outermost middleware, so that every answer and every log line of a request has the id.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response: Callable[[HttpRequest], HttpResponseBase] = guid_middleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _ACCEPTED.fullmatch(request.META.get(_HEADER, "")):
            request.META.pop(_HEADER, None)
        return self.get_response(request)


class RequestIdFilter(CorrelationId):
    """Sets `request_id` of each log record. Outside requests it is `-`."""

    def __init__(self) -> None:
        super().__init__(correlation_id_field="request_id")

    def filter(self, record: logging.LogRecord) -> bool:
        super().filter(record)
        record.request_id = record.request_id or "-"
        return True
