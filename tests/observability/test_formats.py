import json
import logging
import sys
from typing import Any

import pytest

from partners.observability.formats import JsonFormatter, LineFormatter, masked


def record(message: str, *arguments: Any, fields: dict[str, Any] | None = None, error: Any = None) -> logging.LogRecord:
    made = logging.LogRecord("partners.try", logging.INFO, __file__, 1, message, arguments, error)
    made.request_id = "r-1"
    if fields is not None:
        made.fields = fields
    return made


def test_json_has_one_object_per_line_with_the_fields_of_the_record() -> None:
    written = JsonFormatter().format(record("two\nlines of %s", "text", fields={"status": 200, "route": "/x/"}))

    assert "\n" not in written
    document = json.loads(written)
    assert document.pop("time").endswith("+00:00")
    assert document == {
        "level": "INFO",
        "logger": "partners.try",
        "message": "two\nlines of text",
        "request_id": "r-1",
        "status": 200,
        "route": "/x/",
    }


def test_what_libraries_add_to_a_record_is_left_out() -> None:
    added = record("hello")
    added.request = object()
    added.params = ["maria@example.com"]

    assert json.loads(JsonFormatter().format(added)).keys() == {"time", "level", "logger", "message", "request_id"}


def test_a_line_stays_a_line_whatever_the_message_contains() -> None:
    written = LineFormatter().format(record("Not Found: %s", "/x\n2030-01-01 INFO forged\x1b[31m"))

    assert written.count("\n") == 0
    assert "\x1b" not in written
    assert written.endswith("INFO partners.try [r-1] Not Found: /x\\n2030-01-01 INFO forged\\x1b[31m")


@pytest.mark.parametrize("formatter", [JsonFormatter(), LineFormatter()], ids=["json", "line"])
def test_tracebacks_are_written_and_masked(formatter: logging.Formatter) -> None:
    try:
        raise ValueError("Key (email)=(maria.lopes@example.com) already exists; password='hunter2hunter2'")
    except ValueError:
        written = formatter.format(record("It failed", error=sys.exc_info()))

    assert "Traceback" in written
    assert "already exists" in written
    assert "maria" not in written
    assert "hunter2" not in written


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Authorization: Bearer abc.DEF-123456", "Authorization: Bearer ***"),
        ("{'authorization': 'Basic dXNlcjpwYXNz'}", "{'authorization': 'Basic ***'}"),
        ("GET /x?access_token=abc123def&limit=3", "GET /x?access_token=***&limit=3"),
        ('{"client_secret": "s3cr3t-s3cr3t"}', '{"client_secret": "***"}'),
        ("postgres://partners:pass-word@db.example/x", "postgres://partners:***@db.example/x"),
        ("redis://:pass@cache.example/0", "redis://:***@cache.example/0"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw failed", "*** failed"),
        ("X-Api-Key: 0123456789", "X-Api-Key: ***"),
        ("maria.lopes+home@mail.example.com wrote", "*** wrote"),
        ("sync_account #12 succeeded, attempt 1, 0.20 s", "sync_account #12 succeeded, attempt 1, 0.20 s"),
        ("Hostaway reservation: total_price could not be read", "Hostaway reservation: total_price could not be read"),
        ("Coliving does not accept this API key.", "Coliving does not accept this API key."),
        ("Redis is unavailable, so limits are kept: timeout", "Redis is unavailable, so limits are kept: timeout"),
    ],
)
def test_what_looks_like_a_secret_or_an_address_is_masked(text: str, shown: str) -> None:
    assert masked(text) == shown
