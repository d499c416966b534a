"""Accounts that an operator has paused."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from audit.models import AuditEntry
from connectors.values import ChannelAccount
from jobs.models import Job
from jobs.queue import enqueue
from jobs.worker import JobWorker
from jsonapi.refusals import Conflict, NotThere
from listings.models import ChannelListing
from sync.models import AccountConnection
from sync.rates import pushes_of
from sync.services.accounts import connect_account
from sync.services.pausing import PAUSED, pause_account, resume_account
from tests.factories import EPOCH, AccountFactory, ChannelListingFactory
from tests.jobs.doubles import Clock
from tests.partner import Partner
from tests.queued import pushes_of as push_jobs_of
from tests.queued import queue_refresh, queue_sync, syncs_of
from users.models import Account

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(partner: Partner) -> Account:
    return AccountFactory(user__application=partner.application)


@pytest.fixture
def shown(account: Account) -> ChannelListing:
    return ChannelListingFactory(account=account, listing__owner=account.user, listing__enabled=True)


def run(name: str, *words: Any) -> str:
    out = StringIO()
    call_command(name, *map(str, words), stdout=out)
    return out.getvalue()


def work(now: Any = EPOCH) -> None:
    JobWorker(clock=Clock(now)).drain()


class TestPaused:
    def test_a_sync_that_is_queued_or_running_is_cancelled(self, account: Account) -> None:
        job = queue_sync(account, now=EPOCH)

        pause_account(account, now=EPOCH)

        job.refresh_from_db()
        assert (job.state, job.error) == ("failed", PAUSED)

    def test_a_refresh_by_request_is_refused(self, partner: Partner, account: Account) -> None:
        pause_account(account, now=EPOCH)

        answer = partner.post(f"/users/{account.user_id}/accounts/{account.pk}/refresh/")

        assert answer.status == 409
        assert answer.errors[0]["detail"] == (
            "The account is paused by an operator. It is not synced until it is resumed."
        )
        assert not syncs_of(account).exists()

    def test_its_regular_sync_is_left_out(self, account: Account) -> None:
        other = AccountFactory()
        pause_account(account, now=EPOCH)
        enqueue("sync_stale_accounts", now=EPOCH)
        assert JobWorker(clock=Clock(EPOCH)).run_one()

        assert syncs_of(other).exists()
        assert not syncs_of(account).exists()

    def test_a_sync_that_was_queued_meanwhile_asks_no_channel(self, account: Account) -> None:
        pause_account(account, now=EPOCH)
        job = queue_sync(account, now=EPOCH)
        work()

        job.refresh_from_db()
        assert (job.state, job.error) == ("failed", PAUSED)

    def test_a_refresh_of_its_listing_asks_no_channel(self, account: Account, shown: ChannelListing) -> None:
        pause_account(account, now=EPOCH)
        job = queue_refresh(shown.listing, now=EPOCH)
        work()

        job.refresh_from_db()
        shown.refresh_from_db()
        assert (job.state, job.error) == ("failed", PAUSED)
        assert shown.failures is None  # the listing is not at fault

    def test_its_failed_listings_are_not_tried_again(self, account: Account, shown: ChannelListing) -> None:
        ChannelListing.objects.filter(pk=shown.pk).update(failures=1, failed_at=EPOCH, retry_at=EPOCH)
        pause_account(account, now=EPOCH)
        enqueue("retry_failed_listings", now=EPOCH)
        work()

        assert not Job.objects.filter(kind="refresh_listing").exists()

    def test_nothing_is_pushed(self, account: Account, shown: ChannelListing) -> None:
        assert [pushed for pushed, _ in pushes_of(shown.listing, EPOCH)] == [shown]

        pause_account(account, now=EPOCH)

        assert pushes_of(shown.listing, EPOCH) == []

    def test_the_documents_of_the_api_do_not_change(self, partner: Partner, account: Account) -> None:
        path = f"/users/{account.user_id}/accounts/{account.pk}/"
        before = partner.get(path).document

        pause_account(account, now=EPOCH)

        assert partner.get(path).document == before

    def test_pausing_twice_and_an_account_without_a_connection_are_refused(self, account: Account) -> None:
        pause_account(account, now=EPOCH)
        with pytest.raises(Conflict, match="paused already"):
            pause_account(account, now=EPOCH)

        AccountConnection.objects.all().delete()
        with pytest.raises(NotThere, match="is not connected"):
            pause_account(account, now=EPOCH)


class TestResumed:
    def test_what_was_left_out_is_queued(self, account: Account, shown: ChannelListing) -> None:
        pause_account(account, now=EPOCH)

        resume_account(account, now=EPOCH + timedelta(days=1))

        sync = syncs_of(account).get()
        assert (sync.state, sync.priority) == ("queued", Job.Priority.AWAITED)
        assert push_jobs_of(shown.listing).get().state == "queued"
        assert AccountConnection.objects.get().paused_at is None

    def test_only_a_paused_account_can_be_resumed(self, account: Account) -> None:
        with pytest.raises(Conflict, match="is not paused"):
            resume_account(account, now=EPOCH)

    def test_a_new_connection_ends_a_pause(self, account: Account) -> None:
        pause_account(account, now=EPOCH)
        Account.objects.filter(pk=account.pk).update(valid=False)

        connect_account(
            account.user,
            channel=account.channel,
            credentials={},
            known_as=ChannelAccount(account.channel_account_id, account.label),
            now=EPOCH,
        )

        assert AccountConnection.objects.get().paused_at is None

    def test_both_are_audited(self, account: Account) -> None:
        pause_account(account, now=EPOCH)
        resume_account(account, now=EPOCH)

        paused, resumed = AuditEntry.objects.order_by("id")
        assert (paused.action, paused.resource) == ("account.paused", f"accounts/{account.pk}")
        assert (resumed.action, resumed.owner_user_id) == ("account.resumed", account.user_id)
        assert resumed.changes["paused_at"][1] is None


class TestCommands:
    def test_accounts_are_listed_with_their_states_newest_first(self, account: Account) -> None:
        paused, invalid, failing, connected = (
            AccountFactory(valid=number != 1, last_successful_sync_at=EPOCH) for number in range(4)
        )
        AccountConnection.objects.filter(pk=failing.pk).update(error="The channel is closed.")
        pause_account(paused, now=EPOCH)
        AccountFactory(deleted_at=EPOCH)

        shown = json.loads(run("list_accounts", "--json"))

        assert [(each["id"], each["state"]) for each in shown] == [
            (connected.pk, "connected"),
            (failing.pk, "failing"),
            (invalid.pk, "invalid"),
            (paused.pk, "paused"),
            (account.pk, "new"),
        ]
        assert shown[1]["error"] == "The channel is closed."
        assert "The channel is closed." in run("list_accounts", "--state", "failing")

    def test_they_are_filtered(self, partner: Partner, account: Account) -> None:
        other = AccountFactory(channel="direct")

        def listed(*words: str) -> list[int]:
            return [each["id"] for each in json.loads(run("list_accounts", "--json", *words))]

        assert listed("--channel", "direct") == [other.pk]
        assert listed("--application", partner.application.client_id) == [account.pk]
        assert listed("--state", "paused") == []
        assert listed("--limit", "1") == [other.pk]

    def test_many_accounts_take_one_query(self, account: Account, django_assert_num_queries: Any) -> None:
        AccountFactory.create_batch(5)

        with django_assert_num_queries(1):
            run("list_accounts")

    def test_pausing_and_resuming(self, account: Account) -> None:
        assert json.loads(run("pause_account", account.pk, "--json"))["state"] == "paused"
        assert run("resume_account", account.pk) == f"Resumed account {account.pk}.\n"

        assert [entry.command for entry in AuditEntry.objects.order_by("id")] == ["pause_account", "resume_account"]
        with pytest.raises(CommandError, match="is not paused"):
            run("resume_account", account.pk)
        with pytest.raises(CommandError, match="There is no account 987654"):
            run("pause_account", 987654)
