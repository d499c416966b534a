"""Counts booked nights by month, this year and last year, from a listing's stays."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from console.charts.booked_nights import BookedMonth
from pricing import BookedStay

MONTHS = 12


def booked_months(
    stays: Sequence[BookedStay], *, today: date, units: int, first_check_in: date | None
) -> list[BookedMonth]:
    """The month of `today` and the eleven that follow, each with the same month a year before.

    `stays` are those that reach into these months, cancelled ones included. Nights of owners do not count.
    `first_check_in` is that of the listing's first stay: nothing is known of earlier nights. None: no stay is
    known at all.
    """
    guests = [stay for stay in stays if not stay.owner_stay]
    year_ago = _year_before(today)
    months = []
    for number in range(MONTHS):
        month = month_after(today.replace(day=1), number)
        before = _year_before(month)
        knows_last_year = first_check_in is not None and first_check_in < month_after(before, 1)
        months.append(
            BookedMonth(
                month=month,
                nights=_length(month) * units,
                booked=_nights_in(month, (stay for stay in guests if stay.cancelled_on is None)),
                last_year=_nights_in(before, (stay for stay in guests if stay.cancelled_on is None))
                if knows_last_year
                else None,
                last_year_by_now=_by(year_ago, before, guests) if knows_last_year else None,
            )
        )
    return months


def first_night_of_last_year(today: date) -> date:
    """The first night that `booked_months` counts."""
    return _year_before(today.replace(day=1))


def month_after(first: date, months: int) -> date:
    """The first of a later month."""
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def _by(day: date, month: date, stays: Sequence[BookedStay]) -> int | None:
    """The nights of the month that were booked at the end of `day`; None if a stay does not tell when it was booked."""
    ours = [stay for stay in stays if _nights_in(month, [stay])]
    if any(stay.booked_on is None for stay in ours):
        return None
    return _nights_in(
        month,
        (
            stay
            for stay in ours
            if stay.booked_on is not None
            and stay.booked_on <= day
            and (stay.cancelled_on is None or stay.cancelled_on > day)
        ),
    )


def _nights_in(month: date, stays: Iterable[BookedStay]) -> int:
    """Unit-nights of the stays in the month that begins with `month`."""
    end = month_after(month, 1)
    return sum(max((min(stay.check_out, end) - max(stay.check_in, month)).days, 0) * stay.units for stay in stays)


def _length(month: date) -> int:
    return (month_after(month, 1) - month).days


def _year_before(day: date) -> date:
    """The same day a year before; 28 February for a 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day - timedelta(days=366)
