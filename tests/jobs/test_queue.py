import threading

import pytest
from django.db import connection, transaction

from jobs.models import Job
from jobs.queue import AlreadyQueued, cancel_jobs
from tests.factories import EPOCH, AccountFactory, ListingFactory
from tests.queued import queue_push_job, queue_refresh, queue_sync

pytestmark = pytest.mark.django_db


class ChangeFailed(Exception):
    pass


def test_a_job_exists_only_if_its_cause_is_committed() -> None:
    @transaction.atomic
    def change() -> None:
        queue_sync(AccountFactory(), now=EPOCH)
        raise ChangeFailed

    with pytest.raises(ChangeFailed):
        change()

    assert not Job.objects.exists()


def test_a_second_sync_of_an_account_is_refused_and_the_transaction_stays_usable() -> None:
    account = AccountFactory()
    queue_sync(account, now=EPOCH)

    with transaction.atomic():
        with pytest.raises(AlreadyQueued):
            queue_sync(account, now=EPOCH)
        AccountFactory(label="stored after the refusal")

    assert Job.objects.count() == 1
    assert type(account).objects.filter(label="stored after the refusal").exists()


def test_a_running_sync_prevents_another_one_but_a_finished_sync_does_not() -> None:
    account = AccountFactory()
    job = queue_sync(account, now=EPOCH)

    Job.objects.filter(pk=job.pk).update(state="running")
    with pytest.raises(AlreadyQueued):
        queue_sync(account, now=EPOCH)
    Job.objects.filter(pk=job.pk).update(state="failed")

    assert queue_sync(account, now=EPOCH).pk != job.pk


def test_jobs_with_other_subjects_or_kinds_are_not_prevented() -> None:
    listing = ListingFactory()
    queue_sync(AccountFactory(), now=EPOCH)
    queue_refresh(listing, now=EPOCH)

    queue_sync(AccountFactory(), now=EPOCH)
    queue_refresh(ListingFactory(), now=EPOCH)
    queue_push_job(listing, now=EPOCH)

    with pytest.raises(AlreadyQueued):
        queue_refresh(listing, now=EPOCH)
    assert Job.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_racing_requests_queues_a_sync() -> None:
    account = AccountFactory()
    start = threading.Barrier(4)
    outcomes = []

    def request() -> None:
        start.wait()
        try:
            with transaction.atomic():
                queue_sync(account, now=EPOCH)
            outcomes.append("queued")
        except AlreadyQueued:
            outcomes.append("refused")
        finally:
            connection.close()

    requests = [threading.Thread(target=request) for _ in range(4)]
    for thread in requests:
        thread.start()
    for thread in requests:
        thread.join()

    assert sorted(outcomes) == ["queued", "refused", "refused", "refused"]
    assert Job.objects.count() == 1


def test_cancelling_closes_only_the_jobs_with_the_given_keys() -> None:
    leaving, staying = AccountFactory(), AccountFactory()
    live = queue_sync(leaving, now=EPOCH)
    other = queue_sync(staying, now=EPOCH)

    assert cancel_jobs([live.key], reason="The account was disconnected.", now=EPOCH) == 1

    live.refresh_from_db()
    other.refresh_from_db()
    assert (live.state, live.finished_at, live.error) == ("failed", EPOCH, "The account was disconnected.")
    assert other.state == "queued"
