"""Checks of request bodies: small checks that are combined into one for each operation's body."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sandbox.ids import NUMBER
from sandbox.spotahome.problems import Problem

Check = Callable[[object], Any]
"""Returns the value in the form in which it is kept. Raises Wrong or Problem 422."""
LARGEST_NUMBER = 10**9


class Wrong(ValueError):
    """A value breaks a rule. `rule` is the rule's name in `validationMessages`."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object. An optional member that is absent is also absent in the result."""

    check: Check
    required: bool = True
    nullable: bool = False


def optional(check: Check, *, nullable: bool = False) -> Member:
    return Member(check, required=False, nullable=nullable)


def text(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong("notString", "A text is expected")
    return value


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong("notBoolean", "true or false is expected")
    return value


def number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > LARGEST_NUMBER:
        raise Wrong("notNumber", "A number is expected")
    return value


def unsigned(value: object) -> int:
    """A whole number of at least 0: prices are in whole base currency units, stays in whole days."""
    found = number(value)
    if found < 0 or found != int(found):
        raise Wrong("notDigits", "Only whole numbers are accepted")
    return int(found)


def id_number(value: object) -> int:
    """An id as a number or as a string of digits. The documentation has both."""
    if isinstance(value, str) and NUMBER.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Wrong("notDigits", "An id is expected")
    return value


def day(value: object) -> date:
    try:
        return date.fromisoformat(text(value)[:10])
    except ValueError:
        raise Wrong("dateInvalid", "A date like 2031-03-01 is expected") from None


def one_of(*options: str) -> Check:
    def check(value: object) -> str:
        if value not in options or not isinstance(value, str):
            raise Wrong("notInArray", f"One of {', '.join(options)} is expected")
        return value

    return check


def list_of(check: Check, *, length: int | None = None) -> Check:
    def check_list(value: object) -> list[Any]:
        if not isinstance(value, list) or (length is not None and len(value) != length):
            raise Wrong("notArray", "An array is expected" if length is None else f"{length} values are expected")
        return [check(item) for item in value]

    return check_list


def object_of(members: Mapping[str, Member], *, closed: bool = False) -> Check:
    """An object with these members. Other members are refused if `closed`, and dropped otherwise."""

    def check_object(value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Wrong("notObject", "An object is expected")
        read: dict[str, Any] = {}
        messages: dict[str, dict[str, str]] = {}
        for name in value.keys() - members.keys() if closed else ():
            messages[name] = {"notAllowed": "This field is not allowed"}
        for name, member in members.items():
            try:
                if name in value:
                    read[name] = None if value[name] is None and member.nullable else member.check(value[name])
                elif member.required:
                    raise Wrong("isEmpty", "Value is required and can't be empty")
            except Wrong as wrong:
                messages[name] = {wrong.rule: str(wrong)}
        if messages:
            raise Problem(422, messages)
        return read

    return check_object


def anything(value: object) -> Any:
    """The check of an operation that does not read its body."""
    return value


def checked(check: Check, body: object) -> Any:
    """The checked body. Raises Problem 422 with the names of the wrong members and the broken rules."""
    try:
        return check(body)
    except Wrong as wrong:
        raise Problem(422, {"body": {wrong.rule: str(wrong)}}) from wrong
