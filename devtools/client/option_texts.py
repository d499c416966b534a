"""Values of options that may be in a file."""

import json
import sys
from pathlib import Path
from typing import Any

from devtools.client.failures import UsageFailure


def read_text(text: str, option: str) -> str:
    """The text itself, or what `@FILE` or stdin (`-`) holds. Raises UsageFailure."""
    try:
        if text == "-":
            return sys.stdin.read()
        return Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text
    except OSError as error:
        raise UsageFailure(f"{option}: {text[1:]} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageFailure(f"{option}: {text} is not UTF-8.") from error


def json_object(text: str, option: str) -> dict[str, Any]:
    """The JSON object in a text, in `@FILE`, or at stdin (`-`). Raises UsageFailure."""
    try:
        found = json.loads(read_text(text, option))
    except (ValueError, RecursionError) as error:
        raise UsageFailure(f"{option} is not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise UsageFailure(f"{option} must be a JSON object.")
    return found
