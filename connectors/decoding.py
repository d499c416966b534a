"""Decodes the JSON of channels: decimals stay exact, and size, depth and numbers are bounded."""

import json
from decimal import Decimal
from typing import Any

import msgspec

LONGEST_WHOLE = 4000  # digits
_decoder = msgspec.json.Decoder(float_hook=Decimal)


class NotJson(ValueError):
    """The content is not JSON, nests too deeply, or has too many values."""


def decode(content: bytes, *, most_values: int) -> Any:
    """The document, with numbers that have a fraction or an exponent as Decimal. Raises NotJson.

    The decoders bound the depth (about a thousand).
    """
    if len(content) > 2 * most_values and _values_at_most(content) > most_values:
        raise NotJson("The content has too many values.")
    try:
        return _decoder.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, ArithmeticError, RecursionError):
        return _decode_unpaired_surrogates(content)


def _values_at_most(content: bytes) -> int:
    """At least the number of values; marks within texts count too."""
    return sum(content.count(mark) for mark in (b",", b"[", b"{")) + 1


def _decode_unpaired_surrogates(content: bytes) -> Any:
    """Only the standard decoder accepts an escaped half of a surrogate pair, which a text cut in two contains.

    NaN, Infinity and endless numbers become decimals that no member takes, so that they cost only themselves.
    """
    try:
        document = json.loads(content, parse_float=Decimal, parse_int=_whole, parse_constant=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise NotJson("The content is not JSON.") from error
    if isinstance(document, Decimal):
        raise NotJson("The content is a number.")
    return document


def _whole(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= LONGEST_WHOLE else Decimal(digits)
