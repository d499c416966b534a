"""The rates that guests paid per night."""

from collections.abc import Iterable

from pricing.listing import BookedStay
from pricing.monthly import MONTHLY_FROM_NIGHTS

# Whole units of any currency. A higher rate is an error of a channel, and must not move the market.
HIGHEST_RATE = 100_000_000


def nightly_rate(reservation: BookedStay, minor_units: int) -> float | None:
    """The rate that a guest paid per night and unit, in whole units of the currency; None when the stay gives none.

    `minor_units` is the number of minor units of one whole unit. Cancelled stays, owner stays, stays with a monthly
    rate (MONTHLY_FROM_NIGHTS or longer) and stays with an unknown, zero, negative or implausible total give no rate.
    """
    nights = (reservation.check_out - reservation.check_in).days
    return _rate(reservation, nights, minor_units) if 0 < nights < MONTHLY_FROM_NIGHTS else None


def monthly_rate(reservation: BookedStay, minor_units: int) -> float | None:
    """The same for stays of MONTHLY_FROM_NIGHTS or longer, and for no others."""
    nights = (reservation.check_out - reservation.check_in).days
    return _rate(reservation, nights, minor_units) if nights >= MONTHLY_FROM_NIGHTS else None


def _rate(reservation: BookedStay, nights: int, minor_units: int) -> float | None:
    sold = reservation.cancelled_on is None and not reservation.owner_stay and reservation.units > 0
    if not sold or not reservation.total or reservation.total < 0:
        return None
    rate = reservation.total / (minor_units * nights * reservation.units)
    return rate if rate <= HIGHEST_RATE else None


def weighted_median(values: Iterable[tuple[float, float]]) -> float | None:
    """The weighted median of (value, weight) pairs; None when the weights add up to 0."""
    ascending = sorted(values)
    half = sum(weight for _, weight in ascending) / 2
    for value, weight in ascending:
        half -= weight
        if half <= 0:
            return value
    return None
