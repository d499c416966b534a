"""Text of others, such as titles of listings, in a form that a terminal only shows and never obeys."""

import json
import re
from typing import Any

# Control characters (C0, DEL, C1), marks that change the direction of the text around them, line separators, and halves
# of surrogate pairs, which no encoding takes.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def clean(text: object) -> str:
    """One line, with a replacement for each character that a terminal could obey."""
    return _UNSAFE.sub(lambda found: " " if found[0] in "\n\t\r" else "\N{REPLACEMENT CHARACTER}", str(text))


def as_json(document: Any, *, indent: int | None = None) -> str:
    """The same document. Characters that a terminal could obey are written as `\\u` escapes."""
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    # Outside of strings JSON has no unsafe character but the line ends of `indent`; inside it escapes line ends itself.
    return _UNSAFE.sub(lambda found: "\n" if found[0] == "\n" else f"\\u{ord(found[0]):04x}", text)
