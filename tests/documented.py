"""Reads the examples in docs/: a request is an `http` block, and its response is the next block.

The response is a `json` block, which may omit members, or a `text` block that contains only the status.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.partner import Answer, Partner

DOCS = Path(__file__).parents[1] / "docs"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """`path` is relative to /api/v1. `status` is None if the page does not show it."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    status: int | None
    document: Any

    def send(self, partner: Partner) -> Answer:
        return partner.call(self.method, self.path, self.body, query=None, **self.headers)


def blocks(page: str) -> list[tuple[str, str]]:
    """Return the language and the text of each code block of a page, in order."""
    return _BLOCK.findall((DOCS / page).read_text())


def examples(page: str) -> Iterator[Example]:
    found = blocks(page)
    for (language, request), (answer_language, answer) in zip(found, [*found[1:], ("", "")], strict=True):
        if language != "http":
            continue
        head, _, body = request.partition("\n\n")
        (first, *lines) = head.splitlines()
        method, url = first.split(" ")
        headers = {name.lower().replace("-", "_"): value for name, value in (line.split(": ", 1) for line in lines)}
        status, document = None, None
        if answer_language == "json":
            document = json.loads(answer)
            errors = document.get("errors")
            status = int(errors[0]["status"]) if errors else None
        else:
            assert answer_language == "text", f"{first} has no answer"
            status = int(answer.split(" ")[0])
        yield Example(method, url.removeprefix("/api/v1"), headers, body.strip(), status, document)


def shows(part: Any, whole: Any) -> bool:
    """Return whether `part` equals `whole`, except that objects in `part` may omit members."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and shows(value, whole[name]) for name, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) == len(whole) and all(shows(one, other) for one, other in zip(part, whole, strict=True))
    return bool(part == whole)
