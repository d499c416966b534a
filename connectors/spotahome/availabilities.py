"""When a listing can be let: its windows of move-in and move-out dates, and the first date of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connectors.payloads import FIRST_DAY, LAST_DAY, Malformed
from connectors.spotahome import payloads


@dataclass(frozen=True, slots=True)
class Lettable:
    """`windows`: the first night, and the day of departure of the last, of each. None if Spotahome has not told them.

    No stay can begin before `first`.
    """

    first: date | None = None
    windows: Sequence[tuple[date, date]] | None = None

    def __contains__(self, night: object) -> bool:
        if not isinstance(night, date) or (self.first is not None and night < self.first):
            return False
        return self.windows is None or any(begins <= night < ends for begins, ends in self.windows)


ANY_TIME = Lettable()


def read_lettable(answer: Any) -> Lettable:
    """Raises Malformed. A stay in a window covers nights from its first move-in to its last move-out."""
    read = payloads.Availabilities.read(answer)
    if read.availability is None:
        return Lettable(read.first_available_date)
    if not isinstance(read.availability, list):
        raise Malformed("availability")
    return Lettable(read.first_available_date, [_window(row) for row in read.availability])


def _window(row: Any) -> tuple[date, date]:
    read = payloads.Window.read(row)
    return _day(read.move_in_from) or FIRST_DAY, _day(read.move_out_to) or LAST_DAY


def _day(moment: Any) -> date | None:
    """From a PHP date, or from a text."""
    return (
        None if moment is None else payloads.Moment.read({"date": moment} if isinstance(moment, str) else moment).date
    )
