"""Booked nights by month against last year."""

from datetime import date

from console.booked_months import booked_months
from console.charts.booked_nights import BookedMonth
from pricing import BookedStay

TODAY = date(2030, 3, 15)
LONG_AGO = date(2020, 1, 1)


def stay(first: date, last: date, **facts: object) -> BookedStay:
    """A stay of the nights from `first` to the one before `last`, booked long ago unless `facts` differ."""
    return BookedStay(check_in=first, check_out=last, **{"booked_on": LONG_AGO, **facts})  # type: ignore[arg-type]


def month(number: int, *stays: BookedStay, first_check_in: date | None = LONG_AGO, units: int = 1) -> BookedMonth:
    """The month that is `number` months after the one of TODAY."""
    return booked_months(stays, today=TODAY, units=units, first_check_in=first_check_in)[number]


def test_there_are_twelve_months_from_this_one_on() -> None:
    months = booked_months([], today=TODAY, units=1, first_check_in=None)

    assert [each.month for each in months] == [
        *(date(2030, number, 1) for number in range(3, 13)), date(2031, 1, 1), date(2031, 2, 1),
    ]  # fmt: skip
    assert [each.nights for each in months] == [31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31, 28]


def test_a_stay_over_the_end_of_a_month_counts_in_both() -> None:
    over_the_end = stay(date(2030, 4, 28), date(2030, 5, 4))

    assert month(1, over_the_end).booked == 3
    assert month(2, over_the_end).booked == 3


def test_nights_of_several_units_count_once_for_each() -> None:
    two_units = stay(date(2030, 4, 1), date(2030, 4, 6), units=2)

    found = month(1, two_units, units=8)

    assert (found.booked, found.nights) == (10, 240)


def test_cancelled_stays_and_stays_of_the_owner_do_not_count() -> None:
    cancelled = stay(date(2030, 4, 1), date(2030, 4, 6), cancelled_on=date(2030, 2, 1))
    of_the_owner = stay(date(2030, 4, 10), date(2030, 4, 12), owner_stay=True)

    assert month(1, cancelled, of_the_owner).booked == 0


def test_last_year_is_what_was_booked_in_the_end_and_by_this_day() -> None:
    early = stay(date(2029, 4, 1), date(2029, 4, 5), booked_on=date(2029, 3, 15))
    late = stay(date(2029, 4, 10), date(2029, 4, 12), booked_on=date(2029, 3, 16))

    found = month(1, early, late)

    assert (found.last_year, found.last_year_by_now) == (6, 4)


def test_a_stay_that_was_cancelled_later_was_booked_by_this_day() -> None:
    later = stay(date(2029, 4, 1), date(2029, 4, 5), cancelled_on=date(2029, 3, 20))
    earlier = stay(date(2029, 4, 10), date(2029, 4, 12), cancelled_on=date(2029, 3, 10))

    found = month(1, later, earlier)

    assert (found.last_year, found.last_year_by_now) == (0, 4)


def test_without_a_time_of_booking_nothing_is_said_about_this_day() -> None:
    found = month(1, stay(date(2029, 4, 1), date(2029, 4, 5), booked_on=None))

    assert (found.last_year, found.last_year_by_now) == (4, None)


def test_months_before_the_first_stay_are_not_known() -> None:
    first_stay = stay(date(2029, 4, 30), date(2029, 5, 2))

    months = booked_months([first_stay], today=TODAY, units=1, first_check_in=date(2029, 4, 30))

    assert [each.last_year for each in months[:3]] == [None, 1, 1]


def test_a_listing_without_stays_knows_nothing_of_last_year() -> None:
    assert month(1, first_check_in=None).last_year is None


def test_29_february_is_compared_with_the_day_before() -> None:
    booked = stay(date(2027, 3, 1), date(2027, 3, 4), booked_on=date(2027, 2, 28))

    months = booked_months([booked], today=date(2028, 2, 29), units=1, first_check_in=LONG_AGO)

    assert (months[1].month, months[1].last_year_by_now) == (date(2028, 3, 1), 3)
