"""The requested nights, in the shapes that the rest of the engine reads."""

from bisect import bisect_left
from calendar import isleap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pricing.market import WEEKS

# Days. The contract allows a calendar of 730; this bound keeps the engine's lists small for every caller.
LONGEST_SPAN = 3660


@dataclass(frozen=True, slots=True)
class Horizon:
    """Distinct nights in ascending order, as seen from `today`, in four parallel lists.

    ordinals: `date.toordinal()`. weekdays: 0 (Monday) to 6. lead_times: days from today, 0 for a night in the past.
    """

    today: date
    dates: list[date]
    ordinals: list[int]
    weekdays: list[int]
    lead_times: list[int]

    @classmethod
    def of(cls, dates: Iterable[date], today: date) -> "Horizon":
        """The horizon of the dates, which may come in any order.

        Raises ValueError when the first and the last date are more than LONGEST_SPAN days apart.
        """
        nights = sorted(set(dates))
        ordinals = [night.toordinal() for night in nights]
        if ordinals and ordinals[-1] - ordinals[0] > LONGEST_SPAN:
            raise ValueError(f"The nights asked for are more than {LONGEST_SPAN} days apart.")
        now = today.toordinal()
        return cls(
            today=today,
            dates=nights,
            ordinals=ordinals,
            weekdays=[(ordinal + 6) % 7 for ordinal in ordinals],
            lead_times=[ordinal - now if ordinal > now else 0 for ordinal in ordinals],
        )


def weeks_of(horizon: Horizon) -> list[int]:
    """The week of the year of each night, 0 to 51; the last one has eight or nine days."""
    ordinals, weeks = horizon.ordinals, list[int]()
    for year in range(horizon.dates[0].year, horizon.dates[-1].year + 1):
        first = date(year, 1, 1).toordinal()
        nights = slice(bisect_left(ordinals, first), bisect_left(ordinals, first + 365 + isleap(year)))
        weeks += [min((ordinal - first) // 7, WEEKS - 1) for ordinal in ordinals[nights]]
    return weeks
