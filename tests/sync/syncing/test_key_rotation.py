"""Keys are rotated while processes with old and new settings run side by side (docs/production.md)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from pytest_django import Settings

from jobs.models import Job
from jobs.worker import JobWorker
from oauth.encryption import Undecryptable, decrypt
from sandbox.server import RunningSandbox
from sync.models import AccountConnection
from tests.environment import changed
from tests.queued import queue_sync
from tests.sync.syncing.conftest import Connected
from users.models import Account

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))

Keys = Callable[..., None]


@pytest.fixture
def keys(settings: Settings) -> Keys:
    """Return a function with which this process becomes one that was started with these keys."""

    def start_with(*keys: str) -> None:
        settings.ENVIRONMENT = changed(settings.ENVIRONMENT, credential_keys=keys)

    return start_with


@pytest.fixture
def account(keys: Keys, connected: Connected) -> Account:
    keys(OLD)
    return connected()


def test_no_job_fails_in_the_documented_order(account: Account, keys: Keys, sync: Callable[..., Job]) -> None:
    def sync_by_each(*processes: tuple[str, ...]) -> None:
        for process in (*processes, *processes):
            keys(*process)
            job = sync(account)
            assert (job.state, job.failures) == ("succeeded", 0), process

    sync_by_each((OLD,), (OLD, NEW))
    sync_by_each((OLD, NEW), (NEW, OLD))
    keys(NEW, OLD)
    call_command("rotate_credential_keys")
    sync_by_each((NEW, OLD), (NEW,))


def test_a_process_without_the_key_leaves_the_job_to_another(
    account: Account, keys: Keys, now: Callable[[], datetime]
) -> None:
    keys(NEW, OLD)
    call_command("rotate_credential_keys")
    job = queue_sync(account, arguments={"recent_sync_threshold_minutes": 0}, now=now())

    keys(OLD)
    JobWorker(clock=now).run_one()
    job.refresh_from_db()
    assert (job.state, job.failures) == ("queued", 1)
    assert job.due_at >= now() + timedelta(minutes=5)
    assert "CREDENTIAL_KEYS" in job.error

    keys(NEW, OLD)
    Job.objects.update(due_at=now())
    JobWorker(clock=now).run_one()
    job.refresh_from_db()
    assert job.state == "succeeded"


def test_a_session_of_a_process_with_newer_keys_is_replaced(
    account: Account, keys: Keys, sync: Callable[..., Job], sandbox: RunningSandbox
) -> None:
    keys(NEW, OLD)
    assert sync(account).state == "succeeded"
    keys(OLD)
    with pytest.raises(Undecryptable):
        decrypt(AccountConnection.objects.get().encrypted_session)

    assert sync(account).state == "succeeded"

    assert decrypt(AccountConnection.objects.get().encrypted_session)["access_token"]
    assert len(sandbox.log.matching(path="/v1/accessTokens")) == 2


def test_the_secret_key_protects_nothing_that_is_stored(
    account: Account, sync: Callable[..., Job], settings: Any
) -> None:
    assert sync(account).state == "succeeded"
    settings.SECRET_KEY = "another secret of this installation, as long as the one before"

    assert sync(account).state == "succeeded"
