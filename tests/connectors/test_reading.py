"""Reading what channels send: tolerant of their habits, deaf to nonsense."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors.reading import FIRST_DAY, LAST_DAY, Fields, Malformed


def read(kind: str, value: object) -> object:
    return getattr(Fields({"member": value}, "object"), kind)("member")


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
        ("day", "0001-01-01", FIRST_DAY),
        ("day", "9999-12-31", LAST_DAY),
        ("instant", "0001-01-01T00:00:00", None),
        ("instant", "9999-12-31T23:59:59Z", None),
        ("instant", "2030-07-01 10:00:00", datetime(2030, 7, 1, 10, tzinfo=UTC)),
        ("instant", "2030-07-01T10:00:00+02:00", datetime(2030, 7, 1, 8, tzinfo=UTC)),
        ("instant", "0000-00-00 00:00:00", None),
        ("rows", [1], [1]),
    ],
)
def test_habits_are_understood(kind, sent, understood):
    assert read(kind, sent) == understood


@pytest.mark.parametrize("kind", ["text", "amount", "whole", "flag", "day", "instant"])
@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_none(kind, nothing):
    assert read(kind, nothing) is None
    assert getattr(Fields({}, "object"), kind)("member") is None


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
def test_nonsense_is_malformed_and_not_repeated(kind, sent):
    with pytest.raises(Malformed) as malformed:
        read(kind, sent)

    assert str(malformed.value) == "member is malformed"


@pytest.mark.parametrize("document", [None, 1, "text", [], [{}]])
def test_only_an_object_has_members(document):
    with pytest.raises(Malformed, match="object"):
        Fields(document, "object")
