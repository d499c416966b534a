"""The nights asked for, in the shapes the rest of the engine reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

# The contract asks for 730 days at most; what is derived from the span must stay small whoever asks.
LONGEST_SPAN = 3660


@dataclass(frozen=True, slots=True)
class Horizon:
    """Nights, ascending and once each, as seen from `today`.

    The four lists run in parallel. Ordinals are `date.toordinal()`, weekdays 0 (Monday) to 6, lead times days
    from today; a night that is over has lead time 0.
    """

    today: date
    dates: list[date]
    ordinals: list[int]
    weekdays: list[int]
    lead_times: list[int]

    @classmethod
    def of(cls, dates: Iterable[date], today: date) -> "Horizon":
        """ValueError when first and last night are more than LONGEST_SPAN days apart."""
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
