"""A worker process runs many jobs at once. Each test uses real threads and, where it must, real processes."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.models import Job, Worker
from jobs.parties import Party
from jobs.places import Places
from jobs.running import RunningJob
from jobs.worker import JobWorker
from tests.jobs.doubles import Errand
from tests.queued import queue_errand
from tests.running_worker import PATIENCE, running, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

REGULAR, AWAITED, QUICK = Job.Priority.REGULAR, Job.Priority.AWAITED, Job.Priority.QUICK
DELIVERY, SLOW_DELIVERY = Job.Priority.DELIVERY, Job.Priority.SLOW_DELIVERY


@pytest.fixture(autouse=True)
def without_periodic_work(errand: Errand, monkeypatch: pytest.MonkeyPatch) -> None:
    from jobs import handlers

    monkeypatch.setattr(handlers, "_kinds", {"errand": handlers._kinds["errand"]})


class Busy:
    """Jobs that wait until they are let go. Counts them by priority, with the most at the same time."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.at_once: Counter[int] = Counter()
        self.parties: list[int] = []

    def __call__(self, job: RunningJob) -> None:
        self.at_once[job.priority] += 1
        self.parties.append(job.party.application_id)
        while not self.go.is_set():
            job.keep_lease()
            job.give_way_if_others_wait()
            time.sleep(0.01)


@pytest.fixture
def busy(errand: Errand) -> Iterator[Busy]:
    errand.does = busy = Busy()
    yield busy
    busy.go.set()


def queue(count: int, *path: int, priority: Job.Priority = AWAITED) -> None:
    for _ in range(count):
        queue_errand(now=timezone.now(), party=Party(*path), priority=priority)


def test_jobs_run_at_once_up_to_the_setting(busy: Busy) -> None:
    queue(12, 1, 1, 1)

    with running(JobWorker(concurrency=8)):
        wait_until(lambda: busy.at_once[AWAITED] == 8)
        time.sleep(0.5)
        assert busy.at_once[AWAITED] == 8
        busy.go.set()
        wait_until(lambda: not Job.objects.exclude(state="succeeded").exists())

    assert not Worker.objects.exists()


def test_nightly_work_leaves_places_and_short_work_finds_one_at_once(busy: Busy) -> None:
    queue(40, 1, 1, 1, priority=REGULAR)

    with running(JobWorker(concurrency=8)):
        wait_until(lambda: busy.at_once[REGULAR] == 6)
        queue(10, 2, 2, 2, priority=AWAITED)
        wait_until(lambda: busy.at_once[AWAITED] >= 2)
        queue(1, 3, 3, 3, priority=QUICK)
        asked = time.monotonic()
        wait_until(lambda: busy.at_once[QUICK] == 1)

    assert time.monotonic() - asked < 2


