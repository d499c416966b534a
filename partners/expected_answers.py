"""The level at which refused requests are logged: they are expected, and anybody can cause them at any rate."""

import logging

from django.conf import settings


class ExpectedAnswers(logging.Filter):
    """For Django's loggers of requests, which log each refusal as a warning or an error.

    Refusals become INFO, and have no line here if the access log has one: that line has no path, in which callers may
    put anything. Requests that fail during an outage have no line of their own, because the outage has one
    (jsonapi/outages.py). Monitors call /readyz all the time, and its 503 is an expected answer.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if getattr(request, "is_outage", False) or getattr(request, "path", "") == "/readyz":
            return False
        if getattr(record, "status_code", 400) in (500, 502):
            return True
        if settings.ENVIRONMENT.access_log:
            return False
        record.levelno, record.levelname, record.exc_info = logging.INFO, "INFO", None
        return logging.getLogger(record.name).isEnabledFor(logging.INFO)
