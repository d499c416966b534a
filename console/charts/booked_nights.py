"""Booked nights by month beside those of last year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString

from console.charts.frame import Frame, Size, grid, month_labels, picture, ticks
from console.charts.svg import element


@dataclass(frozen=True, slots=True)
class BookedMonth:
    """Unit-nights: a night on which two of a listing's units are booked counts twice.

    month: its first day. nights: the most that can be booked. booked: what is booked now. last_year: what was booked
    in the end in the same month a year before; None if that is not known. last_year_by_now: what was booked a year ago
    today; None if the times of bookings are not known.
    """

    month: date
    nights: int
    booked: int
    last_year: int | None
    last_year_by_now: int | None

    @property
    def in_words(self) -> str:
        words = f"{self.month:%B %Y}: {self.booked} of {self.nights} nights booked"
        if self.last_year is None:
            return f"{words}; last year is not known"
        words += f"; last year {self.last_year} in the end"
        return words if self.last_year_by_now is None else f"{words}, {self.last_year_by_now} by this day"


def booked_chart(months: Sequence[BookedMonth], size: Size, *, label: str, kind: str) -> SafeString:
    """Two bars for each month: last year's, with a mark for what was booked a year ago today, and this year's."""
    most = max((max(each.booked, each.last_year or 0) for each in months), default=0)
    numbers = ticks(0, max(most, 4))
    frame = Frame(size, len(months), 0, numbers[-1])
    names = [(slot + 0.5, f"{each.month:%b}") for slot, each in enumerate(months)]
    bars = [_bars(frame, slot, month) for slot, month in enumerate(months)]
    drawn = [*grid(frame, numbers, lambda value: f"{value:,.0f}"), *month_labels(frame, names), *bars]
    return picture(size, drawn, label=label, kind=kind)


def _bars(frame: Frame, slot: int, month: BookedMonth) -> SafeString:
    width = frame.slot_width * 0.36
    left, middle = frame.x(slot + 0.5) - width - 1, frame.x(slot + 0.5) + 1
    parts = [element("title", [month.in_words])]
    if month.last_year is not None:
        parts.append(_bar(frame, left, width, month.last_year, "last-year"))
    if month.last_year_by_now is not None:
        y = frame.y(month.last_year_by_now)
        parts.append(element("line", x1=left - 2, x2=left + width + 1, y1=y, y2=y, class_="by-now"))
    parts.append(_bar(frame, middle, width, month.booked, "this-year"))
    return element("g", parts)


def _bar(frame: Frame, x: float, width: float, value: int, kind: str) -> SafeString:
    top, bottom = frame.y(value), frame.y(0)
    return element("rect", x=x, y=top, width=width, height=bottom - top, class_=kind)
