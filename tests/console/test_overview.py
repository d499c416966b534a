"""The first page: each number, and how many queries it takes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.pages.overview import figures, in_words
from console.selectors.overview import overview
from jobs.kinds import PUSH_LISTING, SYNC_ACCOUNT
from jobs.models import Job, Worker
from sync.models import AccountConnection
from tests.console.conftest import Person
from tests.factories import EPOCH, AccountFactory, ChannelListingFactory
from tests.partner import Partner
from webhooks.models import Event, WebhookDelivery, WebhookEndpoint

pytestmark = pytest.mark.django_db
NOW = EPOCH + timedelta(days=3)


def job(kind: str, number: int = 0, *, due: timedelta = timedelta(), **values: Any) -> Job:
    values = {"state": "queued", "due_at": NOW + due, "created_at": NOW, **values}
    return Job.objects.create(kind=kind, key=f"{kind}:{number}", **values)


def test_accounts_are_counted_by_state() -> None:
    AccountFactory(last_successful_sync_at=NOW)
    AccountFactory()
    AccountFactory(valid=False)
    AccountFactory(deleted_at=NOW)
    failing = AccountFactory(last_successful_sync_at=NOW)
    AccountConnection.objects.filter(account=failing).update(error="The channel answered 500.")

    counts = {state: count for state, count in overview(NOW, real_now=NOW).accounts.items() if count}

    assert counts == {"refused": 1, "failing": 1, "waiting": 1, "in_order": 1}


def test_running_syncs_show_their_progress() -> None:
    account = AccountFactory(label="Harbour flats")
    job(SYNC_ACCOUNT, 1, state="running", account_id=account.pk, progress={"listings_done": 3, "listings_total": 12})
    job(SYNC_ACCOUNT, 2)

    (sync,) = overview(NOW, real_now=NOW).syncs

    assert (sync.account, sync.channel, sync.done, sync.total) == ("Harbour flats", "hostaway", 3, 12)


def test_the_queue_is_shown_by_kind_with_the_age_of_what_is_due() -> None:
    job(PUSH_LISTING, 1, due=-timedelta(minutes=7))
    job(PUSH_LISTING, 2, due=-timedelta(minutes=2))
    job(PUSH_LISTING, 3, due=timedelta(minutes=5))
    job(SYNC_ACCOUNT, 1, state="running")
    job(SYNC_ACCOUNT, 2, state="failed", finished_at=NOW - timedelta(hours=3))
    job(SYNC_ACCOUNT, 3, state="failed", finished_at=NOW - timedelta(hours=30))

    found = overview(NOW, real_now=NOW)

    assert [(each.kind, each.running, each.due, each.later, each.waited) for each in found.queue] == [
        (PUSH_LISTING, 0, 2, 1, timedelta(minutes=7)),
        (SYNC_ACCOUNT, 1, 0, 0, timedelta()),
    ]
    assert (found.due, found.waited, found.failed_jobs) == (2, timedelta(minutes=7), {SYNC_ACCOUNT: 1})


def test_pushes_are_counted_by_channel_and_outcome() -> None:
    hostaway, coliving = ChannelListingFactory(), ChannelListingFactory(channel="coliving")
    for number, (shown, state, hours) in enumerate(
        [(hostaway, "succeeded", 1), (hostaway, "succeeded", 2), (hostaway, "failed", 3), (coliving, "succeeded", 23),
         (coliving, "succeeded", 25)]
    ):  # fmt: skip
        arguments = {"listing_id": shown.listing_id}
        job(PUSH_LISTING, number, state=state, arguments=arguments, finished_at=NOW - timedelta(hours=hours))
    job(PUSH_LISTING, 9, arguments={"listing_id": hostaway.listing_id})

    pushes = overview(NOW, real_now=NOW).pushes
    shown_pushes = [(each.channel, each.succeeded, each.failed, each.waiting) for each in pushes]

    assert shown_pushes == [("coliving", 1, 0, 0), ("hostaway", 2, 1, 1)]


def test_deliveries_of_the_last_day_are_counted_and_all_that_wait(partner: Partner) -> None:
    endpoint = WebhookEndpoint.objects.create(
        application=partner.application, url="https://r.example/", created_at=EPOCH, updated_at=EPOCH, failing_since=NOW
    )
    for state, hours in [("succeeded", 1), ("succeeded", 30), ("failed", 2), ("pending", 48), ("pending", 0)]:
        at = NOW - timedelta(hours=hours)
        event = Event.objects.create(application=partner.application, type="account.created", body={}, occurred_at=at)
        WebhookDelivery.objects.create(endpoint=endpoint, event=event, state=state, due_at=at, created_at=at)

    found = overview(NOW, real_now=NOW).deliveries

    assert (found.succeeded, found.failed, found.pending, found.waited) == (1, 1, 2, timedelta(hours=48))
    assert (found.failing_endpoints, found.disabled_endpoints) == (1, 0)


def test_requests_of_this_minute_are_those_that_the_limits_have_counted(partner: Partner) -> None:
    for _ in range(3):
        partner.get("/users/")

    found = overview(timezone.now(), real_now=timezone.now()).requests

    assert found.busiest in ([(partner.application.pk, partner.application.name, 3)], [])  # [] if a minute has begun
    assert 0 <= found.seconds <= 60


def test_workers_that_were_seen_a_moment_ago_are_alive() -> None:
    Worker.objects.create(name="here", last_seen_at=NOW - timedelta(seconds=5))
    Worker.objects.create(name="gone", last_seen_at=NOW - timedelta(minutes=5))

    assert overview(NOW, real_now=NOW).workers == 1
    assert overview(NOW + timedelta(days=30), real_now=NOW).workers == 1, "a moved clock ends no sign of life"


def test_an_empty_server_has_an_overview(vera: Person) -> None:
    page = vera.log_in().browser.get("/console/")

    assert page.status_code == 200
    assert "No account is being synced now." in page.content.decode()


def test_what_is_wrong_stands_out() -> None:
    job(SYNC_ACCOUNT, 1, state="failed", finished_at=NOW)

    trouble = [figure.label for figure in figures(overview(NOW, real_now=NOW)) if figure.is_trouble]

    assert trouble == ["jobs failed in a day", "workers alive"]


def test_much_data_takes_no_more_queries(vera: Person) -> None:
    vera.log_in()
    with CaptureQueriesContext(connection) as for_none:
        vera.browser.get("/console/")
    for number in range(12):
        shown = ChannelListingFactory()
        job(SYNC_ACCOUNT, number, state="running", account_id=shown.account_id)
        job(PUSH_LISTING, number, arguments={"listing_id": shown.listing_id})

    with CaptureQueriesContext(connection) as for_many:
        vera.browser.get("/console/")

    assert len(for_many) <= len(for_none) + 1  # the accounts of the running syncs
    assert len(for_many) <= 16, [query["sql"] for query in for_many]


@pytest.mark.parametrize(
    ("seconds", "words"), [(-5, "0 s"), (42, "42 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (432000, "5 d")]
)
def test_times_are_told_in_one_unit(seconds: int, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words
