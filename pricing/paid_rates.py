"""What a booked night brought."""

from collections.abc import Iterable

from pricing.listing import BookedStay

# Longer stays are sold at a monthly rate, which says little about a night.
MONTHLY_STAY_NIGHTS = 28
# No night costs more in any currency; a market must not be moved by what one of its channels makes up.
HIGHEST_RATE = 100_000_000


def nightly_rate(reservation: BookedStay, minor_units: int) -> float | None:
    """Whole units a night and unit of a stay that tells what nights are worth; None for any other.

    Cancelled and owner stays, stays of a month, and stays whose total is unknown, nothing or beyond belief tell no
    rate.
    """
    nights = (reservation.check_out - reservation.check_in).days
    sold = reservation.cancelled_on is None and not reservation.owner_stay and reservation.units > 0
    if not sold or not reservation.total or reservation.total < 0 or not 0 < nights < MONTHLY_STAY_NIGHTS:
        return None
    rate = reservation.total / (minor_units * nights * reservation.units)
    return rate if rate <= HIGHEST_RATE else None


def weighted_median(values: Iterable[tuple[float, int]]) -> float | None:
    """The value that half of the weight does not exceed; None without any weight."""
    ascending = sorted(values)
    half = sum(weight for _, weight in ascending) / 2
    for value, weight in ascending:
        half -= weight
        if half <= 0:
            return value
    return None
