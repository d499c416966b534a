"""What the console shows of accounts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from jobs.kinds import PUSH_LISTING, REFRESH_LISTING, SYNC_ACCOUNT
from jobs.models import LIVE_STATES, Job
from listings.models import ChannelListing
from sync.selectors import with_sync_status
from users.models import Account

MOST_JOBS = 20

# The states of an account in the order in which they are decided, with the words for people.
STATES = {
    "disconnected": "Disconnected",
    "refused": "Credentials refused",
    "paused": "Paused",
    "failing": "Last sync failed",
    "syncing": "Syncing",
    "waiting": "Waits for its first sync",
    "in_order": "In order",
}

_LIVE = Q(deleted_at=None)
_HERE = _LIVE & Q(valid=True)
_FAILING = Q(connection__error__isnull=False) & ~Q(connection__error="")
_PAUSED = Q(connection__paused_at__isnull=False)

# Conditions on accounts of `shown`, by state.
IN_STATE = {
    "disconnected": ~_LIVE,
    "refused": _LIVE & Q(valid=False),
    "paused": _HERE & _PAUSED,
    "failing": _HERE & ~_PAUSED & _FAILING,
    "syncing": _HERE & ~_PAUSED & ~_FAILING & Q(syncs_now=True),
    "waiting": _HERE & ~_PAUSED & ~_FAILING & Q(syncs_now=False, last_successful_sync_at=None),
    "in_order": _HERE & ~_PAUSED & ~_FAILING & Q(syncs_now=False, last_successful_sync_at__isnull=False),
}


def shown(accounts: QuerySet[Account]) -> QuerySet[Account]:
    """Accounts with what a list of them shows: owner, application, connection, and whether a sync is live."""
    live = Job.objects.filter(kind=SYNC_ACCOUNT, account_id=OuterRef("pk"), state__in=LIVE_STATES)
    return accounts.select_related("user__application", "connection").annotate(syncs_now=Exists(live))


def state_of(account: Account) -> str:
    """The key in STATES of an account that `shown` has read."""
    connection = getattr(account, "connection", None)
    if account.deleted_at is not None:
        return "disconnected"
    if not account.valid:
        return "refused"
    if connection is not None and connection.paused_at is not None:
        return "paused"
    if connection is not None and connection.error:
        return "failing"
    if account.syncs_now:  # type: ignore[attr-defined]
        return "syncing"
    return "waiting" if account.last_successful_sync_at is None else "in_order"


def last_error(account: Account) -> str:
    """Why the last sync failed or what it left out, for people; empty if there was nothing."""
    return (account.connection.error or "") if hasattr(account, "connection") else ""


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests to the channel of one job."""

    job: Job
    requests: int
    mean_ms: int
    longest_ms: int
    statuses: str
    """Such as `200: 41, 429: 2, timeout: 1`."""


@dataclass(frozen=True, slots=True)
class AccountPage:
    account: Account
    listings: Sequence[ChannelListing]
    listings_in_all: int
    jobs: Sequence[Job]
    requests: Sequence[Requests]


MOST_LISTINGS = 100


def account_page(account: Account) -> AccountPage:
    """All that the page of one account shows, in four queries."""
    listings = ChannelListing.objects.filter(account=account, removed_at=None)
    jobs = list(
        Job.objects.filter(account_id=account.pk, kind__in=[SYNC_ACCOUNT, REFRESH_LISTING, PUSH_LISTING]).order_by(
            "-pk"
        )[:MOST_JOBS]
    )
    return AccountPage(
        account=with_sync_status(Account.objects.filter(pk=account.pk)).select_related("connection").get(),
        listings=list(listings.select_related("listing").order_by("pk")[:MOST_LISTINGS]),
        listings_in_all=listings.count(),
        jobs=jobs,
        requests=[each for job in jobs for each in requests_of(job, str(account.pk))],
    )


def requests_of(job: Job, account_id: str) -> Iterable[Requests]:
    """What the job counted of its requests for the account (connectors.observing.Tally)."""
    counted: dict[str, Any] | None = (job.channel_requests or {}).get(account_id)
    if counted and counted["requests"]:
        yield Requests(
            job=job,
            requests=counted["requests"],
            mean_ms=round(1000 * counted["seconds"] / counted["requests"]),
            longest_ms=round(1000 * counted["longest_seconds"]),
            statuses=", ".join(f"{status}: {number}" for status, number in counted["statuses"].items()),
        )
