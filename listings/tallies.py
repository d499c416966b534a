"""How many listings an application has, exactly, without counting them (see models.ListingTally)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connections, router, transaction
from django.db.models import Count, Max, Q

from jobs.running import RunningJob
from listings.models import ListingTally

COMPACTED_FROM = 10  # rows of one application, switch and day
COMPACTED_AT_ONCE = 1000  # rows in one transaction; each is a parameter, of which databases take so many


def count_listings(application_id: int, enabled: bool | None = None) -> int:
    """Listings of an application that are not deleted; `enabled` counts those alone that are, or are not."""
    # Constant text, as for the token check: this runs with every page of listings.
    those, parameters = _tallies_of(application_id, enabled)
    with connections[router.db_for_read(ListingTally)].cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(SUM(change), 0) {those}", parameters)
        return int(cursor.fetchone()[0])


def pass_days(application_id: int, offset: int, *, newest_first: bool, enabled: bool | None = None) -> tuple[int, Q]:
    """The whole days of creation (UTC) that fill an ordering by `created_at` up to at most `offset`.

    Returns how many listings were created on them, and the condition for all others, which come after these.
    """
    those, parameters = _tallies_of(application_id, enabled)
    direction = "DESC" if newest_first else "ASC"
    passing = f"""
        SELECT day, passed FROM (
            SELECT day, SUM(SUM(change)) OVER (ORDER BY day {direction}) AS passed {those} GROUP BY day
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
    those = "FROM listings_listingtally WHERE application_id = %s"
    if enabled is None:
        return those, [application_id]
    return f"{those} AND enabled = %s", [application_id, enabled]


def _midnight(day: date | str) -> datetime:
    """The day's beginning; SQLite's driver tells days as text."""
    return datetime.combine(date.fromisoformat(day) if isinstance(day, str) else day, time(), UTC)


def compact_tallies(job: RunningJob) -> None:
    """The daily job: few rows instead of many, for each application, switch and day."""
    groups = ListingTally.objects.values_list("application_id", "enabled", "day").annotate(rows=Count("id"))
    for application_id, enabled, day, _ in list(groups.filter(rows__gt=COMPACTED_FROM)):
        compact(application_id, enabled, day, keep_lease=job.keep_lease)


def compact(application_id: int, enabled: bool, day: date, *, keep_lease: Callable[[], None] = lambda: None) -> None:
    """Replaces the rows seen now by their sums; rows that others write meanwhile stay as they are.

    The count is exact at every moment. `keep_lease` is called before each slice.
    """
    group = {"application_id": application_id, "enabled": enabled, "day": day}
    newest = ListingTally.objects.filter(**group).aggregate(Max("pk"))["pk__max"] or 0
    after = 0
    while after < newest:
        keep_lease()
        after = _compact_slice(group, after, newest)


@transaction.atomic
def _compact_slice(group: dict[str, Any], after: int, newest: int) -> int:
    """Replaces the next rows after the one of id `after` by their sum; returns the id to go on from."""
    rows = ListingTally.objects.select_for_update().filter(**group, pk__gt=after, pk__lte=newest).order_by("pk")
    changes = dict(rows.values_list("pk", "change")[:COMPACTED_AT_ONCE])
    if len(changes) > 1:
        ListingTally.objects.filter(pk__in=changes).delete()
        if total := sum(changes.values()):
            ListingTally.objects.create(**group, change=total)
    return max(changes) if len(changes) == COMPACTED_AT_ONCE else newest
