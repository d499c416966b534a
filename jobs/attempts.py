"""The log of a job's attempts, which is kept in its row.

The statement that ends an attempt also writes its entry, so the log costs no query. An attempt whose worker died has
no entry: its number is missing.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

MOST_KEPT = 20


class Attempt(TypedDict):
    """An ended attempt. Its times are ISO 8601 with a time zone."""

    attempt: int
    worker: str
    started_at: str
    ended_at: str
    outcome: str
    """`succeeded`, `failed`, `retried` (a failure that counts), `postponed` or `returned` (to the queue)."""
    error: str


def with_attempt(
    log: Sequence[Attempt],
    *,
    number: int,
    worker: str,
    started_at: datetime,
    ended_at: datetime,
    outcome: str,
    error: str,
) -> list[Attempt]:
    """The log with one more attempt, without the oldest if there are more than MOST_KEPT."""
    ended = Attempt(
        attempt=number,
        worker=worker,
        started_at=started_at.isoformat(),
        ended_at=ended_at.isoformat(),
        outcome=outcome,
        error=error,
    )
    return [*log, ended][-MOST_KEPT:]
