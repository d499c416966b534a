"""Decodes the JSON of channels: decimals stay exact, and depth and numbers are bounded."""

import json
from decimal import Decimal
from typing import Any

import msgspec

_decoder = msgspec.json.Decoder(float_hook=Decimal)


class NotJson(ValueError):
    """The content is not JSON, or nests too deeply."""


def decode(content: bytes) -> Any:
    """The document, with numbers that have a fraction or an exponent as Decimal. Raises NotJson."""
    try:
        return _decoder.decode(content)
    except (msgspec.MsgspecError, UnicodeDecodeError, ArithmeticError, RecursionError):
        return _decode_unpaired_surrogates(content)


def _decode_unpaired_surrogates(content: bytes) -> Any:
    """Only the standard decoder accepts an escaped half of a surrogate pair, which a text cut in two contains."""
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise NotJson("The content is not JSON.") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
