"""Types of payload members. They accept the forms that channels are known to send, and reject all others."""

import logging
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

import pytest

from connectors.payloads import (
    DECISIVE,
    FIRST_DAY,
    LAST_DAY,
    Amount,
    Day,
    Flag,
    Id,
    Instant,
    Malformed,
    NumericId,
    Payload,
    RequiredDay,
    RequiredText,
    Rows,
    Text,
    Whole,
    id_in,
)
from connectors.unread_members import UNREAD_MEMBERS, warned_once


class TextMember(Payload):
    payload: ClassVar[str] = "object"
    member: Annotated[Text, DECISIVE] = None


class IdMember(Payload):
    payload: ClassVar[str] = "object"
    member: Id


class NumericIdMember(Payload):
    payload: ClassVar[str] = "object"
    member: NumericId


class AmountMember(Payload):
    payload: ClassVar[str] = "object"
    member: Annotated[Amount, DECISIVE] = None


class WholeMember(Payload):
    payload: ClassVar[str] = "object"
    member: Annotated[Whole, DECISIVE] = None


class FlagMember(Payload):
    payload: ClassVar[str] = "object"
    member: Annotated[Flag, DECISIVE] = None


class DayMember(Payload):
    payload: ClassVar[str] = "object"
    member: Annotated[Day, DECISIVE] = None


class InstantMember(Payload):
    payload: ClassVar[str] = "object"
    member: Annotated[Instant, DECISIVE] = None


class RowsMember(Payload):
    payload: ClassVar[str] = "object"
    member: Annotated[Rows, DECISIVE] = ()


MEMBERS: dict[str, type[Payload]] = {
    "text": TextMember,
    "id": IdMember,
    "numeric_id": NumericIdMember,
    "amount": AmountMember,
    "whole": WholeMember,
    "flag": FlagMember,
    "day": DayMember,
    "instant": InstantMember,
    "rows": RowsMember,
}


def read(kind: str, document: Any) -> object:
    return getattr(MEMBERS[kind].read(document), "member")  # noqa: B009


@pytest.mark.parametrize(
    ("kind", "sent", "understood"),
    [
        ("text", " Porto ", "Porto"),
        ("text", "nul \x00 and half \ud83d", "nul  and half"),
        ("text", " \x00 ", None),
        ("id", 7001, "7001"),
        ("id", "a-7", "a-7"),
        ("numeric_id", "7001", "7001"),
        ("amount", "12.50", Decimal("12.50")),
        ("amount", "1,267.00", Decimal("1267.00")),
        ("amount", "-1,234,567", Decimal(-1234567)),
        ("amount", 12, Decimal(12)),
        ("amount", Decimal("-0.1"), Decimal("-0.1")),
        ("whole", "3", 3),
        ("whole", Decimal("3.0"), 3),
        ("flag", 0, False),
        ("flag", "1", True),
        ("flag", True, True),
        ("flag", "FALSE", False),
        ("day", "2030-07-01", date(2030, 7, 1)),
        ("day", "2030-07-01 23:59:59", date(2030, 7, 1)),
        ("day", "0000-00-00", None),
        ("day", "-0001-11-30", None),
        ("day", "0001-01-01", FIRST_DAY),
        ("day", "9999-12-31", LAST_DAY),
        ("instant", "0001-01-01T00:00:00", None),
        ("instant", "9999-12-31T23:59:59Z", None),
        ("instant", "2030-07-01 10:00:00", datetime(2030, 7, 1, 10, tzinfo=UTC)),
        ("instant", "2030-07-01T10:00:00+02:00", datetime(2030, 7, 1, 8, tzinfo=UTC)),
        ("instant", "0000-00-00 00:00:00", None),
        ("instant", "-0001-11-30 00:00:00", None),
        ("rows", [1], [1]),
    ],
)
def test_known_forms_of_values_are_read(kind: str, sent: object, understood: object) -> None:
    assert read(kind, {"member": sent}) == understood


