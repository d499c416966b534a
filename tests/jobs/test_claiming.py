"""Whose job is taken next, what it costs, and what it costs with a long queue."""

import re
import threading
from collections.abc import Sequence
from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from jobs.claiming import Claimer
from jobs.models import Job
from jobs.parties import Party
from jobs.queue import AlreadyQueued, NewJob, enqueue, enqueue_unless_queued
from tests.factories import EPOCH
from tests.queued import queue_errand

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=60)
REGULAR, AWAITED, QUICK = Job.Priority.REGULAR, Job.Priority.AWAITED, Job.Priority.QUICK
HOUR = timedelta(hours=1)
_numbers = count(1)


def queue(*path: int, jobs: int = 1, priority: Job.Priority = REGULAR, due_in: timedelta = timedelta(0)) -> None:
    for _ in range(jobs):
        queue_errand(now=EPOCH, due_at=EPOCH + due_in, party=Party(*path), priority=priority)


def taken(claimer: Claimer, jobs: int, *, end: bool = False) -> list[tuple[int, ...]]:
    """The parties of the next jobs: (application, user, account). With `end`, each ends before the next."""
    found: list[tuple[int, ...]] = []
    for _ in range(jobs):
        job = claimer.claim(EPOCH + HOUR, LEASE)
        assert job is not None
        found.append((job.application_id, job.user_id, job.account_id))
        if end:
            Job.objects.filter(pk=job.pk).update(state="succeeded", finished_at=EPOCH)
    return found


def test_an_application_with_many_jobs_does_not_delay_the_single_job_of_another() -> None:
    queue(1, 1, 1, jobs=50)
    queue(2, 2, 2, due_in=HOUR)

    assert (2, 2, 2) in taken(Claimer(), 2)


def test_short_jobs_that_are_never_seen_running_are_shared_too() -> None:
    queue(1, 1, 1, jobs=50)
    queue(2, 2, 2, jobs=2)
    queue(3, 3, 3, jobs=2)

    assert [path[0] for path in taken(Claimer(), 7, end=True)] == [1, 2, 3, 1, 2, 3, 1]


@pytest.mark.parametrize("level", [0, 1, 2])
def test_places_are_shared_between_applications_users_and_accounts(level: int) -> None:
    for number in (7, 8, 9):
        path = [5, 5, 5]
        path[level] = number
        queue(*path, jobs=9)

    numbers = [path[level] for path in taken(Claimer(), 9)]

    assert sorted(numbers) == [7, 7, 7, 8, 8, 8, 9, 9, 9]


def test_jobs_that_run_on_other_hosts_count() -> None:
    queue(1, 1, 1, jobs=5)
    queue(2, 2, 2, jobs=5)
    taken(Claimer(), 2)
    Job.objects.filter(state="queued", application_id=1).update(application_id=3)

    # One job of each of 1 and 2 runs, so 3 comes first, whoever asks.
    assert taken(Claimer(), 1) == [(3, 1, 1)]


def test_what_somebody_waits_for_goes_first_and_what_is_short_before_it() -> None:
    queue(1, 1, 1, jobs=2)
    queue(1, 1, 2, priority=AWAITED, due_in=HOUR)
    queue(1, 1, 3, priority=QUICK, due_in=HOUR)

    assert [path[2] for path in taken(Claimer(), 3)] == [3, 2, 1]


def test_a_job_that_is_due_later_is_not_taken_and_does_not_hide_another() -> None:
    queue(1, 1, 1, due_in=timedelta(days=1))
    queue(2, 2, 2)

    claimer = Claimer()

    assert taken(claimer, 1) == [(2, 2, 2)]
    assert claimer.claim(EPOCH + HOUR, LEASE) is None
    assert claimer.claim(EPOCH + timedelta(days=1), LEASE) is not None


def test_the_jobs_of_a_dead_worker_are_queued_again_as_a_failure() -> None:
    queue(1, 1, 1)
    claimer = Claimer()
    first = claimer.claim(EPOCH, LEASE)

    assert claimer.claim(EPOCH + timedelta(seconds=59), LEASE) is None
    second = Claimer().claim(EPOCH + LEASE, LEASE)

    assert (second.pk, second.attempts, second.failures) == (first.pk, 2, 1)


def test_only_allowed_priorities_are_taken() -> None:
    queue(1, 1, 1)
    claimer = Claimer()

    assert claimer.claim(EPOCH, LEASE, [QUICK, AWAITED]) is None
    assert claimer.claim(EPOCH, LEASE, [REGULAR]) is not None


def test_the_last_places_for_short_jobs_are_for_applications_that_have_none() -> None:
    queue(1, 1, 1, jobs=3, priority=QUICK)
    claimer = Claimer()
    taken(claimer, 1)

    assert claimer.claim(EPOCH, LEASE, newcomers_only=True) is None
    queue(2, 2, 2, priority=QUICK)
    assert claimer.claim(EPOCH, LEASE, newcomers_only=True).application_id == 2


@pytest.mark.django_db(transaction=True)
def test_workers_that_claim_at_the_same_time_take_different_jobs() -> None:
    queue(1, 1, 1, jobs=10)
    queue(2, 1, 1, jobs=10)
    start = threading.Barrier(5)
    found: list[int] = []

    def claim() -> None:
        claimer = Claimer()
        start.wait()
        try:
            while (job := claimer.claim(EPOCH, LEASE)) is not None:
                found.append(job.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=claim) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 20
    assert len(set(found)) == 20


