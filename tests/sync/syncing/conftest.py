from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from connectors.http import REQUEST, WORKER
from jobs.models import Job
from jobs.worker import JobWorker
from oauth.encryption import encrypt
from sandbox.server import RunningSandbox
from sync.channels import Tuning
from tests.connectors.sandbox_connection import environment_of
from tests.factories import AccountFactory
from tests.queued import queue_sync
from tests.sync.syncing.manager import SECRET, Manager
from users.models import Account

IMPATIENT = Tuning(
    worker=replace(WORKER, first_back_off=0.01, first_back_off_when_busy=0.01),
    request=replace(REQUEST, first_back_off=0.01, first_back_off_when_busy=0.01),
    configurations={"hostaway": {"token_settles": timedelta(0), "history": timedelta(days=60)}},
)

Connected = Callable[..., Account]


@pytest.fixture(autouse=True)
def short_waits(sandbox: RunningSandbox, settings: Settings) -> None:
    """Use the sandbox, read a short history, and keep waits short."""
    settings.ENVIRONMENT = environment_of(sandbox, channel_timeout_seconds=2.0)
    settings.CHANNEL_TUNING = IMPATIENT


@pytest.fixture
def connected(db: None) -> Connected:
    """Return a function that connects the account with this client id for a new user."""

    def connect(client_id: str = "10003") -> Account:
        credentials = {"client_id": client_id, "client_secret": SECRET}
        return AccountFactory(
            channel_account_id=client_id, connection__encrypted_channel_credentials=encrypt(credentials)
        )

    return connect


@pytest.fixture
def account(connected: Connected) -> Account:
    return connected()


@pytest.fixture
def manager(sandbox: RunningSandbox) -> Manager:
    """The manager at Hostaway whom `account` belongs to."""
    return Manager(sandbox, "10003")


@pytest.fixture
def now(sandbox: RunningSandbox) -> Callable[[], datetime]:
    """Return a function that reads the sandbox's clock."""
    return lambda: datetime.fromtimestamp(sandbox.clock.now(), UTC)


@pytest.fixture
def sync(sandbox: RunningSandbox, now: Callable[[], datetime]) -> Callable[..., Job]:
    """Return a function that runs a sync with its retries, and then advances the clock by a second."""

    def run(account: Account, *, threshold: int = 0) -> Job:
        arguments = {"recent_sync_threshold_minutes": threshold}
        job = queue_sync(account, arguments=arguments, now=now())
        while Job.objects.filter(pk=job.pk, state="queued").exists():
            Job.objects.filter(pk=job.pk).update(due_at=now())
            JobWorker(clock=now).run_one()
        sandbox.clock.advance(1)
        job.refresh_from_db()
        account.refresh_from_db()
        return job

    return run
