"""Reads accounts and listings from their channels into our rows (docs/channels.md).

When a sync is killed, the next attempt finishes it: every step can be repeated, and calendars that were read since the
job was created are not read again.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from jobs.running import GiveUp, RunningJob, TryLater
from listings.models import ChannelListing, Listing
from listings.services.base_price import refresh_automatic
from listings.services.events import record_created_without_price, record_not_created, record_refreshed
from listings.services.failing import note_failure
from listings.services.refreshing import RETRY, refresh_once_more
from markets.services.connecting import queue_new_listings
from sync.events import FIRST, record_synced
from sync.models import AccountConnection
from sync.run import SyncRun, opened
from sync.services.accounts import DEFAULT_RECENT_SYNC_MINUTES
from sync.services.pausing import PAUSED
from sync.steps import (
    read_calendar,
    read_calendars,
    read_listing,
    read_listings,
    read_reservations,
    read_reservations_apart,
)
from users.models import Account
from users.services.locking import lock_in_order, lock_user_of

logger = logging.getLogger(__name__)

MOST_RECENT_SYNC_MINUTES = 10 * 366 * 24 * 60  # ten years; callers may send more, which dates cannot express


def sync_account(job: RunningJob) -> None:
    """The handler: listings, their calendars, reservations, then automatic base prices.

    Arguments: `account_id`, and `recent_sync_threshold_minutes` (default 60; 0 for none): calendars that were read
    within this time are skipped. Progress: `listings_total`, `listings_done`, `listings_failed`, and `error` where
    some failed. A listing that fails does not stop the others, and is tried again at its own times (sync/retrying.py).
    If anything else could not be read, the whole sync is tried once more.
    """
    live = Account.objects.filter(pk=job.arguments["account_id"], deleted_at=None, user__deleted_at=None)
    account = live.select_related("user").first()
    if account is None:
        raise GiveUp("The account is no longer connected.")
    if AccountConnection.objects.filter(pk=account.pk, paused_at__isnull=False).exists():
        raise GiveUp(PAUSED)
    threshold = job.arguments.get("recent_sync_threshold_minutes", DEFAULT_RECENT_SYNC_MINUTES)
    synced_before = job.created_at - timedelta(minutes=min(threshold, MOST_RECENT_SYNC_MINUTES))
    try:
        with opened(job, account) as run:
            run.reads_all = threshold == 0
            read_listings(run)
            read_calendars(run, synced_before)
            read_reservations(run)
            refresh_automatic(_listing_ids(run), job.now(), keep_lease=job.keep_lease)
            if run.left_out and job.failures == 0:
                raise TryLater(run.explain_failures())
            _close(run, synced_before)
    except (TryLater, GiveUp) as trouble:
        _explain(job, account, str(trouble))
        raise


def _listing_ids(run: SyncRun) -> list[int]:
    ours = ChannelListing.objects.filter(account=run.account, removed_at=None)
    return list(ours.values_list("listing_id", flat=True))


def _explain(job: RunningJob, account: Account, error: str | None) -> None:
    with transaction.atomic():
        job.fence()
        AccountConnection.objects.filter(pk=account.pk).update(error=error)


def _close(run: SyncRun, synced_before: datetime) -> None:
    ours = ChannelListing.objects.filter(account=run.account, removed_at=None)
    failing = ours.exclude(failures=None).order_by("pk")
    known = {channel_id: failure or "" for channel_id, failure in failing.values_list("channel_listing_id", "failure")}
    run.failures = known | run.failures
    synced = ours.filter(last_successful_sync_at__gte=synced_before, failures=None)
    listing_ids = list(synced.values_list("listing_id", flat=True))
    failed = len(run.failures) + len(run.left_out)
    if failed and not listing_ids:
        raise GiveUp(run.explain_failures())
    now = run.job.now()
    with transaction.atomic():
        lock_user_of(run.account)
        run.job.report(listings_done=len(listing_ids), listings_failed=failed, error=run.explain_failures())
        listings = Listing.objects.filter(pk__in=listing_ids)
        lock_in_order(listings)
        record_created_without_price(listing_ids, now=now)
        if run.job.arguments.get(FIRST):
            record_not_created(run.account, run.left_out, now=now)
        listings.update(last_successful_sync_at=now)
        Account.objects.filter(pk=run.account.pk).update(last_successful_sync_at=now, valid=True)
        AccountConnection.objects.filter(pk=run.account.pk).update(error=run.explain_left_out() or None)
        error = run.explain_failures() or None
        record_synced(run.job, run.account, synced=len(listing_ids), failed=failed, error=error, now=now)
        queue_new_listings(run.account, now)
        run.job.succeed()
    logger.info("%s: %d listings synced, %d failed", run.job, len(listing_ids), failed)


def refresh_listing(job: RunningJob) -> None:
    """The handler: one listing on all its channels. Details and availability, reservations, then the base price.

    A channel that fails does not stop the others. Arguments: `listing_id`; with `retry`, only the channels where the
    listing failed are asked, once: the next attempt has its own time (sync/retrying.py).
    """
    is_retry = bool(job.arguments.get(RETRY))
    shown = list(_live_channel_listings(job).exclude(failures=None) if is_retry else _live_channel_listings(job))
    if not shown:
        if is_retry and _live_channel_listings(job).exists():
            return  # Another sync was faster.
        raise GiveUp(PAUSED if _channel_listings(job).exists() else "No connected channel shows the listing.")
    troubles: list[TryLater | GiveUp] = []
    for channel_listing in shown:
        try:
            with opened(job, channel_listing.account) as run:
                _refresh_at(run, channel_listing)
        except (TryLater, GiveUp) as trouble:
            troubles.append(trouble)
            if _was_asked(trouble):
                _note_failure(job, channel_listing, str(trouble))
    if _live_channel_listings(job).exists():
        refresh_automatic([shown[0].listing_id], job.now(), keep_lease=job.keep_lease)
    elif not troubles:
        raise GiveUp("The channel no longer has the listing.")
    if troubles:
        outcome = _all_of(troubles)
        raise GiveUp(str(outcome)) if is_retry and _was_asked(outcome) else outcome
    with transaction.atomic():
        job.fence()
        record_created_without_price([shown[0].listing_id], now=job.now())
        Listing.objects.filter(pk=job.arguments["listing_id"]).update(last_successful_sync_at=job.now())
        # The account's own sync may have failed because none of its listings could be read.
        accounts = Account.objects.filter(pk__in=[each.account_id for each in shown], last_successful_sync_at=None)
        accounts.update(last_successful_sync_at=job.now())
        record_refreshed(shown, error=None, now=job.now())
        job.succeed()
        refresh_once_more(job)


def _was_asked(trouble: TryLater | GiveUp) -> bool:
    """Whether the channel was asked. If not, the listing is not at fault."""
    return not isinstance(trouble, TryLater) or trouble.counted


def _note_failure(job: RunningJob, channel_listing: ChannelListing, reason: str) -> None:
    with transaction.atomic():
        job.fence()
        note_failure(
            channel_listing.account,
            channel_listing.channel_listing_id,
            reason,
            attempt_began=job.created_at,
            now=job.now(),
        )


def _refresh_at(run: SyncRun, channel_listing: ChannelListing) -> None:
    if read_listing(run, channel_listing.channel_listing_id):
        channel_listing.refresh_from_db()
        read_calendar(run, channel_listing)
        read_reservations_apart(run, channel_listing.channel_listing_id)
    if run.failures:
        raise TryLater(run.explain_failures())


def _all_of(troubles: Sequence[TryLater | GiveUp]) -> TryLater | GiveUp:
    """One outcome for all channels: they are tried again as long as this may help any of them."""
    reasons = "; ".join(str(trouble) for trouble in troubles)
    later = [trouble for trouble in troubles if isinstance(trouble, TryLater)]
    if not later:
        return GiveUp(reasons)
    return TryLater(
        reasons,
        after=max((trouble.after for trouble in later if trouble.after is not None), default=None),
        counted=any(trouble.counted for trouble in later),
    )


def _live_channel_listings(job: RunningJob) -> QuerySet[ChannelListing]:
    """Those whose channel may be asked: the ones of paused accounts are left out."""
    return _channel_listings(job).filter(account__connection__paused_at=None)


def _channel_listings(job: RunningJob) -> QuerySet[ChannelListing]:
    return (
        ChannelListing.objects.filter(
            listing=job.arguments["listing_id"],
            removed_at=None,
            account__deleted_at=None,
            account__valid=True,
            account__user__deleted_at=None,
        )
        .select_related("account__user", "listing")
        .order_by("pk")
    )
