"""Reads single cells of public files: ids, amounts and numbers, as they come from a site or from a spreadsheet.

The functions return None for an empty or unusable cell, unless they say otherwise.
"""

import math
import re
from decimal import ROUND_HALF_UP, Decimal

EXACT_FLOATS = 2**53  # whole numbers up to here survive being saved as a floating-point number
MOST_DIGITS = 19
LARGEST_AMOUNT = 10**12  # in currency units
LARGEST_INTEGER = 2**31 - 1

_ID = re.compile(r"0*(\d{1,19})(\.0*)?", re.ASCII)
_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?(\d{1,2})", re.ASCII)
_AMOUNT = re.compile(r"[^\d.,+-]{0,4}(\d{1,3}(?:,\d{3})+|\d+)(\.\d*)?[^\d.,+-]{0,4}", re.ASCII)
_TAG = re.compile(r"<[^<>]{0,200}>")
_BATHROOMS = re.compile(r"(\d+(?:\.\d+)?)\s", re.ASCII)


class Unreadable(ValueError):
    """The cell holds something that is not what its column is for."""


class Inexact(Unreadable):
    """An id that a spreadsheet has rounded."""


def exact_id(text: str) -> str:
    """The digits of an id, which a spreadsheet may have saved as `397657.0` or `1.2E+18`.

    Raises Unreadable, and Inexact for an id whose last digits are lost: the rounded number would be another listing.
    """
    text = text.strip()
    if found := _ID.fullmatch(text):
        digits = found[1]
        if found[2] is not None and int(digits) > EXACT_FLOATS:
            raise Inexact(text)
        if not int(digits):
            raise Unreadable(text)
        return digits
    if found := _SCIENTIFIC.fullmatch(text):
        digits = found[1] + (found[2] or "")
        if len(digits) != int(found[3]) + 1 or len(digits) > MOST_DIGITS or not int(digits):
            raise Inexact(text)
        return digits
    raise Unreadable(text)


def amount(text: str, minor_units: int) -> int | None:
    """`$1,234.00` in minor units: the sign says nothing about the currency. None if it is empty or zero.

    Raises Unreadable.
    """
    text = text.strip()
    if not text:
        return None
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise Unreadable(text)
    units = Decimal(found[1].replace(",", "") + (found[2] or "").rstrip("."))
    if units > LARGEST_AMOUNT:
        raise Unreadable(text)
    return int((units * minor_units).to_integral_value(ROUND_HALF_UP)) or None


def number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def whole_number(text: str, least: int = 0) -> int | None:
    """Also of `2.0`. None below `least` and above what a database column holds."""
    value = number(text)
    return int(value) if value is not None and value == int(value) and least <= value <= LARGEST_INTEGER else None


def bathrooms(text: str) -> float | None:
    """`1.5 shared baths` are 1.5, and a `Half-bath` is 0.5."""
    if found := _BATHROOMS.match(text.strip()):
        return float(found[1])
    return 0.5 if "half" in text.lower() else None


def plain_text(text: str, longest: int) -> str:
    """One line without HTML tags and control characters, cut to `longest` characters."""
    text = _TAG.sub(" ", text)
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:longest]


def coordinate(text: str, limit: float) -> float | None:
    value = number(text)
    return value if value is not None and -limit <= value <= limit else None