@pytest.mark.parametrize("concurrency", [1, 2, 8, 32])
def test_no_priority_fills_all_places(concurrency: int) -> None:
    places = Places(concurrency)
    running: Counter[int] = Counter()

    def fill(priority: int) -> int:
        while priority in places.free(running):
            running[priority] += 1
        return running[priority]

    assert fill(REGULAR) == max(concurrency * 3 // 4, 1)
    assert running[REGULAR] + fill(AWAITED) == concurrency
    assert fill(QUICK) == places.reserved
    assert list(places.free(running)) == [DELIVERY, SLOW_DELIVERY]
    assert fill(DELIVERY) == fill(SLOW_DELIVERY) == max(concurrency // 4, 1)
    assert not places.free(running)
    assert running.total() == places.total


def test_all_places_for_deliveries_leave_all_others_free() -> None:
    places = Places(32)
    running = {int(DELIVERY): places.deliveries, int(SLOW_DELIVERY): places.deliveries}

    assert list(places.free(running)) == list(places.free({}))[2:]
    assert not places.only_newcomers(running)


@pytest.mark.parametrize("concurrency", [2, 8, 32])
def test_short_work_leaves_half_of_the_places_to_long_work(concurrency: int) -> None:
    places, running = Places(concurrency), Counter({int(QUICK): 0})
    while QUICK in places.free(running):
        running[QUICK] += 1

    assert running[QUICK] == places.reserved + concurrency // 2
    assert AWAITED in places.free(running)


def test_one_application_does_not_fill_the_last_places_for_short_work() -> None:
    places = Places(32)

    assert not places.only_newcomers({QUICK: 21})
    assert places.only_newcomers({QUICK: 22})
    assert places.only_newcomers({QUICK: 6, AWAITED: 32})
    assert not places.only_newcomers({QUICK: 5, AWAITED: 32})


def test_any_number_of_changes_of_one_partner_does_not_stop_the_sync_of_another(busy: Busy) -> None:
    queue(60, 1, 1, 1, priority=QUICK)

    with running(JobWorker(concurrency=8)):
        wait_until(lambda: busy.at_once[QUICK] == 6)
        queue(1, 2, 2, 2, priority=AWAITED)
        wait_until(lambda: busy.at_once[AWAITED] == 1)


def test_regular_work_goes_on_beside_any_amount_of_awaited_work(busy: Busy) -> None:
    queue(40, 1, 1, 1, priority=AWAITED)
    queue(4, 2, 2, 2, priority=REGULAR)

    with running(JobWorker(concurrency=8)):
        wait_until(lambda: busy.at_once[REGULAR] >= 1)


def test_a_long_job_gives_way_to_an_application_that_has_fewer(busy: Busy) -> None:
    queue(12, 1, 1, 1)

    with running(JobWorker(concurrency=4)):
        wait_until(lambda: busy.at_once[AWAITED] == 4)
        queue(1, 2, 2, 2)
        wait_until(lambda: 2 in busy.parties)
        counts = Counter(Job.objects.filter(state="running").values_list("application_id", flat=True))

    assert counts[2] == 1
    assert set(Job.objects.values_list("failures", flat=True)) == {0}


def test_a_long_regular_job_gives_way_to_one_that_somebody_waits_for(busy: Busy) -> None:
    queue(4, 1, 1, 1, priority=REGULAR)
    queue(1, 1, 1, 1, priority=AWAITED)

    with running(JobWorker(concurrency=1)):
        wait_until(lambda: busy.at_once[AWAITED] == 1)


def test_progress_is_stored_when_a_job_gives_way(errand: Errand) -> None:
    seen: list[dict[str, int]] = []
    over = threading.Event()

    def count_steps(job: RunningJob) -> None:
        if job.party.application_id == 2:
            return
        seen.append(Job.objects.get(pk=job.id).progress)
        if job.attempts > 1:
            return
        wait_until(lambda: job.others_wait or over.is_set())
        over.set()
        job.give_way_if_others_wait(steps=3)

    errand.does = count_steps
    queue(2, 1, 1, 1)
    with running(JobWorker(concurrency=2)):
        wait_until(lambda: len(seen) == 2)
        queue(1, 2, 2, 2)
        wait_until(lambda: not Job.objects.exclude(state="succeeded").exists())

    assert {"steps": 3} in seen[2:]


def test_leases_are_renewed_for_jobs_that_take_no_step(errand: Errand) -> None:
    done = threading.Event()
    errand.does = lambda job: (done.wait(PATIENCE), None)[1]
    queue(5, 1, 1, 1)
    lease = timedelta(seconds=1)

    with running(JobWorker(concurrency=8, lease=lease)):
        wait_until(lambda: len(errand.attempts) == 5)
        end = time.monotonic() + 3
        while time.monotonic() < end:
            assert Job.objects.filter(state="running", leased_until__gt=timezone.now()).count() == 5
            time.sleep(0.1)
        done.set()
        wait_until(lambda: not Job.objects.exclude(state="succeeded").exists())

    assert errand.attempts == [1] * 5


def test_a_cancelled_job_stops_at_its_next_step(busy: Busy) -> None:
    queue(1, 1, 1, 1)

    with running(JobWorker(concurrency=2, lease=timedelta(seconds=1))) as _:
        wait_until(lambda: busy.at_once[AWAITED] == 1)
        Job.objects.update(state="failed", finished_at=timezone.now())
        queue(2, 2, 2, 2)
        wait_until(lambda: Job.objects.filter(state="running").count() == 2)


def test_jobs_that_take_no_step_are_handed_back_when_the_worker_stops(
    errand: Errand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.worker.STOP_WITHIN", 0.3)
    done = threading.Event()
    errand.does = lambda job: (done.wait(PATIENCE), None)[1]
    queue(2, 1, 1, 1)
    worker = JobWorker(concurrency=4)

    with running(worker):
        wait_until(lambda: len(errand.attempts) == 2)

    assert list(Job.objects.values_list("state", "leased_until", "failures")) == [("queued", None, 0)] * 2
    done.set()
    wait_until(lambda: not worker.running())
    assert set(Job.objects.values_list("state", flat=True)) == {"queued"}
