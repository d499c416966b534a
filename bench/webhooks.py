"""Deliveries of events: one worker process and one endpoint, whose receiver is another process of this machine."""

import time
from datetime import UTC, datetime
from typing import Any

import httpx
from django.db import connection, transaction
from django.utils import timezone

from bench.channel import wait_for
from bench.fairness import Processes, application
from bench.servers import free_port
from webhooks.documents import body
from webhooks.models import Event, EventType, WebhookDelivery
from webhooks.outbox import record
from webhooks.services.endpoints import create_endpoint

LISTINGS = 500
PATIENCE = 120.0  # seconds
# The shape and the size of a `listing.refreshed`.
BODY = body(
    {"status": "succeeded", "completed-at": "2030-01-01T00:00:00Z", "channel": "hostaway", "error": None},
    {name: (f"{name}s", 12345) for name in ("listing", "account", "user")},
)


def measure(per_second: int, seconds: int) -> list[dict[str, Any]]:
    """Return `{name, found, unit, goal, at_most}` of a backlog and of a steady flow of events.

    The backlog has as many events as the flow: `per_second` for `seconds`, each in a transaction of its own.
    """
    events = per_second * seconds
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    made, _ = (
        application("Bench: events"),
        create_endpoint(application("Bench: events").pk, url=url, now=timezone.now()),
    )
    with Processes() as processes:
        processes.start("-m", "uvicorn", "bench.receiver:app", "--port", str(port), "--log-level", "error")
        wait_for(url)
        backlog = dict(happen(made.pk, listing) for listing in range(events))
        processes.start("manage.py", "worker")
        arrived = wait_for_arrivals(url, backlog)
        first, last = min(arrived.values()), max(arrived.values())
        wait_until_stored()
        flow = steady_flow(made.pk, per_second, seconds)
        at = wait_for_arrivals(url, flow)
        waits = sorted(at[name] - flow[name] for name in flow)
        span = max(at[name] for name in flow) - min(at[name] for name in flow)
        wait_until_stored()
    return [
        row("a backlog: deliveries", (events - 1) / (last - first), "a second", 200, at_most=False),
        row(f"a flow of {per_second} events a second: deliveries", len(flow) / span, "a second", None, at_most=False),
        row("the same: median from commit to arrival", waits[len(waits) // 2], "s", None),
        row("the same: 95th percentile from commit to arrival", waits[len(waits) * 95 // 100], "s", 2.0),
        row("the same: slowest", waits[-1], "s", None),
    ]


def row(name: str, found: float, unit: str, goal: float | None, *, at_most: bool = True) -> dict[str, Any]:
    rounded = round(found, 2) if at_most else round(found)
    return {"name": f"{name} ({connection.vendor})", "found": rounded, "unit": unit, "goal": goal, "at_most": at_most}


def happen(application_id: int, number: int) -> tuple[str, float]:
    """Record an event of one of LISTINGS listings; return its `webhook-id` and the time of the commit."""
    now = timezone.now()
    event = Event(
        application_id=application_id, listing_id=1 + number % LISTINGS, type=EventType.LISTING_REFRESHED, body=BODY,
        occurred_at=now,
    )  # fmt: skip
    with transaction.atomic():
        record([event], now=now)
    return event.webhook_id, time.time()


def steady_flow(application_id: int, per_second: int, seconds: int) -> dict[str, float]:
    begun = time.monotonic()
    committed = {}
    for number in range(per_second * seconds):
        time.sleep(max(begun + number / per_second - time.monotonic(), 0))
        name, at = happen(application_id, number)
        committed[name] = at
    return committed


def wait_for_arrivals(url: str, expected: dict[str, float]) -> dict[str, float]:
    """The first arrival of each event, as seconds since 1970."""
    end = time.monotonic() + PATIENCE
    while True:
        arrived: dict[str, float] = {}
        for name, at in httpx.get(url, timeout=10, trust_env=False).json():
            arrived.setdefault(name, at)
        if expected.keys() <= arrived.keys():
            return {name: arrived[name] for name in expected}
        if time.monotonic() > end:
            raise SystemExit(f"Only {len(arrived)} deliveries arrived by {datetime.now(UTC)}.")
        time.sleep(0.5)


def wait_until_stored() -> None:
    end = time.monotonic() + PATIENCE
    while WebhookDelivery.objects.exclude(state=WebhookDelivery.State.SUCCEEDED).exists():
        if time.monotonic() > end:
            raise SystemExit("Not all deliveries are stored as succeeded.")
        time.sleep(0.1)
