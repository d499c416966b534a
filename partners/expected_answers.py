"""The level at which refused requests are logged: they are expected, and anybody can cause them at any rate."""

import logging


class ExpectedAnswers(logging.Filter):
    """For Django's loggers of requests, which log each refusal as a warning or an error.

    Refusals become INFO. Requests that fail during an outage have no line of their own, because the outage has one
    (jsonapi/outages.py). Monitors call /readyz all the time, and its 503 is an expected answer.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if getattr(request, "is_outage", False) or getattr(request, "path", "") == "/readyz":
            return False
        if getattr(record, "status_code", 400) in (500, 502):
            return True
        record.levelno, record.levelname, record.exc_info = logging.INFO, "INFO", None
        return logging.getLogger(record.name).isEnabledFor(logging.INFO)
