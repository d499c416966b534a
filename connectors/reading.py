"""Reads the members of a JSON object that a channel sent: tolerant of what channels do, strict about the rest.

Missing members, nulls and empty texts are None; numbers may come as texts, flags as 0/1, true/false or texts of
these. What cannot be understood raises Malformed: better no value than a wrong one.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.texts import storable

LARGEST_WHOLE = 2**31 - 1
LARGEST_AMOUNT = Decimal(10) ** 12  # of any currency; what is more is no price
# The years that a calendar can be about. At the ends of time (0001, 9999) no time zone can be applied.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
FLAGS = {"1": True, "0": False, "true": True, "false": False}


class Malformed(ValueError):
    """A member is not of the kind it should be; the text names it and never repeats its value."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is malformed")


class Fields:
    """A JSON object; what is not one raises Malformed."""

    def __init__(self, row: Any, name: str) -> None:
        if not isinstance(row, dict):
            raise Malformed(name)
        self._row = row

    def __contains__(self, name: str) -> bool:
        return self._row.get(name) not in (None, "")

    def member(self, name: str) -> Any:
        """As it was sent: an object, say, whose own members other Fields read."""
        return self._row.get(name)

    def id(self, name: str) -> str:
        """An id, which must be there: a whole number or a text, as a text."""
        value = self._row.get(name)
        if isinstance(value, str) and 0 < len(value) <= 255 and value.isprintable():
            return value
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
            return str(value)
        raise Malformed(name)

    def numeric_id(self, name: str) -> str:
        """An id that is a whole number, which may be written as a text."""
        value = self.id(name)
        if not (value.isascii() and value.isdigit()):
            raise Malformed(name)
        return value

    def text(self, name: str) -> str | None:
        value = self._row.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise Malformed(name)
        return storable(value).strip() or None

    def amount(self, name: str) -> Decimal | None:
        value = self._row.get(name)
        if value in (None, ""):
            return None
        if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
            raise Malformed(name)
        try:
            amount = Decimal(value)
        except (InvalidOperation, ValueError):
            raise Malformed(name) from None
        if not amount.is_finite() or abs(amount) > LARGEST_AMOUNT:
            raise Malformed(name)
        return amount

    def whole(self, name: str) -> int | None:
        amount = self.amount(name)
        if amount is None:
            return None
        if amount != amount.to_integral_value() or abs(amount) > LARGEST_WHOLE:
            raise Malformed(name)
        return int(amount)

    def flag(self, name: str) -> bool | None:
        value = self._row.get(name)
        if value in (None, ""):
            return None
        flag = FLAGS.get(str(value).lower())
        if flag is None:
            raise Malformed(name)
        return flag

    def day(self, name: str) -> date | None:
        """YYYY-MM-DD, with or without a time after it; zeros, as some databases write "none", are None.

        What lies before FIRST_DAY or after LAST_DAY ("for ever") is taken for these.
        """
        value = self.text(name)
        if value is None or value.startswith("0000-00-00"):
            return None
        try:
            return min(max(date.fromisoformat(value[:10]), FIRST_DAY), LAST_DAY)
        except ValueError:
            raise Malformed(name) from None

    def instant(self, name: str) -> datetime | None:
        """An ISO 8601 instant; without an offset it is UTC. None outside of FIRST_DAY to LAST_DAY: nobody means it."""
        value = self.text(name)
        if value is None or value.startswith("0000-00-00"):
            return None
        try:
            instant = datetime.fromisoformat(value)
            instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
        except (ValueError, OverflowError):
            raise Malformed(name) from None
        return instant if FIRST_DAY <= instant.date() <= LAST_DAY else None

    def rows(self, name: str) -> Sequence[Any]:
        value = self._row.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise Malformed(name)
        return value
