"""The gauges that are read from the database: right, and with a constant number of queries."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from jobs.handlers import kinds
from jobs.models import Job, Worker
from partners.observability import database_gauges
from tests.factories import AccountFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


def gauges() -> dict[str, dict[tuple[str, ...], float]]:
    read = database_gauges.read(now=NOW, real_now=NOW)
    return {each.name: {tuple(s.labels.values()): s.value for s in each.samples} for each in read}


def job(kind: str, **changes: Any) -> Job:
    row = {"kind": kind, "key": f"{kind}:{Job.objects.count()}", "due_at": NOW, "created_at": NOW, **changes}
    return Job.objects.create(**row)


def test_the_queue_has_a_depth_and_an_age_for_each_kind() -> None:
    job("sync_account", due_at=NOW - timedelta(seconds=90), ready=True)
    job("sync_account", due_at=NOW - timedelta(seconds=30), ready=True)
    job("sync_account", due_at=NOW + timedelta(hours=1))
    job("push_listing", state="running")
    job("push_listing", state="failed")
    job("a kind of a newer version", due_at=NOW - timedelta(seconds=5))

    found = gauges()

    depth = found["partners_queue_jobs"]
    assert depth["sync_account", "due"] == 2
    assert depth["sync_account", "later"] == 1
    assert (depth["push_listing", "running"], depth["push_listing", "due"]) == (1, 0)
    assert depth["other", "due"] == 1
    age = found["partners_queue_age_seconds"]
    assert (age["sync_account",], age["push_listing",], age["other",]) == (90, 0, 5)


def test_an_empty_queue_and_no_accounts_are_zero_and_not_absent() -> None:
    found = gauges()

    assert set(found["partners_queue_age_seconds"]) == {(kind,) for kind in kinds()}
    assert set(found["partners_queue_age_seconds"].values()) == {0}
    assert found["partners_queue_jobs"]["push_listing", "due"] == 0
    assert found["partners_accounts"]["hostaway", "refused"] == 0


def test_several_unknown_kinds_are_one() -> None:
    job("newer", due_at=NOW - timedelta(seconds=5))
    job("newest", due_at=NOW - timedelta(seconds=50))

    found = gauges()

    assert found["partners_queue_jobs"]["other", "due"] == 2
    assert found["partners_queue_age_seconds"]["other",] == 50


def test_workers_that_were_seen_a_moment_ago_count() -> None:
    Worker.objects.create(name="here:1", last_seen_at=NOW)
    Worker.objects.create(name="gone:2", last_seen_at=NOW - timedelta(minutes=5))

    assert gauges()["partners_workers"] == {(): 1}


def test_accounts_are_counted_by_channel_and_state() -> None:
    AccountFactory(channel="hostaway")
    AccountFactory(channel="hostaway", valid=False)
    AccountFactory(channel="hostaway", deleted_at=NOW)

    accounts = gauges()["partners_accounts"]
    assert (accounts["hostaway", "valid"], accounts["hostaway", "refused"]) == (1, 1)


def test_the_number_of_queries_does_not_grow() -> None:
    with CaptureQueriesContext(connection) as empty:
        gauges()
    for kind in ("sync_account", "push_listing", "refresh_listing", "deliver_events"):
        for _ in range(5):
            job(kind)
    for channel in ("hostaway", "coliving", "direct"):
        AccountFactory.create_batch(3, channel=channel)

    with CaptureQueriesContext(connection) as full:
        gauges()

    assert len(full) == len(empty) == 7


@pytest.mark.django_db(transaction=True)
def test_a_database_that_does_not_answer_is_told() -> None:
    with connection.execute_wrapper(away):
        assert gauges() == {"partners_database_up": {(): 0}}


def away(execute: Any, sql: Any, *arguments: Any) -> Any:
    raise OperationalError("no connection")
