"""How many listings an application has, exactly, without counting them (see models.ListingTally)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Count, Max, Q

from listings.models import ListingTally

if TYPE_CHECKING:
    from jobs.running import RunningJob

COMPACTED_FROM = 10  # rows of one application, switch and day
COMPACTED_AT_ONCE = 1000  # rows in one transaction; each is a parameter, of which databases take so many

_SQLITE = [
    """
CREATE TRIGGER IF NOT EXISTS tally_added_listing AFTER INSERT ON listings_listing WHEN NEW.deleted_at IS NULL
BEGIN
    INSERT INTO listings_listingtally (application_id, enabled, day, change)
        VALUES (NEW.application_id, NEW.enabled, date(NEW.created_at), 1);
END""",
    """
CREATE TRIGGER IF NOT EXISTS tally_deleted_listing AFTER DELETE ON listings_listing WHEN OLD.deleted_at IS NULL
BEGIN
    INSERT INTO listings_listingtally (application_id, enabled, day, change)
        VALUES (OLD.application_id, OLD.enabled, date(OLD.created_at), -1);
END""",
    """
CREATE TRIGGER IF NOT EXISTS tally_changed_listing AFTER UPDATE OF application_id, enabled, created_at, deleted_at
ON listings_listing WHEN OLD.application_id <> NEW.application_id OR OLD.enabled <> NEW.enabled
    OR date(OLD.created_at) <> date(NEW.created_at) OR (OLD.deleted_at IS NULL) <> (NEW.deleted_at IS NULL)
BEGIN
    INSERT INTO listings_listingtally (application_id, enabled, day, change)
        SELECT OLD.application_id, OLD.enabled, date(OLD.created_at), -1 WHERE OLD.deleted_at IS NULL
        UNION ALL SELECT NEW.application_id, NEW.enabled, date(NEW.created_at), 1 WHERE NEW.deleted_at IS NULL;
END""",
]

_POSTGRESQL = [
    """
CREATE OR REPLACE FUNCTION tally_listings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO listings_listingtally (application_id, enabled, day, change)
            SELECT application_id, enabled, (created_at AT TIME ZONE 'UTC')::date, -count(*)
            FROM gone WHERE deleted_at IS NULL GROUP BY 1, 2, 3;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO listings_listingtally (application_id, enabled, day, change)
            SELECT application_id, enabled, (created_at AT TIME ZONE 'UTC')::date, count(*)
            FROM come WHERE deleted_at IS NULL GROUP BY 1, 2, 3;
    END IF;
    RETURN NULL;
END $$""",
    """
CREATE OR REPLACE TRIGGER tally_added_listings AFTER INSERT ON listings_listing
REFERENCING NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION tally_listings()""",
    """
CREATE OR REPLACE TRIGGER tally_deleted_listings AFTER DELETE ON listings_listing
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION tally_listings()""",
    """
CREATE OR REPLACE FUNCTION tally_changed_listings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO listings_listingtally (application_id, enabled, day, change)
        SELECT application_id, enabled, (created_at AT TIME ZONE 'UTC')::date, sum(change) FROM (
            SELECT application_id, enabled, created_at, 1 AS change FROM come WHERE deleted_at IS NULL
            UNION ALL SELECT application_id, enabled, created_at, -1 FROM gone WHERE deleted_at IS NULL
        ) changes GROUP BY 1, 2, 3 HAVING sum(change) <> 0;
    RETURN NULL;
END $$""",
    """
CREATE OR REPLACE TRIGGER tally_changed_listings AFTER UPDATE ON listings_listing
REFERENCING OLD TABLE AS gone NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION tally_changed_listings()""",
]


def create_triggers(connection: Any) -> None:
    """Creates the triggers where they are missing: SQLite loses them when a migration rebuilds the table."""
    with connection.cursor() as cursor:
        for statement in _POSTGRESQL if connection.vendor == "postgresql" else _SQLITE:
            cursor.execute(statement)


def count_listings(application_id: int, enabled: bool | None = None) -> int:
    """Listings of an application that are not deleted; `enabled` counts those alone that are, or are not."""
    # Constant text, as for the token check: this runs with every page of listings.
    those, parameters = _tallies_of(application_id, enabled)
    with connection.cursor() as cursor:
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
    with connection.cursor() as cursor:
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


def compact_tallies(job: "RunningJob") -> None:
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
