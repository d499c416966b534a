"""The sync state of accounts and listings that partners read (contract, *Accounts* and *Listings*)."""

import pytest

from jobs.models import Job
from listings.models import Listing
from listings.sync_status import listing_sync_state
from sync.selectors import account_sync_state
from tests.factories import EPOCH, AccountFactory, ChannelListingFactory, ListingFactory
from tests.queued import queue_push_job, queue_refresh, queue_sync
from users.models import Account

pytestmark = pytest.mark.django_db


def state_of(row: Account | Listing) -> str:
    state = account_sync_state() if isinstance(row, Account) else listing_sync_state()
    return type(row).objects.annotate(sync_state=state).get(pk=row.pk).sync_state


def test_an_account_is_first_unknown_then_queued_then_in_progress_then_completed() -> None:
    account = AccountFactory()
    assert state_of(account) == "unknown"

    job = queue_sync(account, now=EPOCH)
    assert state_of(account) == "queued"

    Job.objects.filter(pk=job.pk).update(state="running")
    assert state_of(account) == "in_progress"

    Job.objects.filter(pk=job.pk).update(state="succeeded")
    Account.objects.filter(pk=account.pk).update(last_successful_sync_at=EPOCH)
    assert state_of(account) == "completed"


def test_a_synced_account_is_queued_when_it_is_refreshed() -> None:
    account = AccountFactory(last_successful_sync_at=EPOCH)

    queue_sync(account, now=EPOCH)

    assert state_of(account) == "queued"


def test_a_failed_sync_leaves_a_new_account_unknown_and_a_synced_account_completed() -> None:
    new, old = AccountFactory(), AccountFactory(last_successful_sync_at=EPOCH)
    for account in (new, old):
        queue_sync(account, now=EPOCH)
    Job.objects.update(state="failed")

    assert (state_of(new), state_of(old)) == ("unknown", "completed")


def test_jobs_of_other_rows_and_of_other_kinds_are_ignored() -> None:
    account = AccountFactory()
    shown = ChannelListingFactory(account=account)

    queue_sync(AccountFactory(), now=EPOCH)
    queue_push_job(shown.listing, now=EPOCH)
    queue_refresh(ListingFactory(), now=EPOCH)

    assert (state_of(account), state_of(shown.listing)) == ("unknown", "unknown")


def test_a_listing_is_queued_by_its_own_refresh() -> None:
    listing = ListingFactory(last_successful_sync_at=EPOCH)
    assert state_of(listing) == "completed"

    queue_refresh(listing, now=EPOCH)
    assert state_of(listing) == "queued"


def test_a_listing_is_in_progress_during_the_sync_of_an_account_that_shows_it() -> None:
    shown, removed = ChannelListingFactory(), ChannelListingFactory(removed_at=EPOCH)
    for channel_listing in (shown, removed):
        queue_sync(channel_listing.account, now=EPOCH)
    Job.objects.update(state="running")

    assert (state_of(shown.listing), state_of(removed.listing)) == ("in_progress", "unknown")
