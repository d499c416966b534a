"""Keeps which listings could not be synced, and when each is tried again. Each has its own growing intervals.

Call these functions inside a transaction.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from listings.models import ChannelListing
from users.models import Account

FIRST_WAIT = timedelta(minutes=2)
LONGEST_WAIT = timedelta(hours=6)
NOT_FAILING = {"failures": None, "failed_at": None, "failure": None, "retry_at": None}


def wait_after(failures: int, channel_listing_id: int) -> timedelta:
    """The wait after the n-th failure in a row (n >= 1): doubled each time. Ids spread it by up to a quarter."""
    wait: timedelta = min(FIRST_WAIT * 2 ** min(failures - 1, 16), LONGEST_WAIT)
    return wait * (1 + channel_listing_id % 16 / 64)


def note_failure(
    account: Account, channel_listing_id: str, reason: str, *, attempt_began: datetime, now: datetime
) -> bool:
    """Store that the listing failed. Return False for a listing that is unknown here.

    Several failures in one attempt count once.
    """
    shown = _shown(account, [channel_listing_id]).select_for_update(of=("self",)).first()
    if shown is None:
        return False
    if shown.failed_at is None or shown.failed_at < attempt_began:
        shown.failures = (shown.failures or 0) + 1
        shown.retry_at = now + wait_after(shown.failures, shown.pk)
    shown.failed_at, shown.failure = now, reason
    shown.save(update_fields=["failures", "failed_at", "failure", "retry_at"])
    return True


def note_success(account: Account, channel_listing_ids: Collection[str]) -> None:
    """Store that the listings were synced."""
    _shown(account, channel_listing_ids).exclude(failed_at=None).update(**NOT_FAILING)


def waiting(now: datetime, *, asked_at: datetime | None = None) -> Q:
    """Channel listings that failed and whose next attempt is later. If a person asked for all listings at `asked_at`,
    only those that have failed since.
    """
    later = Q(retry_at__gt=now)
    return later if asked_at is None else later & Q(failed_at__gt=asked_at)


def _shown(account: Account, channel_listing_ids: Collection[str]) -> QuerySet[ChannelListing]:
    return ChannelListing.objects.filter(account=account, channel_listing_id__in=channel_listing_ids, removed_at=None)
