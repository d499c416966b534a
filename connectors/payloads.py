"""Typed models of the JSON objects that channels send, and the types of their members.

The types tolerate the habits of channels: numbers as texts, thousands separators, flags as 0 and 1, zero dates. Null,
an empty text and a missing member are all None.

A member that still cannot be read is left out: it becomes None and is counted (connectors.unread_members). It costs
the whole object only if it decides what the object is: if it has no default, or is marked DECISIVE. These are ids,
dates and statuses. Then Payload.read raises Malformed.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationError

from connectors.texts import storable
from connectors.unread_members import count_unread

Value = TypeVar("Value")

LARGEST_WHOLE = 2**31 - 1
LARGEST_AMOUNT = Decimal(10) ** 12  # of any currency; a price is never higher
LONGEST_ID = 255  # characters
# The years that a calendar can be about. No time zone can be applied at the ends of time (years 1 and 9999).
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
FLAGS = {1: True, 0: False, "1": True, "0": False, "true": True, "false": False, "yes": True, "no": False}
# What databases write for "no date", and what PHP makes of it.
ZERO_DATES = ("0000-00-00", "-0001-11-30")
# With a point or several commas, the commas separate thousands. A single comma may be a decimal comma.
THOUSANDS = re.compile(r"[+-]?\d{1,3}((,\d{3})+\.\d*|(,\d{3}){2,})", re.ASCII)


class Malformed(ValueError):
    """An object or a decisive member cannot be read. The text names it and never repeats its value."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is malformed")


class _Decisive:
    """The type of DECISIVE."""


DECISIVE = _Decisive()


