"""When failed deliveries are tried again, and when a failing receiver is left alone. Pure functions."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# The waits after the first, second, ... failure, as Standard Webhooks suggests: three days together.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
JITTER = 0.1  # Waits are longer by up to this share, so that what failed together does not come back together.
# A later event of a listing waits for an earlier one until this number of attempts of the earlier one has failed.
ORDERED_ATTEMPTS = 3
# An endpoint that has failed for so long without a success is disabled.
DISABLED_AFTER = timedelta(days=3)
# After this number of failures in a row, an endpoint rests.
FAILURES_IN_A_ROW = 5
SHORTEST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=10)
LONGEST_RETRY_AFTER = timedelta(hours=1)


def wait_after(failures: int, *, retry_after: timedelta | None = None) -> timedelta | None:
    """The wait after the n-th failed attempt of a delivery (n >= 1); None after the last attempt.

    It is at least what the receiver asked for in Retry-After.
    """
    if failures > len(WAITS):
        return None
    wait = _longer(WAITS[failures - 1])
    return wait if retry_after is None else max(wait, retry_after)


def rest_after(failing_for: timedelta) -> timedelta:
    """How long an endpoint rests that has failed for this time: a tenth of it, within bounds."""
    return _longer(min(max(failing_for / 10, SHORTEST_REST), LONGEST_REST))


def retry_after(stated: str | None, now: datetime) -> timedelta | None:
    """The wait that a Retry-After header asks for, as seconds or as a date, at most LONGEST_RETRY_AFTER."""
    if not stated:
        return None
    text = stated.strip()
    if text.isascii() and text.isdigit():
        # Longer numbers overflow a timedelta, and mean the same.
        return min(timedelta(seconds=int(text[:9])), LONGEST_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(text)
        wait = moment.replace(tzinfo=moment.tzinfo or UTC) - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_RETRY_AFTER)


def _longer(wait: timedelta) -> timedelta:
    return wait * random.uniform(1, 1 + JITTER)  # noqa: S311  not a secret
