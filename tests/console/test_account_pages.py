"""Accounts in the console: their state in words, what belongs to them, and what an operator does about it."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from jobs.kinds import SYNC_ACCOUNT
from jobs.models import Job
from sync.models import AccountConnection
from sync.services.accounts import enqueue_sync
from tests.console.conftest import Person, facts_of, page
from tests.factories import EPOCH, AccountFactory, ChannelListingFactory, ListingFactory
from users.models import Account

LIST = "/console/users/account/"


def labels(person: Person, **query: str) -> set[str]:
    """The labels of the accounts on the list."""
    shown = page(person, LIST, **query)
    return {label for label in Account.objects.values_list("label", flat=True) if label in shown}


def account_in(state: str) -> Account:
    account: Account = AccountFactory(label=f"Account {state}", last_successful_sync_at=EPOCH)
    match state:
        case "disconnected":
            account.deleted_at = EPOCH
        case "refused":
            account.valid = False
        case "paused":
            AccountConnection.objects.filter(pk=account.pk).update(paused_at=EPOCH, error="It failed before.")
        case "failing":
            AccountConnection.objects.filter(pk=account.pk).update(error="Listing 7: the channel failed.")
        case "syncing":
            enqueue_sync(account, recent_sync_threshold_minutes=0, priority=Job.Priority.REGULAR, now=EPOCH)
        case "waiting":
            account.last_successful_sync_at = None
    account.save()
    return account


STATES = {
    "disconnected": "Disconnected",
    "refused": "Credentials refused",
    "paused": "Paused",
    "failing": "Last sync failed",
    "syncing": "Syncing",
    "waiting": "Waits for its first sync",
    "in_order": "In order",
}


@pytest.mark.parametrize("state", STATES)
def test_each_account_has_one_state_in_words_and_is_found_by_it(operator: Person, state: str) -> None:
    for each in STATES:
        account_in(each)

    assert labels(operator, state=state) == {f"Account {state}"}
    account = Account.objects.get(label=f"Account {state}")
    assert f"{STATES[state]}</" in page(operator, f"{LIST}{account.pk}/change/").replace("\n", "").replace("  ", "")


def test_the_list_is_searched_by_owner_channel_id_and_application(operator: Person) -> None:
    account = AccountFactory(
        label="Seaside", channel_account_id="sea-40", user__email="ada@example.com", user__application__name="Harbour"
    )
    AccountFactory(
        label="Hillside", channel_account_id="hill", user__email="ben@example.com", user__application__name="Meadow"
    )

    for words in ("sea-40", "ada@example.com", "Harbour", "Seaside", str(account.pk)):
        assert labels(operator, q=words) == {"Seaside"}


def test_the_list_costs_the_same_number_of_queries_for_many_accounts(
    operator: Person, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(20):
        account_in("failing")

    with django_assert_max_num_queries(9):
        page(operator, LIST)


def test_the_page_shows_why_the_last_sync_failed_with_listings_and_jobs(operator: Person) -> None:
    account = account_in("failing")
    listing = ListingFactory(owner=account.user, title="Loft <b>by</b> the sea")
    ChannelListingFactory(listing=listing, account=account, channel_listing_id="70001", failures=1, failed_at=EPOCH,
                          failure="The calendar is malformed.", retry_at=EPOCH + timedelta(hours=1))  # fmt: skip

    shown = page(operator, f"{LIST}{account.pk}/change/")

    assert "Listing 7: the channel failed." in shown
    assert "70001" in shown
    assert "The calendar is malformed." in shown
    assert "Loft &lt;b&gt;by&lt;/b&gt; the sea" in shown
    assert "<b>by</b>" not in shown


def test_times_look_alike(operator: Person) -> None:
    account = AccountFactory(last_successful_sync_at=EPOCH)

    facts = facts_of(page(operator, f"/console/users/account/{account.pk}/change/"))

    assert facts["Created"] == f"{account.created_at:%Y-%m-%d %H:%M:%S}"
    assert facts["Last sync"] == f"{EPOCH:%Y-%m-%d %H:%M:%S}"
    assert facts["Deleted"] == "—"


def test_the_page_shows_the_requests_of_the_last_runs(operator: Person) -> None:
    account = account_in("in_order")
    Job.objects.create(
        kind=SYNC_ACCOUNT, key="k", account_id=account.pk, state=Job.State.SUCCEEDED, due_at=EPOCH, created_at=EPOCH,
        finished_at=EPOCH,
        channel_requests={
            str(account.pk): {"channel": "hostaway", "requests": 4, "seconds": 2.0, "longest_seconds": 1.25,
                              "statuses": {"200": 3, "timeout": 1}}
        },
    )  # fmt: skip

    shown = page(operator, f"{LIST}{account.pk}/change/")

    assert "500 ms" in shown  # the mean
    assert "1250 ms" in shown
    assert "200: 3, timeout: 1" in shown


def test_an_operator_refreshes_an_account(operator: Person) -> None:
    account = account_in("in_order")

    operator.browser.post(f"{LIST}{account.pk}/do/refresh/")

    job = Job.objects.get()
    assert (job.kind, job.account_id, job.state) == (SYNC_ACCOUNT, account.pk, "queued")
    again = operator.browser.post(f"{LIST}{account.pk}/do/refresh/")
    assert "A sync of this account is queued or running." in again.content.decode()


def test_an_operator_pauses_and_resumes_an_account(operator: Person) -> None:
    account = account_in("in_order")

    operator.browser.post(f"{LIST}{account.pk}/do/pause/")
    assert labels(operator, state="paused") == {"Account in_order"}

    operator.browser.post(f"{LIST}{account.pk}/do/resume/")
    assert labels(operator, state="paused") == set()


def test_a_viewer_reads_and_changes_nothing(vera: Person) -> None:
    viewer, account = vera.log_in(), account_in("in_order")

    assert "/do/" not in page(viewer, f"{LIST}{account.pk}/change/")
    for name in ("refresh", "pause", "resume"):
        assert viewer.browser.post(f"{LIST}{account.pk}/do/{name}/").status_code == 403
    assert not Job.objects.exists()


def test_no_page_shows_the_credentials_of_a_channel(operator: Person) -> None:
    account = account_in("failing")
    AccountConnection.objects.filter(pk=account.pk).update(
        encrypted_channel_credentials="sealed-credentials", encrypted_session="sealed-session"
    )

    for path in (LIST, f"{LIST}{account.pk}/change/"):
        assert "sealed" not in page(operator, path)


def test_an_account_that_does_not_exist_is_told_so(operator: Person) -> None:
    answer: Any = operator.browser.get(f"{LIST}424242/change/", follow=True)

    assert answer.status_code in (200, 404)
    assert "Traceback" not in answer.content.decode()
