"""Workers that are killed or stopped during a sync: real processes, real signals, a shared database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from jobs.models import Job
from partners.environment import DEVELOPMENT_CREDENTIAL_KEY, Environment
from sandbox.server import RunningSandbox, running
from tests.engines import ENGINES, engine_settings, url_of_the_database
from tests.queued import queue_sync
from tests.sync.syncing.conftest import Connected
from tests.sync.syncing.manager import calendar_requests
from tests.sync.syncing.rows import stored
from users.models import Account

pytestmark = pytest.mark.django_db(transaction=True)

LEASE = 2  # seconds
PATIENCE = 120  # seconds; a sync of three listings takes a few
Spawn = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    """A sandbox that answers slowly. Its clock runs, as the workers' clock does."""
    with running() as server:
        server.faults.add({"kind": "slow", "seconds": 0.05})
        yield server


@pytest.fixture(params=ENGINES)
def spawn(request: pytest.FixtureRequest, sandbox: RunningSandbox, tmp_path: Path) -> Iterator[Spawn]:
    """Return a function that starts `manage.py worker` with the tests' database and sandbox, for each engine.

    The test enqueues without a message, as if each message were lost.
    """
    environment = (
        os.environ
        | engine_settings(request.param)
        | {
            "PROFILE": "development",
            "DATABASE_URL": url_of_the_database(),
            "DATA_DIR": str(tmp_path),
            "SANDBOX_URL": sandbox.base_url,
            "HOSTAWAY_REQUESTS_PER_10S": "100000",
            "WORKER_POLL_SECONDS": "0.1",
        }
    )
    manage = Path(__file__).parents[3] / "manage.py"
    workers: list[subprocess.Popen[bytes]] = []

    def start(*options: str, lease: int = LEASE, **settings: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(manage), "worker", *options]
        own = environment | {"JOB_LEASE_SECONDS": str(lease)} | settings
        workers.append(subprocess.Popen(command, env=own))  # noqa: S603
        return workers[-1]

    yield start
    for worker in workers:
        with suppress(ProcessLookupError):
            worker.kill()
        worker.wait()


def wait_until(condition: Callable[[], Any]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "the condition did not become true in time"
        time.sleep(0.01)


def queue_full_sync(account: Account, now: datetime) -> Job:
    return queue_sync(account, arguments={"recent_sync_threshold_minutes": 0}, now=now)


def has_received(sandbox: RunningSandbox, path: str, often: int) -> bool:
    return len(sandbox.log.matching(path=f"/v1{path}")) >= often


def is_over(job: Job) -> bool:
    job.refresh_from_db()
    return job.finished_at is not None


def test_a_sync_whose_workers_are_killed_repeatedly_stores_the_same_as_another(
    connected: Connected, sandbox: RunningSandbox, spawn: Spawn
) -> None:
    undisturbed, disturbed = connected(), connected()
    queue_full_sync(undisturbed, timezone.now())
    spawn("--drain").wait()
    job = queue_full_sync(disturbed, timezone.now())
    # Kill a worker at the token, the listings, the calendars, the reservations, and near the end.
    for path, often in [("/accessTokens", 1), ("/listings", 1), ("/listings/", 2), ("/reservations", 2), ("/r", 15)]:
        sandbox.log.clear()
        worker = spawn()
        wait_until(partial(has_received, sandbox, path, often))
        worker.kill()
        worker.wait()

    spawn()
    wait_until(lambda: is_over(job))

    assert (job.state, job.attempts, job.failures) == ("succeeded", 6, 5)
    assert stored(undisturbed)["reservations"]
    assert stored(disturbed) == stored(undisturbed)
    assert job.progress == {"listings_total": 3, "listings_done": 3, "listings_failed": 0, "error": ""}


def test_calendars_read_before_a_worker_was_killed_are_not_read_again(
    connected: Connected, sandbox: RunningSandbox, spawn: Spawn
) -> None:
    job = queue_full_sync(connected(), timezone.now())
    worker = spawn()
    wait_until(lambda: sandbox.log.matching(path="/v1/reservations"))
    worker.kill()
    worker.wait()
    assert calendar_requests(sandbox)
    sandbox.log.clear()

    spawn()
    wait_until(lambda: is_over(job))

    assert job.state == "succeeded"
    assert not calendar_requests(sandbox)


def test_two_workers_do_not_run_the_same_job(connected: Connected, sandbox: RunningSandbox, spawn: Spawn) -> None:
    job = queue_full_sync(connected(), timezone.now())

    for _ in range(2):
        spawn(lease=PATIENCE)  # long enough that no other worker takes over the job on a slow machine
    wait_until(lambda: is_over(job))

    assert (job.state, job.attempts) == ("succeeded", 1)
    assert len(sandbox.log.matching(path="/v1/accessTokens")) == 1


def test_a_worker_without_the_key_of_an_account_leaves_its_job_to_one_that_has_it(
    connected: Connected, spawn: Spawn
) -> None:
    other = Fernet.generate_key().decode()
    job = queue_full_sync(connected(), timezone.now())

    assert spawn("--drain", CREDENTIAL_KEYS=other).wait() == 0
    job.refresh_from_db()
    assert (job.state, job.failures) == ("queued", 1)

    Job.objects.update(due_at=timezone.now())
    assert spawn("--drain", CREDENTIAL_KEYS=f"{other},{DEVELOPMENT_CREDENTIAL_KEY}").wait() == 0
    job.refresh_from_db()
    assert job.state == "succeeded"


def test_the_jobs_of_a_killed_host_are_taken_over_and_nothing_is_done_twice(
    connected: Connected, sandbox: RunningSandbox, spawn: Spawn
) -> None:
    undisturbed, *accounts = [connected() for _ in range(7)]
    queue_full_sync(undisturbed, timezone.now())
    spawn("--drain").wait()
    jobs = [queue_full_sync(account, timezone.now()) for account in accounts]
    first = spawn(lease=4)
    wait_until(lambda: Job.objects.filter(state="running").count() == len(jobs))
    second = spawn(lease=4)

    first.kill()
    killed = time.monotonic()
    wait_until(
        lambda: set(Job.objects.filter(pk__in=[job.pk for job in jobs]).values_list("attempts", flat=True)) == {2}
    )
    taken_over = time.monotonic() - killed
    wait_until(lambda: all(is_over(job) for job in jobs))

    assert second.poll() is None
    assert {(job.state, job.attempts, job.failures) for job in jobs} == {("succeeded", 2, 1)}
    assert all(stored(account) == stored(undisturbed) for account in accounts)
    # The default lease leaves time to spare: 60 seconds at most.
    assert (
        taken_over
        - 4
        + Environment.model_fields["job_lease_seconds"].get_default(call_default_factory=True, validated_data={})
        < 60
    )


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_receives_a_stop_signal_returns_its_job_to_the_queue_and_exits(
    connected: Connected, sandbox: RunningSandbox, spawn: Spawn, stop_signal: Any
) -> None:
    job = queue_full_sync(connected(), timezone.now())
    worker = spawn()
    wait_until(lambda: sandbox.log.matching(path="/v1/reservations"))

    worker.send_signal(stop_signal)

    assert worker.wait(timeout=60) == 0
    job.refresh_from_db()
    assert (job.state, job.leased_until, job.failures) == ("queued", None, 0)
    assert job.due_at <= timezone.now()
