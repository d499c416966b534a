"""The fair claim: which job a worker takes next.

Among the jobs that are due, the priority decides first. Then comes the application of which the fewest jobs run now, on
all hosts; of this application the user, and of the user the account, by the same rule. If several have equally few,
they take turns in the order of their ids, so that short jobs, of which none is ever seen running, are shared too. Of an
account the job that was due first is taken. So an application with 10,000 jobs delays another application's single job
by one job.

The turns are walks over the index `job_ready`, from one id to the next. A walk ends at the first id of which nothing
runs. Therefore it is no longer than the number of running jobs, however many are queued.

Deliveries of events are counted apart from all other work: an application whose receivers are slow keeps its turns for
syncs and pushes, and the other way round.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from jobs.models import Job

LARGEST_ID = 2**63 - 1
LEVELS = ("application_id", "user_id", "account_id")
PROMOTED_AT_ONCE = 500  # jobs; longer updates would keep other writers of SQLite waiting
MOST_TURNS = 10_000  # remembered places of the walks
DELIVERIES = (Job.Priority.DELIVERY, Job.Priority.SLOW_DELIVERY)
IN_ORDER = (*DELIVERIES, Job.Priority.QUICK, Job.Priority.AWAITED, Job.Priority.REGULAR)

# Literal states, because a prepared statement with a parameter could not use the partial indexes.
_READY = "state = 'queued' AND ready"
_LATER = "state = 'queued' AND NOT ready AND due_at <= %s"
_EXPIRED = "state = 'running' AND (leased_until IS NULL OR leased_until <= %s)"

Path = tuple[int, ...]  # the first ids of LEVELS


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is."""

    priority: int
    path: Path


@dataclass(slots=True)
class Load:
    """What runs now on all hosts: the number of jobs by path, and of QUICK jobs by application.

    There is one for deliveries and one for all other work.
    """

    jobs: Counter[Path] = field(default_factory=Counter)
    quick: Counter[int] = field(default_factory=Counter)
    below: Counter[Path] = field(default_factory=Counter)  # the number of busy ids directly below a path

    def add(self, path: Path, priority: int, jobs: int) -> None:
        for depth in range(1, len(path) + 1):
            self.below[path[: depth - 1]] += path[:depth] not in self.jobs
            self.jobs[path[:depth]] += jobs
        if priority == Job.Priority.QUICK:
            self.quick[path[0]] += jobs


class Claimer:
    """Takes jobs for one worker process. It remembers whose turn it was. Use it in one thread at a time."""

    def __init__(self) -> None:
        self._turns: dict[Turn, int] = {}  # the id that had the last turn, by the path above it

    def claim(
        self,
        now: datetime,
        lease: timedelta,
        priorities: Sequence[int] = IN_ORDER,
        *,
        newcomers_only: bool = False,
        real: datetime | None = None,
    ) -> Job | None:
        """Take one due job under a lease; None if there is none. `priorities` are those allowed, in their order.

        With `newcomers_only`, QUICK jobs are taken only for applications of which none runs. Leases are in `real` time,
        which differs from `now` when a test clock was moved.
        """
        real = real or now
        if not (priorities and bring_up_to_date(now, real)):
            return None
        with transaction.atomic():
            loads = running_loads()
            for priority in priorities:
                load = loads[priority in DELIVERIES]
                passed: set[Path] = set()
                while (turn := self._next(priority, load, passed, newcomers_only=newcomers_only)) is not None:
                    job = _lock(turn)
                    if job is not None:
                        self._remember(turn)
                        _start(job, real + lease)
                        return job
                    passed.add(turn.path)  # Another worker is taking the jobs of this account.
        return None

    def waiting(self, now: datetime, priorities: Sequence[int], *, real: datetime) -> tuple[Turn, Load] | None:
        """Whose turn it would be, without taking the job."""
        if not bring_up_to_date(now, real):
            return None
        loads = running_loads()
        for priority in priorities:
            load = loads[priority in DELIVERIES]
            if (turn := self._next(priority, load, set())) is not None:
                return turn, load
        return None

    def _next(self, priority: int, load: Load, passed: set[Path], *, newcomers_only: bool = False) -> Turn | None:
        """The next account in turn that is not among the `passed` ones."""
        path: Path = ()
        for level in LEVELS:
            place = Turn(priority, path)
            found = self._fewest(place, level, load, passed, newcomers_only=newcomers_only and not path)
            if found is None:
                if not path:
                    return None
                passed.add(path)  # Nothing of it is left.
                return self._next(priority, load, passed, newcomers_only=newcomers_only)
            path = (*path, found)
        return Turn(priority, path)

    def _fewest(self, place: Turn, level: str, load: Load, passed: set[Path], *, newcomers_only: bool) -> int | None:
        """The id of the level below `place` of which the fewest jobs run, from the last turn on."""
        best: int | None = None
        fewest = LARGEST_ID
        busy = load.below[place.path] + sum(len(path) == len(place.path) + 1 for path in passed)
        for found in self._walk(place, level, busy + 1):
            path = (*place.path, found)
            if path in passed or (newcomers_only and load.quick[found]):
                continue
            jobs = load.jobs[path]
            if jobs < fewest:
                best, fewest = found, jobs
            if not jobs:
                break
        return best

    def _walk(self, place: Turn, level: str, most: int) -> Iterator[int]:
        last = self._turns.get(place, -1)
        found = _ids(place, level, last, LARGEST_ID, most)
        yield from found
        if len(found) < most and last >= 0:
            yield from _ids(place, level, -1, last, most - len(found))

    def _remember(self, turn: Turn) -> None:
        if len(self._turns) > MOST_TURNS:
            self._turns.clear()
        for depth, found in enumerate(turn.path):
            self._turns[Turn(turn.priority, turn.path[:depth])] = found


