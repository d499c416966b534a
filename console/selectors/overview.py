"""What the overview shows, read with a constant number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField, Count, Min, OuterRef, Q, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from console.selectors.accounts import IN_STATE, shown
from jobs.kinds import PUSH_LISTING, SYNC_ACCOUNT
from jobs.models import LIVE_STATES, Job, Worker
from listings.models import ChannelListing
from oauth.models import Application
from throttling.ratelimit import requests_of
from users.models import Account
from webhooks.models import WebhookDelivery, WebhookEndpoint

PERIOD = timedelta(days=1)
MOST_SYNCS = 10

MOST_APPLICATIONS = 100
ALIVE = timedelta(minutes=1)  # workers write their row every few seconds


@dataclass(frozen=True, slots=True)
class Sync:
    job: Job
    account: str  # its label
    channel: str
    done: int
    total: int  # 0 while it is unknown


@dataclass(frozen=True, slots=True)
class Queue:
    kind: str
    running: int
    due: int
    later: int
    waited: timedelta  # since the oldest due job was due


@dataclass(frozen=True, slots=True)
class Pushes:
    channel: str
    succeeded: int
    failed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Of events of the last day; `pending` counts all that wait, and `waited` is the age of the oldest event."""

    succeeded: int
    failed: int
    pending: int
    waited: timedelta
    failing_endpoints: int
    disabled_endpoints: int


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests with a valid token in the present minute, of which `seconds` have passed."""

    count: int
    seconds: int
    busiest: Sequence[tuple[int, str, int]]  # id, name, requests


@dataclass(frozen=True, slots=True)
class Overview:
    accounts: Mapping[str, int]  # by state
    syncs: Sequence[Sync]
    syncs_in_all: int
    queue: Sequence[Queue]
    failed_jobs: Mapping[str, int]  # of the last day, by kind
    workers: int
    pushes: Sequence[Pushes]
    deliveries: Deliveries
    requests: Requests

    @property
    def due(self) -> int:
        return sum(each.due for each in self.queue)

    @property
    def waited(self) -> timedelta:
        return max((each.waited for each in self.queue), default=timedelta())


def overview(now: datetime, *, real_now: datetime) -> Overview:
    """All of it, as it is at `now`. `real_now` is the machine's time, in which workers give signs of life (clock)."""
    queue = _queue(now)
    return Overview(
        accounts=_accounts(),
        syncs=_syncs(),
        syncs_in_all=sum(each.running for each in queue if each.kind == SYNC_ACCOUNT),
        queue=queue,
        failed_jobs=_failed_jobs(now),
        workers=Worker.objects.filter(last_seen_at__gt=real_now - ALIVE).count(),
        pushes=_pushes(now),
        deliveries=_deliveries(now),
        requests=_requests(),
    )


def _accounts() -> dict[str, int]:
    counts = {state: Count("pk", filter=condition) for state, condition in IN_STATE.items()}
    counted: dict[str, int] = shown(Account.objects.filter(deleted_at=None)).aggregate(**counts)
    return counted


def _syncs() -> list[Sync]:
    jobs = list(Job.objects.filter(kind=SYNC_ACCOUNT, state=Job.State.RUNNING).order_by("pk")[:MOST_SYNCS])
    accounts = Account.objects.in_bulk([job.account_id for job in jobs])
    return [_sync(job, accounts.get(job.account_id)) for job in jobs]


def _sync(job: Job, account: Account | None) -> Sync:
    done, total = job.progress.get("listings_done") or 0, job.progress.get("listings_total") or 0
    label, channel = (account.label, account.channel) if account else (f"Account {job.account_id}", "")
    return Sync(job, label, channel, min(done, total) if total else done, total)


def _queue(now: datetime) -> list[Queue]:
    due = Q(state=Job.State.QUEUED, due_at__lte=now)
    rows = (
        Job.objects.filter(state__in=LIVE_STATES)
        .order_by("kind")
        .values("kind")
        .annotate(
            running=Count("pk", filter=Q(state=Job.State.RUNNING)),
            due=Count("pk", filter=due),
            later=Count("pk", filter=Q(state=Job.State.QUEUED, due_at__gt=now)),
            oldest=Min("due_at", filter=due),
        )
    )
    return [Queue(row["kind"], row["running"], row["due"], row["later"], now - (row["oldest"] or now)) for row in rows]


def _failed_jobs(now: datetime) -> dict[str, int]:
    failed = Job.objects.filter(finished_at__gte=now - PERIOD, state=Job.State.FAILED)
    return dict(failed.order_by("kind").values("kind").annotate(count=Count("pk")).values_list("kind", "count"))


def _pushes(now: datetime) -> list[Pushes]:
    """A listing on several channels counts for the one that showed it first."""
    listing_id = Cast(KT("arguments__listing_id"), BigIntegerField())
    channel = ChannelListing.objects.filter(listing_id=OuterRef("pushed"), removed_at=None).order_by("pk")
    jobs = Job.objects.filter(Q(finished_at__gte=now - PERIOD) | Q(finished_at=None), kind=PUSH_LISTING)
    rows: Any = (
        jobs.annotate(pushed=listing_id)
        .annotate(channel=Subquery(channel.values("channel")[:1]))
        .order_by("channel")
        .values("channel")
        .annotate(
            succeeded=Count("pk", filter=Q(state=Job.State.SUCCEEDED)),
            failed=Count("pk", filter=Q(state=Job.State.FAILED)),
            waiting=Count("pk", filter=Q(state__in=LIVE_STATES)),
        )
    )
    return [Pushes(row["channel"] or "none", row["succeeded"], row["failed"], row["waiting"]) for row in rows]


def _deliveries(now: datetime) -> Deliveries:
    recent = Q(event__occurred_at__gte=now - PERIOD)
    pending = Q(state=WebhookDelivery.State.PENDING)
    counted = WebhookDelivery.objects.filter(recent | pending).aggregate(
        succeeded=Count("pk", filter=recent & Q(state=WebhookDelivery.State.SUCCEEDED)),
        failed=Count("pk", filter=recent & Q(state=WebhookDelivery.State.FAILED)),
        pending=Count("pk", filter=pending),
        oldest=Min("event__occurred_at", filter=pending),
    )
    endpoints = WebhookEndpoint.objects.filter(deleted_at=None).aggregate(
        failing=Count("pk", filter=Q(failing_since__isnull=False, disabled_at=None)),
        disabled=Count("pk", filter=Q(disabled_at__isnull=False)),
    )
    return Deliveries(
        succeeded=counted["succeeded"],
        failed=counted["failed"],
        pending=counted["pending"],
        waited=now - counted["oldest"] if counted["oldest"] else timedelta(),
        failing_endpoints=endpoints["failing"],
        disabled_endpoints=endpoints["disabled"],
    )


def _requests() -> Requests:
    """The counters of the rate limits, which exist anyway: the API does nothing for this."""
    names = dict(
        Application.objects.filter(deleted_at=None, disabled_at=None)
        .order_by("pk")
        .values_list("pk", "name")[:MOST_APPLICATIONS]
    )
    counts, seconds = requests_of(list(names))
    busiest = sorted(((pk, names[pk], count) for pk, count in counts.items() if count), key=lambda each: -each[2])
    return Requests(sum(counts.values()), seconds, busiest[:MOST_SYNCS])
