"""The metrics that processes count while they work. Imported only if metrics are on.

Labels have few values: operations of the schema, kinds of jobs, channels, classes of statuses. None is an id, a path,
or a text of a caller or a channel.
"""

from prometheus_client import Counter, Gauge, Histogram

from connectors import observing as channels
from connectors.new_statuses import NEW_STATUSES
from connectors.registry import SUPPORTED
from connectors.unread_members import UNREAD_MEMBERS
from jobs import observing as jobs
from jobs.handlers import is_known
from jsonapi import outages
from listings.timezones import UNKNOWN_TIMEZONES
from partners.observability import requests
from throttling.window import Window
from webhooks.receiver import WEBHOOKS

QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
LONG = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)  # seconds
OTHER = "other"

REQUESTS = Counter(
    "partners_http_requests", "Requests by operation and class of the status.", ["operation", "method", "status"]
)
REQUEST_SECONDS = Histogram(
    "partners_http_request_seconds",
    "Time from the arrival of a whole request until its answer was ready.",
    ["operation"],
    buckets=QUICK,
)
WAIT_SECONDS = Histogram(
    "partners_http_wait_seconds", "Time that requests waited for a thread.", buckets=(0.001, *QUICK[:-1])
)
IN_PROGRESS = Gauge(
    "partners_http_requests_in_progress", "Requests that a thread answers now.", multiprocess_mode="livesum"
)
RATE_LIMITED = Counter(
    "partners_rate_limited_requests", "Requests that were refused by a rate limit, by the kind of limit.", ["policy"]
)

JOBS = Counter("partners_jobs", "Turns of jobs by kind and outcome.", ["kind", "outcome"])
JOB_SECONDS = Histogram("partners_job_seconds", "Duration of turns of jobs.", ["kind"], buckets=LONG)
CHANNEL_JOBS = Counter(
    "partners_channel_jobs",
    "Turns of jobs that asked a channel, such as syncs and pushes, by channel, kind and outcome.",
    ["channel", "kind", "outcome"],
)

CHANNEL_REQUESTS = Counter(
    "partners_channel_requests",
    "Requests to channels: the class of the status, or why there was no answer.",
    ["channel", "outcome"],
)
CHANNEL_SECONDS = Histogram(
    "partners_channel_request_seconds", "Duration of requests to channels.", ["channel"], buckets=QUICK
)
HELD_BACK = Counter(
    "partners_channel_requests_held_back",
    "Requests that were not sent: the channel is silent or busy, or its limit or our share of it is used up.",
    ["channel", "reason"],
)
DELIVERIES_SENT = Counter(
    "partners_webhook_requests",
    "Requests to receivers of events: the class of the status, or why there was no answer.",
    ["outcome"],
)
DELIVERY_SECONDS = Histogram(
    "partners_webhook_request_seconds", "Duration of requests to receivers of events.", buckets=QUICK
)

UNREADABLE = Counter(
    "partners_unreadable_members",
    "Optional members of channels' payloads that could not be read and were left out.",
    ["payload", "member"],
)
UNKNOWN_STATUSES = Counter(
    "partners_unknown_reservation_statuses", "Reservations with a status that this server does not know.", ["payload"]
)
ZONES = Counter("partners_unknown_timezones", "Listings whose time zone is not known and that are read as UTC.")
FAILURES = Counter("partners_outage_failures", "Calls that failed because a service was away.", ["service"])
OUTAGE = Gauge(
    "partners_outage", "Whether a process misses a service at the moment.", ["service"], multiprocess_mode="livemax"
)

SERVICES = {"The database": "database", "Redis": "redis", "The file of the rate limits": "rate_limit_file"}


class RequestMetrics(requests.Observer):
    """Counts requests to the server."""

    def begins(self, asked: requests.Asked) -> None:
        IN_PROGRESS.inc()
        WAIT_SECONDS.observe(asked.waited)

    def ended(self, asked: requests.Asked) -> None:
        IN_PROGRESS.dec()
        REQUESTS.labels(asked.operation, asked.method, status_class(asked.status)).inc()
        REQUEST_SECONDS.labels(asked.operation).observe(asked.seconds)
        window: Window | None = getattr(asked.request, "rate_limit_window", None)
        if asked.status == 429 and window is not None and window.is_exceeded:
            RATE_LIMITED.labels(window.policy).inc()


class JobMetrics(jobs.Observer):
    """Counts turns of jobs."""

    def ended(self, turn: jobs.Turn) -> None:
        kind = turn.job.kind if is_known(turn.job.kind) else OTHER
        JOBS.labels(kind, turn.outcome).inc()
        JOB_SECONDS.labels(kind).observe(turn.seconds)
        for channel in turn.job.channels():
            CHANNEL_JOBS.labels(known_channel(channel), kind, turn.outcome).inc()


class ChannelMetrics(channels.Observer):
    """Counts requests to channels and to receivers of events."""

    def ended(self, exchange: channels.Exchange) -> None:
        outcome = exchange.failure or status_class(exchange.status or 0)
        if exchange.channel == WEBHOOKS:
            DELIVERIES_SENT.labels(outcome).inc()
            DELIVERY_SECONDS.observe(exchange.seconds)
            return
        channel = known_channel(exchange.channel)
        CHANNEL_REQUESTS.labels(channel, outcome).inc()
        CHANNEL_SECONDS.labels(channel).observe(exchange.seconds)

    def held_back(self, channel: str, reason: str) -> None:
        HELD_BACK.labels(known_channel(channel), reason).inc()


def status_class(status: int) -> str:
    """`429` or `2xx`: a channel could invent a thousand statuses."""
    return "429" if status == 429 else f"{status // 100}xx" if 100 <= status < 600 else OTHER


def known_channel(slug: str) -> str:
    return slug if slug in SUPPORTED else OTHER


def start() -> None:
    """Count in this process from now on."""
    requests.observers.append(RequestMetrics())
    jobs.register(JobMetrics())
    channels.register(ChannelMetrics())
    UNREAD_MEMBERS.listen(lambda key, count: UNREADABLE.labels(*key).inc(count))
    NEW_STATUSES.listen(lambda key, count: UNKNOWN_STATUSES.labels(key[0]).inc(count))
    UNKNOWN_TIMEZONES.listen(lambda _, count: ZONES.inc(count))
    outages.listeners.append(_count_failure)
    for service in SERVICES.values():  # so that alerts find the metric before the first outage
        OUTAGE.labels(service).set(0)


def _count_failure(service: str, failures: int, lasts: bool) -> None:
    name = SERVICES.get(service, OTHER)
    FAILURES.labels(name).inc(failures)
    OUTAGE.labels(name).set(lasts)