class Payload(BaseModel):
    """A JSON object. `payload` names it in warnings, such as "Hostaway reservation"."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    payload: ClassVar[str]
    # Of an instance: the names of the fields that could not be read, and so are not what the channel has.
    unread: ClassVar[frozenset[str]] = frozenset()
    _decisive: ClassVar[frozenset[str]] = frozenset()
    _names: ClassVar[Mapping[str, str]] = {}  # of the fields, by their names on the wire

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        cls._decisive = frozenset(
            field.alias or name
            for name, field in cls.model_fields.items()
            if field.is_required() or DECISIVE in field.metadata
        )
        cls._names = {field.alias or name: name for name, field in cls.model_fields.items()}

    @classmethod
    def read(cls, row: Any, *, strictly: bool = False) -> Self:
        """Raises Malformed for a row that is no object, and for one whose decisive members cannot be read.

        `strictly`: every member is decisive, as for terms that are written back to the channel.
        """
        try:
            return cls.model_validate(row)
        except ValidationError as error:
            problems = error.errors(include_url=False, include_context=False, include_input=False)
        if not isinstance(row, dict):
            raise Malformed(cls.payload)
        members = dict.fromkeys(str(problem["loc"][0]) for problem in problems)
        for member in members:
            if strictly or member in cls._decisive:
                raise Malformed(member)
        read = cls.model_validate({name: value for name, value in row.items() if name not in members})
        for member in members:
            count_unread(cls.payload, member)
        # The model is frozen for its readers. Nothing is stored with the many rows that can be read completely.
        object.__setattr__(read, "unread", frozenset(cls._names[member] for member in members))
        return read

    @classmethod
    def read_optional(cls, value: Any) -> Self | None:
        """An object that may be missing. One that cannot be read is counted and left out."""
        if value is None or value == "":
            return None
        try:
            return cls.read(value)
        except Malformed:
            count_unread(cls.payload, "the object")
            return None


def id_in(row: Any, member: str, *, numeric: bool = False) -> str | None:
    """The id in a row that may be of any kind, or None for an id that cannot be read."""
    if not isinstance(row, dict):
        return None
    try:
        return (_numeric_id if numeric else _id)(row.get(member))
    except ValueError:
        return None


def not_told(read: Payload, tells: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """What an object did not tell because members of it could not be read.

    `tells` has the values that come from a field, where these are others than the one with the field's name.
    """
    return frozenset(value for field in read.unread for value in tells.get(field, (field,)))


def text_in(row: Mapping[str, Any], member: str) -> str | None:
    """One decisive text of an object whose other members are not read. Raises Malformed."""
    return _decisive_member(row, member, _text)


def flag_in(row: Mapping[str, Any], member: str) -> bool | None:
    """One decisive flag, as `text_in`."""
    return _decisive_member(row, member, _flag)


def _decisive_member(row: Mapping[str, Any], member: str, read: Callable[[Any], Value]) -> Value:
    try:
        return read(row.get(member))
    except ValueError:
        raise Malformed(member) from None


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("not a text")
    return storable(value).strip() or None


def _currency(value: Any) -> str | None:
    code = _text(value)
    if code is not None and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise ValueError("not a currency")
    return code and code.upper()


def _required_currency(value: Any) -> str:
    code = _currency(value)
    if code is None:
        raise ValueError("missing")
    return code


def _required_text(value: Any) -> str:
    text = _text(value)
    if text is None:
        raise ValueError("missing")
    return text


def _id(value: Any) -> str:
    if isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable():
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    raise ValueError("not an id")


def _id_or_none(value: Any) -> str | None:
    return None if value is None or value == "" else _id(value)


def _numeric_id(value: Any) -> str:
    written = _id(value)
    if not (written.isascii() and written.isdigit()):
        raise ValueError("not a numeric id")
    return written


def _numeric_id_or_none(value: Any) -> str | None:
    return None if value is None or value == "" else _numeric_id(value)


def read_amount(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    if type(value) is int or isinstance(value, Decimal):
        return _believable(Decimal(value))
    if not isinstance(value, str):
        raise ValueError("not an amount")
    if "," in value and THOUSANDS.fullmatch(value.strip()):
        value = value.replace(",", "")
    try:
        return _believable(Decimal(value))
    except InvalidOperation:
        raise ValueError("not an amount") from None


def _believable(amount: Decimal) -> Decimal:
    if amount.is_finite() and -LARGEST_AMOUNT <= amount <= LARGEST_AMOUNT:
        return amount
    raise ValueError("not an amount")


def _whole(value: Any) -> int | None:
    if type(value) is int and -LARGEST_WHOLE <= value <= LARGEST_WHOLE:
        return value
    amount = read_amount(value)
    if amount is None:
        return None
    if amount != amount.to_integral_value() or abs(amount) > LARGEST_WHOLE:
        raise ValueError("not a whole number")
    return int(amount)


def _flag(value: Any) -> bool | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = value.lower()
    elif not isinstance(value, int):
        raise ValueError("not a flag")
    if (flag := FLAGS.get(value)) is None:
        raise ValueError("not a flag")
    return flag


def _written_date(value: Any) -> str | None:
    written = _text(value)
    return None if written is None or written.startswith(ZERO_DATES) else written


def _day(value: Any) -> date | None:
    return _day_written(value) if isinstance(value, str) else _day_written(_text(value))


@lru_cache(maxsize=4096)  # calendars write the same two years again and again
def _day_written(text: str | None) -> date | None:
    written = _written_date(text)
    return None if written is None else min(max(date.fromisoformat(written[:10]), FIRST_DAY), LAST_DAY)


def _instant(value: Any) -> datetime | None:
    written = _written_date(value)
    if written is None:
        return None
    instant = datetime.fromisoformat(written)
    try:
        instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("not an instant") from None
    return instant if FIRST_DAY <= instant.date() <= LAST_DAY else None


def _required_day(value: Any) -> date:
    day = _day(value)
    if day is None:
        raise ValueError("missing")
    return day


def _rows(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ValueError("not an array")
    return value


# The validators see no null: `| None` lets pydantic answer it. They answer an empty text.
Text = Annotated[str, PlainValidator(_text)] | None
RequiredText = Annotated[str, PlainValidator(_required_text)]
# Three letters, as of ISO 4217, which are read in upper case.
Currency = Annotated[str, PlainValidator(_currency)] | None
RequiredCurrency = Annotated[str, PlainValidator(_required_currency)]
# A text of 1 to 255 printable characters, or a whole number, which is read as a text.
Id = Annotated[str, PlainValidator(_id)]
IdOrNone = Annotated[str, PlainValidator(_id_or_none)] | None
# An id that is a whole number or its digits.
NumericId = Annotated[str, PlainValidator(_numeric_id)]
NumericIdOrNone = Annotated[str, PlainValidator(_numeric_id_or_none)] | None
Amount = Annotated[Decimal, PlainValidator(read_amount)] | None
Whole = Annotated[int, PlainValidator(_whole)] | None
Flag = Annotated[bool, PlainValidator(_flag)] | None
# YYYY-MM-DD, with or without a time after it. Days outside of FIRST_DAY to LAST_DAY ("for ever") become these.
Day = Annotated[date, PlainValidator(_day)] | None
RequiredDay = Annotated[date, PlainValidator(_required_day)]
# An ISO 8601 instant; without an offset it is UTC. None outside of FIRST_DAY to LAST_DAY.
Instant = Annotated[datetime, PlainValidator(_instant)] | None
# An array whose elements are read one by one, so that one of them fails alone.
Rows = Annotated[Sequence[Any], PlainValidator(_rows)]
