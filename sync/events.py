"""Records the events about syncs (contract, *Events and webhooks*).

Call these functions in the transaction that closes the job of the sync.
"""

from datetime import datetime
from typing import Any

from jobs.running import RunningJob
from listings.models import ChannelListing
from listings.services.events import record_refreshed
from listings.services.refreshing import RETRY
from users.models import Account
from webhooks.documents import body, timestamp
from webhooks.models import Event, EventType
from webhooks.outbox import record

# An argument of the sync that follows a connection.
FIRST = "first"


def record_synced(
    job: RunningJob, account: Account, *, synced: int, failed: int | None, error: str | None, now: datetime
) -> None:
    """Tell that a sync of the account has succeeded. `synced` and `failed` are numbers of listings."""
    _record(job, account, {"status": "succeeded"}, synced=synced, failed=failed, error=error, now=now)


def record_sync_failed(job: RunningJob, error: str) -> None:
    """Tell that the sync of an account has failed for good. Nothing is told of an account that is gone."""
    live = Account.objects.filter(pk=job.arguments["account_id"], deleted_at=None, user__deleted_at=None)
    account = live.select_related("user").first()
    if account is not None:
        _record(job, account, {"status": "failed"}, synced=0, failed=None, error=error, now=job.now())


def _record(
    job: RunningJob,
    account: Account,
    status: dict[str, Any],
    *,
    synced: int,
    failed: int | None,
    error: str | None,
    now: datetime,
) -> None:
    attributes = {
        **status,
        "completed-at": timestamp(now),
        "channel": account.channel,
        "nb-listings-synced": synced,
        "nb-listings-failed": failed,
        "error": error,
    }
    kind = EventType.ACCOUNT_CREATED if job.arguments.get(FIRST) else EventType.ACCOUNT_REFRESHED
    if kind is EventType.ACCOUNT_REFRESHED:
        attributes["recent-sync-threshold-minutes"] = job.arguments.get("recent_sync_threshold_minutes", 0)
    relationships = {"user": ("users", account.user_id), "account": ("accounts", account.pk)}
    event = Event(
        application_id=account.user.application_id,
        user_id=account.user_id,
        account=account,
        type=kind,
        body=body(attributes, relationships),
        occurred_at=now,
    )
    record([event], now=now)


def record_refresh_failed(job: RunningJob, error: str) -> None:
    """Tell that a listing could not be refreshed. Nobody waits for further attempts, so they are not told."""
    if job.arguments.get(RETRY):
        return
    shown = ChannelListing.objects.filter(
        listing=job.arguments["listing_id"],
        listing__deleted_at=None,
        removed_at=None,
        account__deleted_at=None,
        account__user__deleted_at=None,
    )
    record_refreshed(list(shown.select_related("listing").order_by("pk")), error=error, now=job.now())
