"""How log records are written: one JSON object per line for machines, or lines for people.

Both mask what looks like a secret or an e-mail address in messages and tracebacks. No code of ours logs such values;
the mask is for texts of others, such as the error of a database, of a channel or of a library.
"""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.orjson import OrjsonFormatter

MASK = "***"

_MASKED = re.compile(
    r"(?P<scheme>\b(?:bearer|basic|digest)\s+)[\w.~+/=-]{8,}"
    r"|(?P<url>://[^\s/:@]*:)[^\s/@]+(?=@)"
    r"|(?P<name>[\w-]*(?:secret|token|password|api[_-]?key|signature|authorization)[\w-]*[\"']?\s*[=:]\s*[\"']?)"
    r"(?!(?:bearer|basic|digest)\b)[^\s\"'&,;)}]{4,}"
    r"|\bwhsec_[\w+/=-]+"
    r"|\b(?:pat|whsec|sk|pk)_[\w-]{16,}"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    re.IGNORECASE,
)
# Most lines have none of these, and a search for words is much faster than the expression.
_MAY_HAVE = re.compile(r"@|_|earer|asic|igest|ecret|oken|assword|key|ignature|uthorization", re.IGNORECASE)


_further_fields: list[Callable[[], dict[str, str]]] = []


def add_fields(fields: Callable[[], dict[str, str]]) -> None:
    """Put what the function returns into each JSON line from now on."""
    _further_fields.append(fields)


def masked(text: str) -> str:
    """The text with `***` for what looks like a credential or an e-mail address."""
    if not _MAY_HAVE.search(text):
        return text
    return _MASKED.sub(lambda found: f"{found['scheme'] or found['url'] or found['name'] or ''}{MASK}", text)


class LineFormatter(logging.Formatter):
    """Lines for people. Control characters of a message cannot begin a new line or colour the terminal."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        record.message = one_line(_without_secrets(record))
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802  logging's name
        return masked(super().formatException(ei))


class JsonFormatter(OrjsonFormatter):
    """One JSON object per line: `time`, `level`, `logger`, `message`, `request_id`, the record's `fields`, and `error`
    with a traceback.

    `fields` is a mapping that our own records have as an `extra`. What libraries add to records is left out.
    """

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        log_data["time"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        log_data["level"] = record.levelname
        log_data["logger"] = record.name
        log_data["message"] = _without_secrets(record)
        log_data["request_id"] = getattr(record, "request_id", "-")
        for fields in _further_fields:
            log_data.update(fields())
        log_data.update(getattr(record, "fields", ()))
        if error := message_dict.get("exc_info"):
            log_data["error"] = masked(str(error))


def _without_secrets(record: logging.LogRecord) -> str:
    """The message. Records with fields are ours and have no text of others; they are many, and a search takes time."""
    return record.message if hasattr(record, "fields") else masked(record.message)


def one_line(text: str) -> str:
    """The text with control characters, line ends among them, as escapes."""
    return text if text.isprintable() else "".join(each if each.isprintable() else _escape(each) for each in text)


def _escape(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