def queue_many(users: Sequence[int], *, due_in: timedelta = timedelta(0)) -> None:
    """Queue a regular job for each user of application 1, without a statement for each."""
    jobs = [
        Job(
            kind="errand", key=f"many:{next(_numbers)}", application_id=1, user_id=user, account_id=user,
            created_at=EPOCH, due_at=EPOCH + due_in, ready=not due_in,
        )
        for user in users
    ]  # fmt: skip
    Job.objects.bulk_create(jobs, batch_size=5000)


def test_a_claim_costs_the_same_number_of_queries_however_long_the_queue_is(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    queue_many([user % 500 for user in range(3000)])
    claimer = Claimer()
    taken(claimer, 20)

    with django_assert_max_num_queries(14):
        claimer.claim(EPOCH, LEASE)


def test_a_claim_with_an_empty_queue_costs_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    queue(1, 1, 1, due_in=timedelta(days=1))

    with django_assert_num_queries(1):
        assert Claimer().claim(EPOCH, LEASE) is None


def work_of_a_claim(claimer: Claimer) -> int:
    """What the database does for a claim: the virtual machine's steps on SQLite."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    connection.ensure_connection()
    connection.connection.set_progress_handler(step, 10)
    try:
        assert claimer.claim(EPOCH, LEASE) is not None
    finally:
        connection.connection.set_progress_handler(None, 10)
    return steps


@pytest.mark.slow
@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="counts SQLite's steps; the next test reads PostgreSQL's plans"
)
def test_a_claim_does_not_read_a_queue_of_100000_jobs() -> None:
    """One account has most of them, thousands of users have one, and most of the latter are due later."""
    queue_many([user % 50 for user in range(100)])
    claimer = Claimer()
    taken(claimer, 20)
    before = work_of_a_claim(claimer)

    queue_many([77] * 60_000)
    queue_many(range(1000, 11_000))
    queue_many(range(20_000, 50_000), due_in=timedelta(days=1))

    assert work_of_a_claim(claimer) < 2 * before


@pytest.mark.slow
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="reads PostgreSQL's plans; the test before counts SQLite's steps"
)
@pytest.mark.parametrize("analyzed", [False, True])
def test_postgresql_reads_few_rows_of_a_long_queue(analyzed: bool) -> None:
    queue_many(range(10_000))
    Job.objects.update(state="succeeded", ready=False, finished_at=EPOCH)
    queue_many([77] * 20_000)
    queue_many(range(1000, 11_000))
    queue_many(range(20_000, 30_000), due_in=timedelta(days=1))
    claimer = Claimer()
    taken(claimer, 5)
    with connection.cursor() as cursor:
        if analyzed:
            cursor.execute("ANALYZE jobs_job")
        with CaptureQueriesContext(connection) as claim:
            taken(claimer, 1)
        for query in claim.captured_queries:
            if query["sql"].startswith(("SELECT", "WITH")):
                cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {query['sql']}")
                plan = "\n".join(line for (line,) in cursor.fetchall())
                assert "Seq Scan on jobs_job" not in plan
                assert max(int(rows) for rows in re.findall(r"actual rows=(\d+)", plan)) < 100, plan


def test_a_request_brings_a_queued_regular_job_forward() -> None:
    enqueue("errand", key="it", party=Party(1, 1, 1), now=EPOCH, due_at=EPOCH + HOUR)

    with pytest.raises(AlreadyQueued):
        enqueue("errand", key="it", party=Party(1, 1, 1), priority=AWAITED, now=EPOCH)

    job = Job.objects.get()
    assert (job.priority, job.due_at, job.ready) == (AWAITED, EPOCH, True)


@pytest.mark.parametrize(("failures", "expected"), [(0, (QUICK, EPOCH, True)), (2, (QUICK, EPOCH + HOUR, False))])
def test_a_change_brings_a_queued_push_forward_unless_the_channel_needs_its_wait(
    failures: int, expected: tuple[object, ...]
) -> None:
    enqueue("errand", key="it", now=EPOCH, due_at=EPOCH + HOUR)
    Job.objects.update(failures=failures)

    enqueue_unless_queued("errand", {"it": NewJob({"n": 1}, Party(1, 1))}, priority=QUICK, now=EPOCH)

    job = Job.objects.get()
    assert (job.priority, job.due_at, job.ready) == expected


def test_a_change_leaves_a_running_push_as_it_is(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    enqueue("errand", key="it", now=EPOCH)
    Job.objects.update(state="running", ready=False)

    with django_assert_num_queries(1):
        enqueue_unless_queued(
            "errand",
            {"it": NewJob({"n": 1}, Party(1, 1)), "new": NewJob({"n": 2}, Party(1, 2))},
            priority=QUICK,
            now=EPOCH,
        )

    assert Job.objects.get(key="it").priority == REGULAR
    new = Job.objects.get(key="new")
    assert (new.arguments, new.user_id, new.priority, new.state, new.ready) == ({"n": 2}, 2, QUICK, "queued", True)
