"""Pausing an account: it is not synced, and nothing is pushed to it, until it is resumed.

A pause is for operators; partners see it only as the detail of refused refreshes. It ends when the account is resumed
or connected anew.
"""

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from audit.actions import Action
from audit.services import record
from jobs.keys import key_of
from jobs.kinds import SYNC_ACCOUNT
from jobs.models import Job
from jobs.queue import AlreadyQueued, cancel_jobs
from jsonapi.refusals import Conflict, NotThere
from listings.models import ChannelListing
from listings.selectors import live
from listings.services.pushing import queue_pushes
from sync.models import AccountConnection
from sync.services.accounts import DEFAULT_RECENT_SYNC_MINUTES, enqueue_sync, lock_account
from users.audited import audited_account
from users.models import Account

PAUSED = "The account was paused by an operator."


@transaction.atomic
def pause_account(account: Account, *, now: datetime) -> None:
    """Stop syncs of the account and pushes to it. What is running stops at its next request to the channel.

    Raises Conflict (409) if it is paused already, NotThere (404) if it is not connected.
    """
    connection = _locked(account)
    if connection.paused_at is not None:
        raise Conflict(f"Account {account.pk} is paused already.")
    _set(connection, now)
    cancel_jobs([key_of(SYNC_ACCOUNT, account.pk)], reason=PAUSED, now=now)
    record(Action.ACCOUNT_PAUSED, audited_account(account), {"paused_at": [None, now]}, now=now)


@transaction.atomic
def resume_account(account: Account, *, now: datetime) -> None:
    """End the pause: queue a sync of the account, and pushes of its enabled listings.

    Raises Conflict (409) if it is not paused, NotThere (404) if it is not connected.
    """
    connection = _locked(account)
    if connection.paused_at is None:
        raise Conflict(f"Account {account.pk} is not paused.")
    changes = {"paused_at": [connection.paused_at, None]}
    _set(connection, None)
    with suppress(AlreadyQueued):  # such as a sync that was queued during the pause and has not started yet
        enqueue_sync(
            account,
            recent_sync_threshold_minutes=DEFAULT_RECENT_SYNC_MINUTES,
            priority=Job.Priority.AWAITED,
            now=now,
        )
    shown = live(ChannelListing.objects.filter(account=account))
    queue_pushes(list(shown.values_list("listing_id", flat=True)), now)
    record(Action.ACCOUNT_RESUMED, audited_account(account), changes, now=now)


def _locked(account: Account) -> AccountConnection:
    """The connection, locked with what lock_account locks."""
    lock_account(account)
    connection = AccountConnection.objects.select_for_update().filter(pk=account.pk, account__deleted_at=None).first()
    if connection is None:
        raise NotThere(f"Account {account.pk} is not connected.")
    return connection


def _set(connection: AccountConnection, paused_at: datetime | None) -> None:
    connection.paused_at = paused_at
    connection.save(update_fields=["paused_at"])
