from array import array
from datetime import date, timedelta

import pytest

from markets.models import PublicCalendar
from markets.public_nights import DAY_OFFSET, PublicNight, PublicNights, unpacked

FIRST = date(2026, 11, 5)
NIGHTS = PublicNights(
    FIRST,
    "abxu?",
    array("q", [10_000, 12_000, 2**40, -1, -1]),
    array("H", [2, 2, 30, 0, 0]),
    array("H", [0, DAY_OFFSET - 3, DAY_OFFSET + 7, 0, 0]),
)


def night(day: int) -> date:
    return FIRST + timedelta(days=day)


def test_a_night_is_read_by_its_date() -> None:
    assert list(NIGHTS)[:2] == [
        PublicNight(date(2026, 11, 5), "a", 10_000, 2, None),
        PublicNight(date(2026, 11, 6), "b", 12_000, 2, date(2026, 11, 2)),
    ]
    assert [NIGHTS.state(night(day)) for day in range(-1, 6)] == ["?", "a", "b", "x", "u", "?", "?"]
    assert (NIGHTS.price(night(2)), NIGHTS.price(night(3)), NIGHTS.price(night(9))) == (2**40, None, None)
    assert (NIGHTS.min_stay(night(2)), NIGHTS.min_stay(night(3)), NIGHTS.min_stay(night(-1))) == (30, None, None)
    assert NIGHTS.last_night == night(4)


def test_only_a_booked_night_has_a_day_of_booking() -> None:
    assert NIGHTS.booked_on(night(1)) == night(-3)
    assert NIGHTS.booked_on(night(2)) is None


@pytest.mark.parametrize(("first", "last"), [(0, 4), (-3, 9), (1, 2), (-9, -5), (7, 8), (2, 30), (-2, 1)])
def test_a_slice_holds_the_same_nights(first: int, last: int) -> None:
    part = NIGHTS.between(night(first), night(last))

    assert len(part) == len(part.prices) == len(part.min_stays) == len(part.taken_on) == last - first + 1
    known = {each.night: each for each in NIGHTS}
    for day in range(first, last + 1):
        nothing = PublicNight(night(day), "?", None, None, None)
        assert list(part)[day - first] == known.get(night(day), nothing)


def test_a_slice_that_ends_before_it_begins_is_empty() -> None:
    assert len(NIGHTS.between(night(3), night(2))) == 0


def test_packed_nights_are_read_again() -> None:
    row = PublicCalendar(listing_id=1, **NIGHTS.packed())

    assert unpacked(row) == NIGHTS
    assert row.prices[:8] == (10_000).to_bytes(8, "little")


def test_a_row_whose_arrays_differ_is_refused() -> None:
    row = PublicCalendar(listing_id=1, **{**NIGHTS.packed(), "states": "ab"})

    with pytest.raises(ValueError, match="differ in length"):
        unpacked(row)
