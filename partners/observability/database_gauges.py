"""Gauges that are read from the database at each scrape, with a constant number of queries."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.db import DatabaseError, InterfaceError
from django.db.models import Count, Min, Q
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

import clock
from connectors.registry import SUPPORTED
from jobs.handlers import is_known, kinds
from jobs.models import LIVE_STATES, Job, Worker
from jobs.outcomes import close_broken_connections
from jobs.worker import SEEN_WITHIN
from listings.models import ChannelListing, Listing
from partners.observability.metrics import OTHER, known_channel
from users.models import Account
from webhooks.models import WebhookDelivery, WebhookEndpoint

CACHED_SECONDS = 5.0
STATES = ("running", "due", "later")


class DatabaseGauges(Collector):
    """The queue, workers, accounts, listings and deliveries. An answer is used again for some seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_at = 0.0
        self._gauges: list[Metric] = []

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            if not self._gauges or time.monotonic() - self._read_at > CACHED_SECONDS:
                self._gauges = read(now=clock.queue_now(), real_now=clock.real_now())
                self._read_at = time.monotonic()
            gauges = list(self._gauges)
        yield from gauges


def read(*, now: datetime, real_now: datetime) -> list[Metric]:
    """All gauges; only `partners_database_up` 0 if the database does not answer.

    `now` is the time of the queue, and `real_now` that of heartbeats (clock).
    """
    up = GaugeMetricFamily("partners_database_up", "Whether the database answers.")
    try:
        gauges = [*_queue(now), _workers(real_now), _accounts(), *_listings(), *_deliveries(now)]
    except (DatabaseError, InterfaceError):
        close_broken_connections()
        up.add_metric([], 0)
        return [up]
    up.add_metric([], 1)
    return [up, *gauges]


def _queue(now: datetime) -> list[Metric]:
    depth = GaugeMetricFamily("partners_queue_jobs", "Jobs by kind and state.", labels=["kind", "state"])
    age = GaugeMetricFamily(
        "partners_queue_age_seconds", "How long the oldest due job of a kind has waited.", labels=["kind"]
    )
    rows = (
        Job.objects.filter(state__in=LIVE_STATES)
        .order_by()
        .values("kind")
        .annotate(
            running=Count("pk", filter=Q(state=Job.State.RUNNING)),
            due=Count("pk", filter=Q(state=Job.State.QUEUED, due_at__lte=now)),
            later=Count("pk", filter=Q(state=Job.State.QUEUED, due_at__gt=now)),
            oldest=Min("due_at", filter=Q(state=Job.State.QUEUED, due_at__lte=now)),
        )
    )
    # An empty queue is 0, not absent.
    counted = Counter({(kind, state): 0 for kind in kinds() for state in STATES})
    oldest = dict.fromkeys(kinds(), 0.0)
    for row in rows:
        kind = row["kind"] if is_known(row["kind"]) else OTHER
        counted.update({(kind, "running"): row["running"], (kind, "due"): row["due"], (kind, "later"): row["later"]})
        seconds = (now - row["oldest"]).total_seconds() if row["oldest"] else 0.0
        oldest[kind] = max(seconds, oldest.get(kind, 0.0))
    for (kind, state), count in sorted(counted.items()):
        depth.add_metric([kind, state], count)
    for kind, seconds in sorted(oldest.items()):
        age.add_metric([kind], seconds)
    return [depth, age]


def _workers(now: datetime) -> Metric:
    workers = GaugeMetricFamily("partners_workers", "Worker processes that were seen a moment ago.")
    workers.add_metric([], Worker.objects.filter(last_seen_at__gt=now - SEEN_WITHIN).count())
    return workers


def _accounts() -> Metric:
    accounts = GaugeMetricFamily(
        "partners_accounts",
        "Connected accounts by channel: `valid`, or `refused` if the channel does not accept their credentials.",
        labels=["channel", "state"],
    )
    rows = (
        Account.objects.filter(deleted_at=None)
        .order_by()
        .values("channel")
        .annotate(valid_ones=Count("pk", filter=Q(valid=True)), refused=Count("pk", filter=Q(valid=False)))
    )
    counted = Counter({(channel, state): 0 for channel in SUPPORTED for state in ("valid", "refused")})
    for row in rows:
        channel = known_channel(row["channel"])
        counted.update({(channel, "valid"): row["valid_ones"], (channel, "refused"): row["refused"]})
    for (channel, state), count in sorted(counted.items()):
        accounts.add_metric([channel, state], count)
    return accounts


def _listings() -> list[Metric]:
    listings = GaugeMetricFamily(
        "partners_listings", "Enabled listings, and those whose last push failed.", labels=["state"]
    )
    counted = Listing.objects.filter(deleted_at=None, enabled=True).aggregate(
        nb_enabled=Count("pk"), nb_failed=Count("pk", filter=Q(push_error__isnull=False) & ~Q(push_error=""))
    )
    listings.add_metric(["enabled"], counted["nb_enabled"])
    listings.add_metric(["push_failed"], counted["nb_failed"])
    failing = GaugeMetricFamily(
        "partners_failing_channel_listings", "Listings that could not be read from their channel.", labels=["channel"]
    )
    rows = ChannelListing.objects.filter(removed_at=None, failures__isnull=False).order_by().values("channel")
    for row in rows.annotate(count=Count("pk")):
        failing.add_metric([known_channel(row["channel"])], row["count"])
    return [listings, failing]


def _deliveries(now: datetime) -> list[Metric]:
    pending = GaugeMetricFamily("partners_webhook_deliveries_pending", "Deliveries that wait to be sent.")
    age = GaugeMetricFamily(
        "partners_webhook_delivery_age_seconds", "How long the oldest event waits that is not delivered yet."
    )
    waiting = WebhookDelivery.objects.filter(state=WebhookDelivery.State.PENDING).aggregate(
        count=Count("pk"), oldest=Min("event__occurred_at")
    )
    pending.add_metric([], waiting["count"])
    age.add_metric([], (now - waiting["oldest"]).total_seconds() if waiting["oldest"] else 0.0)
    endpoints = GaugeMetricFamily(
        "partners_webhook_endpoints",
        "Endpoints that are enabled, those of them that fail, and disabled ones.",
        labels=["state"],
    )
    counted = WebhookEndpoint.objects.filter(deleted_at=None).aggregate(
        nb_enabled=Count("pk", filter=Q(enabled=True)),
        nb_failing=Count("pk", filter=Q(enabled=True, failing_since__isnull=False)),
        nb_disabled=Count("pk", filter=Q(enabled=False)),
    )
    for state in ("enabled", "failing", "disabled"):
        endpoints.add_metric([state], counted[f"nb_{state}"])
    return [pending, age, endpoints]
