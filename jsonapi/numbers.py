"""Numbers in URLs: as strict as in documents, where Python would also read `1_0`, `+1`, ` 1` and other digits."""

import re
from decimal import Decimal

_WHOLE = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_JSON = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?", re.ASCII)
LONGEST = 64  # characters


def is_whole_number(text: str) -> bool:
    """Whether the text is the one spelling of a whole number in digits, as the type `integer` of the schema says."""
    return bool(_WHOLE.fullmatch(text))


def read_number(text: str) -> Decimal | None:
    """The number, in any spelling that JSON has, as the type `number` of the schema says: `10`, `10.0` and `1e1`."""
    return Decimal(text) if len(text) <= LONGEST and _JSON.fullmatch(text) else None
