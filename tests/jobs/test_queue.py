import threading

import pytest
from django.db import connection, transaction

from jobs.models import Job
from jobs.queue import AlreadyQueued, cancel_jobs
from tests.factories import EPOCH, AccountFactory, ListingFactory
from tests.queued import queue_push_job, queue_refresh, queue_sync

pytestmark = pytest.mark.django_db


class SomethingElseFailed(Exception):
    pass


def test_a_job_is_there_only_if_the_change_that_caused_it_is():
    @transaction.atomic
    def change():
        queue_sync(AccountFactory(), now=EPOCH)
        raise SomethingElseFailed

    with pytest.raises(SomethingElseFailed):
        change()

    assert not Job.objects.exists()


def test_an_account_is_synced_by_one_job_at_a_time_and_the_callers_transaction_survives_the_refusal():
    account = AccountFactory()
    queue_sync(account, now=EPOCH)

    with transaction.atomic():
        with pytest.raises(AlreadyQueued):
            queue_sync(account, now=EPOCH)
        AccountFactory(label="stored after the refusal")

    assert Job.objects.count() == 1
    assert type(account).objects.filter(label="stored after the refusal").exists()


def test_a_running_sync_stands_in_the_way_and_a_finished_one_does_not():
    account = AccountFactory()
    job = queue_sync(account, now=EPOCH)

    Job.objects.filter(pk=job.pk).update(state="running")
    with pytest.raises(AlreadyQueued):
        queue_sync(account, now=EPOCH)
    Job.objects.filter(pk=job.pk).update(state="failed")

    assert queue_sync(account, now=EPOCH).pk != job.pk


def test_other_accounts_other_listings_and_other_kinds_do_not_stand_in_the_way():
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
def test_of_requests_that_race_to_sync_an_account_one_wins():
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


def test_disconnecting_accounts_closes_their_live_jobs_and_no_others():
    leaving, staying = AccountFactory(), AccountFactory()
    live = queue_sync(leaving, now=EPOCH)
    other = queue_sync(staying, now=EPOCH)

    assert cancel_jobs([live.key], reason="The account was disconnected.", now=EPOCH) == 1

    live.refresh_from_db()
    other.refresh_from_db()
    assert (live.state, live.finished_at, live.error) == ("failed", EPOCH, "The account was disconnected.")
    assert other.state == "queued"
