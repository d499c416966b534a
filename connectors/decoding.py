"""Decodes the JSON of channels: decimals stay exact, and size, depth and numbers are bounded."""

import json
from decimal import Decimal
from typing import Any

import msgspec

_decoder = msgspec.json.Decoder(float_hook=Decimal)


class NotJson(ValueError):
    """The content is not JSON, nests too deeply, or has too many values."""


def decode(content: bytes, *, most_values: int) -> Any:
    """The document, with numbers that have a fraction or an exponent as Decimal. Raises NotJson.

    The decoders bound the depth (about a thousand) and the digits of a whole number (about four thousand).
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
    """Only the standard decoder accepts an escaped half of a surrogate pair, which a text cut in two contains."""
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise NotJson("The content is not JSON.") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