def bring_up_to_date(now: datetime, real: datetime) -> bool:
    """Make due jobs ready, and queue the jobs of dead workers again. Returns whether there is a job to take.

    Jobs are due at `now`; leases expire in `real` time.
    """
    with connection.cursor() as cursor:
        table = Job._meta.db_table
        # Ordered, because PostgreSQL may look for "any row" among those that ended long ago.
        cursor.execute(
            f"SELECT (SELECT 1 FROM {table} WHERE {_READY} ORDER BY priority LIMIT 1), "  # noqa: S608  no input
            f"(SELECT 1 FROM {table} WHERE {_LATER} ORDER BY due_at LIMIT 1), "
            f"(SELECT 1 FROM {table} WHERE {_EXPIRED} ORDER BY leased_until LIMIT 1)",
            [_adapted(now), _adapted(real)],
        )
        ready, later, expired = cursor.fetchone()
    if later:
        ready = _make_ready(now) or ready
    if expired:
        ready = _queue_again(real) or ready
    return bool(ready)


def ready_jobs(now: datetime, most: int, *, real: datetime) -> int:
    """The number of jobs that can be taken now, counted up to `most`."""
    is_any = bring_up_to_date(now, real)
    return Job.objects.filter(state=Job.State.QUEUED, ready=True)[:most].count() if is_any else 0


def running_loads() -> Mapping[bool, Load]:
    """What runs now: of deliveries (True) and of other work (False). Costs one query over the running jobs."""
    loads = {True: Load(), False: Load()}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(LEVELS)}, priority, COUNT(*) FROM {Job._meta.db_table} "  # noqa: S608  no input
            f"WHERE state = 'running' GROUP BY {', '.join(LEVELS)}, priority"
        )
        for *path, priority, jobs in cursor.fetchall():
            loads[priority in DELIVERIES].add(tuple(path), priority, jobs)
    return loads


def _ids(place: Turn, level: str, after: int, up_to: int, most: int) -> list[int]:
    """The ids of a level that have a ready job, in order: `after` < id <= `up_to`. Reads one index entry for each."""
    known = "".join(f" AND {name} = %s" for name in LEVELS[: len(place.path)])
    least = (
        f"SELECT {level} FROM {Job._meta.db_table} "  # noqa: S608  no input
        f"WHERE {_READY} AND priority = %s{known} AND {level} <= %s AND {level} > "
    )
    first = f"ORDER BY {level} LIMIT 1"  # Instead of MIN, for which PostgreSQL may read all entries.
    given = [place.priority, *place.path, up_to]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE walk(id, step) AS (SELECT ({least} %s {first}), 1 UNION ALL "  # noqa: S608  no input
            f"SELECT ({least} walk.id {first}), step + 1 FROM walk WHERE walk.id IS NOT NULL AND step < %s) "
            "SELECT id FROM walk WHERE id IS NOT NULL ORDER BY step",
            [*given, after, *given, most],
        )
        return [found for (found,) in cursor.fetchall()]


def _lock(turn: Turn) -> Job | None:
    known = "".join(f" AND {name} = %s" for name in LEVELS)
    lock = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    statement = (
        f"SELECT * FROM {Job._meta.db_table} WHERE {_READY} AND priority = %s{known} "  # noqa: S608  no input
        f"ORDER BY due_at, id LIMIT 1 {lock}"
    )
    return next(iter(Job.objects.raw(statement, [turn.priority, *turn.path])), None)


def _start(job: Job, leased_until: datetime) -> None:
    job.state, job.ready, job.leased_until = Job.State.RUNNING, False, leased_until
    job.attempts += 1
    job.save(update_fields=["state", "ready", "leased_until", "attempts"])


def _make_ready(now: datetime) -> int:
    due = Job.objects.filter(state=Job.State.QUEUED, ready=False, due_at__lte=now)
    first = list(due.order_by("due_at").values_list("pk", flat=True)[:PROMOTED_AT_ONCE])
    return due.filter(pk__in=first).update(ready=True)


def _queue_again(real: datetime) -> int:
    """Queue the jobs whose leases have expired: their workers have died."""
    expired = Q(leased_until=None) | Q(leased_until__lte=real)
    return Job.objects.filter(expired, state=Job.State.RUNNING).update(
        state=Job.State.QUEUED, ready=True, leased_until=None, failures=F("failures") + 1
    )


def _adapted(moment: datetime) -> Any:
    return Job._meta.get_field("due_at").get_db_prep_value(moment, connection)
