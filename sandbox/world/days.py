"""Instants (unix seconds, UTC) and days (ordinals, as `date.toordinal` counts them)."""

from datetime import date

DAY_SECONDS = 86_400
UNIX_EPOCH = date(1970, 1, 1).toordinal()


def day_of(instant: int) -> int:
    """The UTC day that an instant falls on."""
    return UNIX_EPOCH + instant // DAY_SECONDS


def start_of(day: int) -> int:
    """The instant at which a UTC day begins."""
    return (day - UNIX_EPOCH) * DAY_SECONDS