@pytest.mark.parametrize("kind", ["text", "amount", "whole", "flag", "day", "instant"])
@pytest.mark.parametrize("nothing", [None, ""])
def test_missing_members_null_and_empty_texts_are_read_as_none(kind: str, nothing: str | None) -> None:
    assert read(kind, {"member": nothing}) is None
    assert read(kind, {}) is None


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("text", 12),
        ("text", ["a"]),
        ("id", ""),
        ("id", None),
        ("id", True),
        ("id", 1.5),
        ("id", 10**20),
        ("id", "x" * 256),
        ("id", "line\nbreak"),
        ("numeric_id", "a dozen"),
        ("numeric_id", "\N{SUPERSCRIPT TWO}"),
        ("numeric_id", -1),
        ("amount", "a dozen"),
        ("amount", "1,267"),  # ambiguous: decimal comma or thousands separator
        ("amount", "1,26.00"),
        ("amount", "Infinity"),
        ("amount", Decimal("1e13")),
        ("amount", True),
        ("amount", {"value": 1}),
        ("whole", Decimal("0.5")),
        ("whole", 2**31),
        ("flag", 2),
        ("flag", "maybe"),
        ("day", "2030-02-30"),
        ("day", 20300701),
        ("instant", "later"),
        ("instant", "0001-01-01T00:00:00+14:00"),
        ("rows", {"items": []}),
    ],
)
def test_other_values_are_malformed_and_the_error_does_not_repeat_them(kind: str, sent: object) -> None:
    with pytest.raises(Malformed) as malformed:
        read(kind, {"member": sent})

    assert str(malformed.value) == "member is malformed"


@pytest.mark.parametrize("document", [None, 1, "text", [], [{}]])
def test_a_document_that_is_not_an_object_is_malformed(document: object) -> None:
    with pytest.raises(Malformed, match="object"):
        read("text", document)


class Home(Payload):
    payload: ClassVar[str] = "Seaside home"

    id: Id
    status: Annotated[Text, DECISIVE] = None
    rooms: Whole = None
    city: Text = None


def test_an_unreadable_optional_member_is_left_out() -> None:
    home = Home.read({"id": "7", "status": "open", "rooms": "a dozen", "city": "Porto"})

    assert home == Home(id="7", status="open", rooms=None, city="Porto")


@pytest.mark.parametrize("row", [{}, {"id": None}, {"id": "7", "status": 12}])
def test_an_unreadable_decisive_member_makes_the_object_malformed(row: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        Home.read(row)


def test_every_member_is_decisive_if_the_object_is_read_strictly() -> None:
    with pytest.raises(Malformed, match="rooms is malformed"):
        Home.read({"id": "7", "rooms": "a dozen"}, strictly=True)


@pytest.mark.parametrize(
    ("value", "read"), [(None, None), ("", None), ("a home", None), ({}, None), ({"id": "7"}, Home(id="7"))]
)
def test_an_optional_object_is_read_or_left_out(value: object, read: Home | None) -> None:
    assert Home.read_optional(value) == read


def test_required_members_must_not_be_empty() -> None:
    class Required(Payload):
        payload: ClassVar[str] = "object"

        day: RequiredDay
        text: RequiredText

    assert Required.read({"day": "2030-07-01", "text": "a"}).text == "a"
    for document in ({"day": "0000-00-00", "text": "a"}, {"day": "2030-07-01", "text": " "}):
        with pytest.raises(Malformed):
            Required.read(document)


def test_unreadable_members_are_counted_and_logged_once_per_page_without_their_values(
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = UNREAD_MEMBERS.counts()

    with caplog.at_level(logging.WARNING), warned_once():
        for number in range(3):
            Home.read({"id": number, "rooms": "a dozen", "city": 12})
        assert not caplog.messages

    assert caplog.messages == [
        "Seaside home: city could not be read and was left out (3).",
        "Seaside home: rooms could not be read and was left out (3).",
    ]
    counted = UNREAD_MEMBERS.counts()
    for member in ("city", "rooms"):
        assert counted["Seaside home", member] - before.get(("Seaside home", member), 0) == 3


def test_a_member_of_an_unreadable_object_is_not_counted() -> None:
    before = UNREAD_MEMBERS.counts()

    with pytest.raises(Malformed):
        Home.read({"id": None, "rooms": "a dozen"})

    assert UNREAD_MEMBERS.counts() == before


@pytest.mark.parametrize(
    ("row", "numeric", "found"),
    [
        ({"id": 7}, True, "7"),
        ({"id": "a-7"}, False, "a-7"),
        ({"id": "a-7"}, True, None),
        ({"id": [7]}, False, None),
        ({}, False, None),
        ("id", False, None),
        (None, False, None),
    ],
)
def test_the_id_of_an_unreadable_row_is_found_if_it_is_readable(row: object, numeric: bool, found: str | None) -> None:
    assert id_in(row, "id", numeric=numeric) == found
