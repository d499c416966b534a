"""A channel that hangs costs its own jobs little, and the jobs of other channels nothing."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from jobs.models import Job
from jobs.worker import JobWorker
from oauth.encryption import encrypt
from tests.connectors.scripted_server import Scripted, ScriptedChannel, saying, scripted_channel
from tests.environment import changed
from tests.factories import AccountFactory
from tests.partner import Partner
from tests.queued import queue_sync
from tests.sync.syncing.conftest import Connected
from users.models import Account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def silent() -> Iterator[ScriptedChannel]:
    """A system that takes requests and never answers."""
    with scripted_channel() as channel:
        channel.script = [Scripted(hang=3.0)]
        yield channel


@pytest.fixture(autouse=True)
def short_timeout(settings: Settings, short_waits: None) -> None:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, channel_timeout_seconds=0.5)


def direct_account(base_url: str, **where: Any) -> Account:
    credentials = {"api_key": "key.0123456789abcdef0123", "base_url": base_url}
    return AccountFactory(
        channel="direct",
        channel_account_id=f"1@{base_url}",
        connection__encrypted_channel_credentials=encrypt(credentials),
        **where,
    )


def attempt(job: Job) -> float:
    """Runs one attempt of the job now, and returns its seconds."""
    Job.objects.exclude(pk=job.pk).update(due_at=timezone.now() + timedelta(days=1))
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    began = time.monotonic()
    assert JobWorker().run_one()
    job.refresh_from_db()
    return time.monotonic() - began


def queued(account: Account) -> Job:
    return queue_sync(account, now=timezone.now())


def test_jobs_of_a_channel_that_hangs_are_put_back_at_once(connected: Connected, silent: ScriptedChannel) -> None:
    jobs = [queued(direct_account(silent.base_url)) for _ in range(2)]

    first = attempt(jobs[0])
    again = attempt(jobs[0])

    assert first > 0.9  # two time-outs
    assert again < first / 2
    assert (jobs[0].state, jobs[0].failures, jobs[0].attempts) == ("queued", 1, 2)
    assert jobs[0].due_at > timezone.now()
    assert jobs[0].error == "Direct does not answer at the moment."
    assert len(silent.asked) == 2


def test_the_account_tells_what_its_sync_waits_for(silent: ScriptedChannel) -> None:
    account = direct_account(silent.base_url)
    job = queued(account)
    attempt(job)
    attempt(job)

    partner = Partner(account.user.application)
    status = partner.get(f"/users/{account.user_id}/accounts/{account.pk}/").attributes["sync-status"]

    assert (status["state"], status["error"]) == ("queued", "Direct does not answer at the moment.")


def test_the_accounts_of_a_host_tell_each_other(silent: ScriptedChannel, settings: Settings) -> None:
    settings.ENVIRONMENT = changed(settings.ENVIRONMENT, hostaway_base_url=silent.base_url)
    jobs = [
        queued(
            AccountFactory(
                channel_account_id=str(number),
                connection__encrypted_channel_credentials=encrypt({"client_id": str(number), "client_secret": "s"}),
            )
        )
        for number in range(10)
    ]

    took = [attempt(job) for job in jobs]

    assert max(took[2:]) < 0.8  # each of the first two took longer
    assert len(silent.asked) == 4


def test_the_dead_host_of_one_partner_pauses_nobody_else(silent: ScriptedChannel) -> None:
    for _ in range(3):
        attempt(queued(direct_account("http://127.0.0.1:1/v1")))
    with scripted_channel() as other:
        other.script = [saying({"error": "no"}, 401)]
        attempt(queued(direct_account(other.base_url)))

    assert other.asked


def test_a_host_that_several_applications_name_is_paused_for_each_of_them(silent: ScriptedChannel) -> None:
    for _ in range(2):
        attempt(queued(direct_account(silent.base_url)))
    asked = len(silent.asked)

    attempt(queued(direct_account(silent.base_url)))

    assert len(silent.asked) == asked + 2  # The factory makes a new application for each account.


def test_another_channel_syncs_as_if_nothing_had_happened(connected: Connected, silent: ScriptedChannel) -> None:
    for job in [queued(direct_account(silent.base_url)) for _ in range(3)]:
        attempt(job)

    job = queued(connected("10003"))
    attempt(job)

    assert job.state == "succeeded"


def test_a_channel_that_answers_again_is_asked_again(silent: ScriptedChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.pauses.FIRST_PAUSE", 1)
    job = queued(direct_account(silent.base_url))
    attempt(job)
    silent.script = [saying({"error": "no"}, 401)]
    time.sleep(1.1)

    attempt(job)

    assert job.state == "failed"
    assert len(silent.asked) == 3
