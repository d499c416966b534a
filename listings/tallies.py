"""The exact number of an application's listings, summed from tallies instead of counted (models.ListingTally)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connections, router, transaction
from django.db.models import Count, Max, Q

from jobs.running import RunningJob
from listings.models import ListingTally

COMPACTED_FROM = 10  # Groups with more rows than this are compacted. A group is an application, `enabled` and a day.
COMPACTED_AT_ONCE = 1000  # Rows per transaction. Each is a query parameter, and databases limit their number.


def count_listings(application_id: int, enabled: bool | None = None) -> int:
    """The number of the application's listings that are not deleted.

    `enabled` restricts it to listings that are enabled (True) or disabled (False).
    """
    # Constant SQL is faster than the ORM, and every page of listings runs this query.
    tallies, parameters = _tallies_of(application_id, enabled)
    with connections[router.db_for_read(ListingTally)].cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(SUM(change), 0) {tallies}", parameters)
        return int(cursor.fetchone()[0])


def pass_days(application_id: int, offset: int, *, newest_first: bool, enabled: bool | None = None) -> tuple[int, Q]:
    """Find whole days of creation (UTC) to skip on the way to `offset` in an ordering by `created_at`.

    Returns the number of listings created on these days, which is at most `offset`, and a condition that selects the
    remaining listings.
    """
    tallies, parameters = _tallies_of(application_id, enabled)
    direction = "DESC" if newest_first else "ASC"
    passing = f"""
        SELECT day, passed FROM (
            SELECT day, SUM(SUM(change)) OVER (ORDER BY day {direction}) AS passed {tallies} GROUP BY day
        ) AS days WHERE passed <= %s ORDER BY day {"ASC" if newest_first else "DESC"} LIMIT 1"""  # noqa: S608
    with connections[router.db_for_read(ListingTally)].cursor() as cursor:
        cursor.execute(passing, [*parameters, offset])
        found = cursor.fetchone()
    if found is None:
        return 0, Q()
    day, passed = found
    if newest_first:
        return int(passed), Q(created_at__lt=_midnight(day))
    return int(passed), Q(created_at__gte=_midnight(day) + timedelta(days=1))


def _tallies_of(application_id: int, enabled: bool | None) -> tuple[str, list[Any]]:
    tallies = "FROM listings_listingtally WHERE application_id = %s"
    if enabled is None:
        return tallies, [application_id]
    return f"{tallies} AND enabled = %s", [application_id, enabled]


def _midnight(day: date | str) -> datetime:
    """The beginning of the day in UTC. SQLite's driver returns days as text."""
    return datetime.combine(date.fromisoformat(day) if isinstance(day, str) else day, time(), UTC)


def compact_tallies(job: RunningJob) -> None:
    """Handle the daily job `compact_tallies`: compact each group that has more than COMPACTED_FROM rows."""
    groups = ListingTally.objects.values_list("application_id", "enabled", "day").annotate(rows=Count("id"))
    for application_id, enabled, day, _ in list(groups.filter(rows__gt=COMPACTED_FROM)):
        compact(application_id, enabled, day, keep_lease=job.keep_lease)


def compact(
    application_id: int,
    enabled: bool,
    day: date,
    *,
    keep_lease: Callable[[], None] = lambda: None,
    at_once: int = COMPACTED_AT_ONCE,
) -> None:
    """Replace the present rows of a group by their sums, `at_once` rows per transaction.

    Rows that are inserted meanwhile stay unchanged, and the count is exact at every moment. `keep_lease` is called
    before each transaction.
    """
    group = {"application_id": application_id, "enabled": enabled, "day": day}
    newest = ListingTally.objects.filter(**group).aggregate(Max("pk"))["pk__max"] or 0
    after = 0
    while after < newest:
        keep_lease()
        after = _compact_slice(group, after, newest, at_once)


@transaction.atomic
def _compact_slice(group: dict[str, Any], after: int, newest: int, at_once: int) -> int:
    """Replace the next `at_once` rows after the id `after` by their sum; return the id to continue from."""
    rows = ListingTally.objects.select_for_update().filter(**group, pk__gt=after, pk__lte=newest).order_by("pk")
    changes = dict(rows.values_list("pk", "change")[:at_once])
    if len(changes) > 1:
        ListingTally.objects.filter(pk__in=changes).delete()
        if total := sum(changes.values()):
            ListingTally.objects.create(**group, change=total)
    return max(changes) if len(changes) == at_once else newest
